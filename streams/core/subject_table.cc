#include "streams/core/subject_table.h"

#include <algorithm>
#include <limits>

#include "core/base/check.h"
#include "core/base/hash.h"

namespace leat {

namespace {
constexpr std::size_t kBucketsMin = 16;
}  // namespace

std::uint32_t SubjectTable::find(std::string_view subject) const {
  if (buckets_.empty()) return kNone;
  const std::uint64_t hash = xxh3_64(subject);
  const std::size_t mask = buckets_.size() - 1;
  for (std::size_t at = hash & mask; buckets_[at] != 0; at = (at + 1) & mask) {
    const std::uint32_t number = buckets_[at] - 1;
    if (hashes_[number] == hash && entries_[number].text == subject) return number;
  }
  return kNone;
}

std::uint32_t SubjectTable::add(std::uint32_t number, std::string_view subject, StreamSeq sequence,
                                MessageIndex& index) {
  if (number != kNone) {
    Entry& entry = entries_[number];
    // The chain may start at a removed message: it leads on from there all the same.
    const std::uint64_t distance = sequence.value - entry.last.value;
    IndexSlot* previous = index.find_even_removed(entry.last);
    if (previous != nullptr && distance <= std::numeric_limits<std::uint32_t>::max()) {
      previous->next_distance = static_cast<std::uint32_t>(distance);
    }
    ++entry.count;
    entry.last = sequence;
    entry.is_last_stale = false;
    return number;
  }
  if (free_.empty()) {
    number = static_cast<std::uint32_t>(entries_.size());
    entries_.emplace_back();
    generations_.push_back(1);
    hashes_.push_back(0);
  } else {
    number = free_.back();
    free_.pop_back();
  }
  Entry& entry = entries_[number];
  entry.text.assign(subject);
  entry.count = 1;
  entry.first = entry.last = sequence;
  entry.is_first_stale = entry.is_last_stale = false;
  hashes_[number] = xxh3_64(subject);
  if ((count() + 1) * 2 > buckets_.size()) {
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
    generations_[number] = generations_[number] % 0x7FFFFFFF + 1;
    free_.push_back(number);
  }
  std::fill(buckets_.begin(), buckets_.end(), 0);
}

StreamSeq SubjectTable::first(std::uint32_t number, const MessageIndex& index) const {
  Entry& entry = entries_[number];
  if (!entry.is_first_stale) return entry.first;
  StreamSeq at = entry.first;
  // Along the chain, over what was removed.
  for (const IndexSlot* slot = index.find_even_removed(at);
       slot != nullptr && slot->next_distance != 0; slot = index.find_even_removed(at)) {
    at = StreamSeq(at.value + slot->next_distance);
    if (index.contains(at)) break;
  }
  // Where the chain is broken, or its next one has left with its chunk: place by place.
  const IndexSlot* found = index.find(at);
  if (found == nullptr || found->subject != number) {
    index.walk(at, std::numeric_limits<std::uint64_t>::max(),
               [&](StreamSeq sequence, const IndexSlot& slot) {
                 if (slot.subject != number) return true;
                 at = sequence;
                 return false;
               });
  }
  entry.first = at;
  entry.is_first_stale = false;
  return at;
}

StreamSeq SubjectTable::last(std::uint32_t number, const MessageIndex& index) const {
  Entry& entry = entries_[number];
  if (!entry.is_last_stale) return entry.last;
  StreamSeq at = index.at_or_before(entry.last);
  while (at && index.find(at)->subject != number) at = index.at_or_before(at.previous());
  LEAT_CHECK(static_cast<bool>(at)) << "subject " << entry.text << " counts " << entry.count;
  entry.last = at;
  entry.is_last_stale = false;
  return at;
}

void SubjectTable::insert_bucket(std::uint32_t number) {
  const std::size_t mask = buckets_.size() - 1;
  std::size_t at = hashes_[number] & mask;
  while (buckets_[at] != 0) at = (at + 1) & mask;
  buckets_[at] = number + 1;
}

// Moves back what stands behind the freed bucket and would not be found over the gap.
void SubjectTable::erase_bucket(std::uint32_t number) {
  const std::size_t mask = buckets_.size() - 1;
  std::size_t gap = hashes_[number] & mask;
  while (buckets_[gap] != number + 1) gap = (gap + 1) & mask;
  for (std::size_t at = (gap + 1) & mask; buckets_[at] != 0; at = (at + 1) & mask) {
    const std::size_t home = hashes_[buckets_[at] - 1] & mask;
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
