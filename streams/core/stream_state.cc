#include "streams/core/stream_state.h"
#include "core/base/duration.h"

#include <algorithm>
#include <limits>

#include "streams/core/stream_effects.h"

namespace leat {

namespace {
constexpr std::uint64_t kNoBudget = std::numeric_limits<std::uint64_t>::max();
constexpr std::size_t kTtlKept = 1024;
// A step along a chain, which goes anywhere, costs as much as this many places in a row.
constexpr std::uint64_t kPlacesPerLink = 32;

// What each message costs beside its text, as clients of this protocol know it.
constexpr std::size_t kFileOverhead = 30;
constexpr std::size_t kFileOverheadWithHeaders = 34;
constexpr std::size_t kMemoryOverhead = 16;
}  // namespace

StreamSeq StreamState::first_sequence() const {
  if (!index.empty()) return index.first();
  return last_seq ? last_seq.next() : StreamSeq();
}

std::uint64_t StreamState::count(const FilterSet& filters, StreamSeq from) const {
  if (filters.is_everything()) return index.count_between(from, last_seq.next());
  std::uint64_t matching = 0;
  std::vector<std::uint32_t> numbers;
  subjects.for_each_matching(filters, [&](std::uint32_t number) {
    matching += subjects.count_of(number);
    numbers.push_back(number);
  });
  if (from <= index.first() || matching == 0) return matching;
  const std::uint64_t before = index.count_between(index.first(), from);
  const std::uint64_t behind = index.count() - before;
  // Few: along their chains. Otherwise place by place, on the shorter side.
  if (matching < std::min(before, behind) / kPlacesPerLink) return count_chains(numbers, from);
  if (behind <= before) return count_to(filters, from, {});
  return matching - count_to(filters, index.first(), from);
}

std::uint64_t StreamState::count_chains(const std::vector<std::uint32_t>& numbers,
                                        StreamSeq from) const {
  std::uint64_t count = 0;
  for (const std::uint32_t number : numbers) {
    const StreamSeq last = subjects.last(number, index);
    if (last < from) continue;
    std::uint64_t left = subjects.count_of(number);
    for (StreamSeq at = subjects.first(number, index); at < from; --left) {
      at = subjects.next(number, at, index);
    }
    count += left;
  }
  return count;
}

std::uint64_t StreamState::count_to(const FilterSet& filters, StreamSeq from, StreamSeq end) const {
  if (filters.is_one_subject()) {
    const std::uint32_t number = subjects.find(filters.filters().front());
    if (number == SubjectTable::kNone) return 0;
    return index.count_if(from, end, [number](std::uint32_t subject) { return subject == number; });
  }
  return index.count_if(from, end,
                        [&](std::uint32_t subject) { return subjects.matches(filters, subject); });
}

std::optional<ScanResult> StreamState::scan_subject(std::string_view subject,
                                                    StreamSeq from) const {
  ScanResult result;
  const std::uint32_t number = subjects.find(subject);
  if (number == SubjectTable::kNone || from > subjects.last_bound(number)) {
    result.is_end = true;
    result.next = std::max(from, last_seq.next());
    return result;
  }
  StreamSeq next;
  if (from <= subjects.first_bound(number)) {
    next = subjects.first(number, index);
  } else if (const SlotRef before = index.find_even_removed(from.previous());
             before && before.subject() == number && before.next_distance() != 0) {
    next = StreamSeq(from.value - 1 + before.next_distance());
  }
  // A slot that has left may be of an earlier subject with this number: then its chain has ended.
  const SlotRef slot = index.find(next);
  if (!slot || slot.subject() != number) return std::nullopt;
  result.sequence = next;
  result.next = next.next();
  return result;
}

ScanResult StreamState::scan(const FilterSet& filters, StreamSeq from, std::uint32_t budget) const {
  if (filters.is_one_subject()) {
    if (const auto found = scan_subject(filters.filters().front(), from)) return *found;
  }
  ScanResult result;
  result.next = index.walk(from, budget, [&](StreamSeq sequence, SlotRef slot) {
    if (!subjects.matches(filters, slot.subject())) return true;
    result.sequence = sequence;
    return false;
  });
  if (!result.sequence && !result.next) {
    result.is_end = true;
    result.next = std::max(from, last_seq.next());
  }
  return result;
}

StreamSeq StreamState::first_aging() const {
  StreamSeq found;
  index.walk(age_from, kNoBudget, [&](StreamSeq sequence, SlotRef slot) {
    if (slot.outlives_age()) return true;
    found = sequence;
    return false;
  });
  age_from = found ? found : last_seq.next();
  return found;
}

const TtlDeadline* StreamState::first_ttl() const {
  while (!ttl.empty() && !index.contains(ttl.front().sequence)) {
    std::pop_heap(ttl.begin(), ttl.end(), leaves_later);
    ttl.pop_back();
  }
  return ttl.empty() ? nullptr : &ttl.front();
}

StreamSeq StreamState::first_matching(const FilterSet& filters) const {
  if (filters.is_everything()) return index.first();
  StreamSeq first;
  subjects.for_each_matching(filters, [&](std::uint32_t number) {
    const StreamSeq of_subject = subjects.first(number, index);
    if (!first || of_subject < first) first = of_subject;
  });
  return first;
}

StreamSeq StreamState::last_matching(const FilterSet& filters) const {
  if (filters.is_everything()) return index.at_or_before(last_seq);
  StreamSeq last;
  subjects.for_each_matching(
      filters, [&](std::uint32_t number) { last = std::max(last, subjects.last(number, index)); });
  return last;
}

std::vector<StreamSeq> StreamState::last_per_subject(const FilterSet& filters) const {
  std::vector<StreamSeq> sequences;
  subjects.for_each_matching(
      filters, [&](std::uint32_t number) { sequences.push_back(subjects.last(number, index)); });
  std::sort(sequences.begin(), sequences.end());
  return sequences;
}

// Times ascend with sequences, so that halves decide.
StreamSeq StreamState::first_at_or_after(WallNs time) const {
  if (index.empty()) return {};
  StreamSeq low = index.first();
  StreamSeq high = last_seq.next();
  while (low < high) {
    const StreamSeq middle(low.value + (high.value - low.value) / 2);
    const StreamSeq at = index.at_or_after(middle);
    if (at && at < high && index.find(at).time() < time) {
      low = at.next();
    } else {
      high = middle;
    }
  }
  return index.at_or_after(low);
}

ConsumerState* StreamState::find_consumer(std::string_view name) const {
  const auto found = consumers_by_name.find(name);
  return found == consumers_by_name.end() ? nullptr : find_consumer(found->second);
}

ConsumerState* StreamState::find_consumer(ConsumerId id) const {
  const auto found = consumers.find(id);
  return found == consumers.end() ? nullptr : found->second.get();
}

void StreamState::add_ttl(WallNs at, StreamSeq sequence) {
  if (ttl.size() > kTtlKept + 2 * ttl_checked) {
    ttl.erase(std::remove_if(
                  ttl.begin(), ttl.end(),
                  [&](const TtlDeadline& deadline) { return !index.contains(deadline.sequence); }),
              ttl.end());
    std::make_heap(ttl.begin(), ttl.end(), leaves_later);
    ttl_checked = ttl.size();
  }
  ttl.push_back({.at = at, .sequence = sequence});
  std::push_heap(ttl.begin(), ttl.end(), leaves_later);
}

std::uint32_t StreamState::size_of(std::size_t subject, std::size_t headers,
                                   std::size_t payload) const {
  std::size_t size = subject + headers + payload;
  if (config.storage == StorageType::kMemory) {
    size += kMemoryOverhead;
  } else {
    size += headers == 0 ? kFileOverhead : kFileOverheadWithHeaders;
  }
  return static_cast<std::uint32_t>(size);
}

std::uint32_t StreamState::ttl_of(const MessageTtl& asked) const {
  if (!config.allow_msg_ttl) return 0;
  switch (asked.kind) {
    case MessageTtl::Kind::kNever:
      return kTtlNever;
    case MessageTtl::Kind::kFor:
      return static_cast<std::uint32_t>(
          std::min<DurationNs>(asked.duration / kSecondNs, kTtlNever - 1));
    case MessageTtl::Kind::kNone:
    case MessageTtl::Kind::kInvalid:
      break;
  }
  return 0;
}

}  // namespace leat
