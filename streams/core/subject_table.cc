#include "streams/core/subject_table.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/hash.h"

namespace leat {

namespace {
constexpr std::size_t kBucketsMin = 16;

// Three quarters of the buckets are in use at most.
bool is_crowded(std::size_t subjects, std::size_t buckets) { return subjects * 4 > buckets * 3; }

std::uint32_t hash_of(std::string_view subject) {
  return static_cast<std::uint32_t>(xxh3_64(subject) >> 32);
}
}  // namespace

std::uint32_t SubjectTable::find(std::string_view subject) const {
  if (buckets_.empty()) return kNone;
  const std::uint32_t hash = hash_of(subject);
  const std::size_t mask = buckets_.size() - 1;
  for (std::size_t at = hash & mask; buckets_[at] != 0; at = (at + 1) & mask) {
    const std::uint32_t number = buckets_[at] - 1;
    if (entries_[number].hash == hash && text(number) == subject) return number;
  }
  return kNone;
}

std::uint32_t SubjectTable::add(std::uint32_t number, std::string_view subject, StreamSeq sequence,
                                MessageIndex& index) {
  if (number != kNone) {
    Entry& entry = entries_[number];
    // The chain may start at a removed message: it leads on from there all the same.
    index.link(entry.last, sequence);
    ++entry.count;
    entry.last = sequence;
    entry.is_last_stale = false;
    return number;
  }
  if (free_.empty()) {
    number = static_cast<std::uint32_t>(entries_.size());
    entries_.push_back({});
    generations_.push_back(1);
  } else {
    number = free_.back();
    free_.pop_back();
  }
  Entry& entry = entries_[number];
  entry.text = texts_.add(subject);
  entry.hash = hash_of(subject);
  entry.count = 1;
  entry.first = entry.last = sequence;
  entry.is_first_stale = entry.is_last_stale = false;
  if (is_crowded(count() + 1, buckets_.size())) {
    grow();
  } else {
    insert_bucket(number);
  }
  return number;
}

void SubjectTable::remove(std::uint32_t number, StreamSeq sequence) {
  Entry& entry = entries_[number];
  LEAT_CHECK(entry.count > 0);
  if (--entry.count == 0) {
    erase_bucket(number);
    texts_.remove(entry.text);
    // Answers that were remembered for this number no longer hold.
    generations_[number] = generations_[number] % 0x7FFFFFFF + 1;
    free_.push_back(number);
    return;
  }
  if (sequence == entry.first) entry.is_first_stale = true;
  if (sequence == entry.last) entry.is_last_stale = true;
}

void SubjectTable::clear() {
  for (std::uint32_t number = 0; number < entries_.size(); ++number) {
    if (entries_[number].count == 0) continue;
    entries_[number].count = 0;
    texts_.remove(entries_[number].text);
    generations_[number] = generations_[number] % 0x7FFFFFFF + 1;
    free_.push_back(number);
  }
  std::fill(buckets_.begin(), buckets_.end(), 0);
}

StreamSeq SubjectTable::first(std::uint32_t number, const MessageIndex& index) const {
  Entry& entry = entries_[number];
  if (!entry.is_first_stale) return entry.first;
  StreamSeq at = entry.first;
  if (entry.count == 1 && !entry.is_last_stale) {
    at = entry.last;
  } else {
    at = next(number, at, index);
  }
  LEAT_CHECK(static_cast<bool>(at)) << "subject " << text(number) << " counts " << entry.count;
  entry.first = at;
  entry.is_first_stale = false;
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
  Entry& entry = entries_[number];
  if (!entry.is_last_stale) return entry.last;
  const bool is_first_known = entry.count == 1 && !entry.is_first_stale;
  const StreamSeq at =
      is_first_known ? entry.first : index.of_subject_at_or_before(number, entry.last);
  LEAT_CHECK(static_cast<bool>(at)) << "subject " << text(number) << " counts " << entry.count;
  entry.last = at;
  entry.is_last_stale = false;
  return at;
}

void SubjectTable::insert_bucket(std::uint32_t number) {
  const std::size_t mask = buckets_.size() - 1;
  std::size_t at = entries_[number].hash & mask;
  while (buckets_[at] != 0) at = (at + 1) & mask;
  buckets_[at] = number + 1;
}

// Moves back what stands behind the freed bucket and would not be found over the gap.
void SubjectTable::erase_bucket(std::uint32_t number) {
  const std::size_t mask = buckets_.size() - 1;
  std::size_t gap = entries_[number].hash & mask;
  while (buckets_[gap] != number + 1) gap = (gap + 1) & mask;
  for (std::size_t at = (gap + 1) & mask; buckets_[at] != 0; at = (at + 1) & mask) {
    const std::size_t home = entries_[buckets_[at] - 1].hash & mask;
    if (((at - home) & mask) < ((at - gap) & mask)) continue;
    buckets_[gap] = buckets_[at];
    gap = at;
  }
  buckets_[gap] = 0;
}

void SubjectTable::grow() {
  buckets_.assign(std::max(kBucketsMin, buckets_.size() * 2), 0);
  for (std::uint32_t number = 0; number < entries_.size(); ++number) {
    if (entries_[number].count > 0) insert_bucket(number);
  }
}

}  // namespace leat
