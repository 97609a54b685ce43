#include "streams/core/subject_table.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/hash.h"

namespace leat {

namespace {
constexpr std::size_t kBucketsMin = 4;

// Three quarters of the buckets are in use at most.
bool is_crowded(std::size_t subjects, std::size_t buckets) { return subjects * 4 > buckets * 3; }

std::uint32_t hash_of(std::string_view subject) {
  return static_cast<std::uint32_t>(xxh3_64(subject) >> 32);
}

// Answers that were remembered for the number no longer hold.
void move_on(std::uint32_t& generation) { generation = generation % 0x7FFFFFFF + 1; }
}  // namespace

std::uint32_t SubjectTable::find(std::string_view subject) const {
  if (buckets_.empty()) return kNone;
  const std::uint32_t hash = hash_of(subject);
  const std::size_t mask = buckets_.size() - 1;
  for (std::size_t at = hash & mask; buckets_[at].number_and_one != 0; at = (at + 1) & mask) {
    const std::uint32_t number = buckets_[at].number_and_one - 1;
    if (buckets_[at].hash == hash && text(number) == subject) return number;
  }
  return kNone;
}

std::uint32_t SubjectTable::add(std::uint32_t number, std::string_view subject, StreamSeq sequence,
                                MessageIndex& index) {
  if (number == kNone) {
    number = add_subject(subject);
    SubjectEntry& entry = entry_to_change(number);
    entry.count = 1;
    entry.first = entry.last = sequence;
    entry.is_first_stale = entry.is_last_stale = 0;
    return number;
  }
  SubjectEntry& entry = entry_to_change(number);
  // The chain may start at a removed message: it leads on from there all the same.
  index.link(entry.last, sequence);
  ++entry.count;
  entry.last = sequence;
  entry.is_last_stale = 0;
  return number;
}

std::uint32_t SubjectTable::add_subject(std::string_view subject) {
  std::uint32_t number = number_end_;
  if (free_.empty()) {
    if (place_of(number) == 0) pages_.push_back(std::make_unique<SubjectPage>());
    SubjectPage& page = *pages_.back();
    page.append(subject);
    if (page.size() == SubjectPage::kSubjects && budget_ != nullptr) budget_->join(page);
    if (number == generations_.size()) generations_.push_back(1);
    ++number_end_;
  } else {
    number = free_.back();
    free_.pop_back();
    SubjectPage& page = *pages_[number / SubjectPage::kSubjects];
    page.change();
    page.set_text(place_of(number), subject);
  }
  if (is_crowded(count(), buckets_.size())) grow();
  insert_bucket({.number_and_one = number + 1, .hash = hash_of(subject)});
  return number;
}

void SubjectTable::remove(std::uint32_t number, StreamSeq sequence) {
  SubjectEntry& entry = entry_to_change(number);
  LEAT_CHECK(entry.count > 0);
  if (--entry.count == 0) {
    erase_bucket({.number_and_one = number + 1, .hash = hash_of(text(number))});
    pages_[number / SubjectPage::kSubjects]->remove_text(place_of(number));
    move_on(generations_[number]);
    free_.push_back(number);
    return;
  }
  if (sequence == entry.first) entry.is_first_stale = 1;
  if (sequence == entry.last) entry.is_last_stale = 1;
}

void SubjectTable::clear() {
  pages_.clear();
  number_end_ = 0;
  free_.clear();
  std::fill(buckets_.begin(), buckets_.end(), Bucket());
  for (std::uint32_t& generation : generations_) move_on(generation);
}

StreamSeq SubjectTable::first(std::uint32_t number, const MessageIndex& index) const {
  const SubjectEntry& known = entry(number);
  if (!known.is_first_stale) return known.first;
  SubjectEntry& entry = entry_to_change(number);
  StreamSeq at = entry.first;
  if (entry.count == 1 && !entry.is_last_stale) {
    at = entry.last;
  } else {
    at = next(number, at, index);
  }
  LEAT_CHECK(static_cast<bool>(at)) << "subject " << text(number) << " counts " << entry.count;
  entry.first = at;
  entry.is_first_stale = 0;
  return at;
}

StreamSeq SubjectTable::next(std::uint32_t number, StreamSeq sequence, const MessageIndex& index) {
  StreamSeq at = sequence;
  // Along the chain, over what was removed.
  for (SlotRef slot = index.find_even_removed(at); slot && slot.next_distance() != 0;
       slot = index.find_even_removed(at)) {
    at = StreamSeq(at.value + slot.next_distance());
    if (index.contains(at)) break;
  }
  // Where the chain is broken, or its next one has left with its chunk: place by place.
  return index.of_subject_at_or_after(number, at == sequence ? at.next() : at);
}

StreamSeq SubjectTable::last(std::uint32_t number, const MessageIndex& index) const {
  const SubjectEntry& known = entry(number);
  if (!known.is_last_stale) return known.last;
  SubjectEntry& entry = entry_to_change(number);
  const bool is_first_known = entry.count == 1 && !entry.is_first_stale;
  const StreamSeq at =
      is_first_known ? entry.first : index.of_subject_at_or_before(number, entry.last);
  LEAT_CHECK(static_cast<bool>(at)) << "subject " << text(number) << " counts " << entry.count;
  entry.last = at;
  entry.is_last_stale = 0;
  return at;
}

void SubjectTable::insert_bucket(const Bucket& bucket) {
  const std::size_t mask = buckets_.size() - 1;
  std::size_t at = bucket.hash & mask;
  while (buckets_[at].number_and_one != 0) at = (at + 1) & mask;
  buckets_[at] = bucket;
}

// Moves back what stands behind the freed bucket and would not be found over the gap.
void SubjectTable::erase_bucket(const Bucket& bucket) {
  const std::size_t mask = buckets_.size() - 1;
  std::size_t gap = bucket.hash & mask;
  while (buckets_[gap].number_and_one != bucket.number_and_one) gap = (gap + 1) & mask;
  for (std::size_t at = (gap + 1) & mask; buckets_[at].number_and_one != 0; at = (at + 1) & mask) {
    const std::size_t home = buckets_[at].hash & mask;
    if (((at - home) & mask) < ((at - gap) & mask)) continue;
    buckets_[gap] = buckets_[at];
    gap = at;
  }
  buckets_[gap] = Bucket();
}

void SubjectTable::grow() {
  std::vector<Bucket> before(std::max(kBucketsMin, buckets_.size() * 2));
  before.swap(buckets_);
  for (const Bucket& bucket : before) {
    if (bucket.number_and_one != 0) insert_bucket(bucket);
  }
}

}  // namespace leat
