#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "consumers/core/filter_set.h"
#include "core/base/ids.h"
#include "streams/core/grown_pages.h"
#include "streams/core/message_index.h"
#include "streams/core/text_room.h"

namespace leat {

class IndexBudget;

// The subjects of a stream that have messages: {count, first, last} each, and the numbers by which
// the index names them. Part of the stream's state, on its thread. A number is used again when its
// subject has no message left.
//
// First and last are found lazily: a removal only marks them, and who asks pays for the way to the
// next one along the chain in the index.
class SubjectTable {
 public:
  // Parts of it that have their full size join `budget`; null: they stay in memory.
  explicit SubjectTable(IndexBudget* budget = nullptr) : budget_(budget) {}

  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  // 32 bytes: a stream may have millions of them.
  struct Entry {
    StreamSeq first;          // or a bound below it
    StreamSeq last;           // or a bound above it
    std::uint32_t count = 0;  // 0: the number is free
    std::uint32_t text = 0;   // in the room of texts
    std::uint32_t hash = 0;
    bool is_first_stale = false;
    bool is_last_stale = false;
  };

  // Subjects with a message.
  std::size_t count() const { return entries_.size() - free_.size(); }
  // One above the highest number in use.
  std::uint32_t number_end() const { return static_cast<std::uint32_t>(entries_.size()); }

  std::uint32_t find(std::string_view subject) const;  // kNone when it has no message
  // Adds a message behind all others; `number` is what find() said. Links it in the index, where it
  // stands already.
  std::uint32_t add(std::uint32_t number, std::string_view subject, StreamSeq sequence,
                    MessageIndex& index);
  // Takes a message away that was just erased from the index; frees the number with the last one.
  void remove(std::uint32_t number, StreamSeq sequence);
  void clear();

  const Entry& entry(std::uint32_t number) const { return entries_[number]; }
  // Valid until the subject has left.
  std::string_view text(std::uint32_t number) const { return texts_.at(entries_[number].text); }
  SubjectRef ref(std::uint32_t number) const {
    return {.number = number, .generation = generations_[number], .text = text(number)};
  }
  // Looks at the text only when the filters do not remember the answer.
  bool matches(const FilterSet& filters, std::uint32_t number) const {
    const FilterSet::Known known = filters.known(number, generations_[number]);
    if (known != FilterSet::Known::kNothing) return known == FilterSet::Known::kYes;
    return filters.matches(ref(number));
  }
  StreamSeq first(std::uint32_t number, const MessageIndex& index) const;
  StreamSeq last(std::uint32_t number, const MessageIndex& index) const;
  // The message of the subject that follows this one; none behind the last.
  static StreamSeq next(std::uint32_t number, StreamSeq sequence, const MessageIndex& index);

  // Calls visit(number) for every subject that the filters let through; in the order of numbers,
  // which differs between servers: the caller sorts what leaves the machine.
  template <typename Visit>
  void for_each_matching(const FilterSet& filters, Visit visit) const {
    if (filters.is_one_subject()) {
      const std::uint32_t number = find(filters.filters().front());
      if (number != kNone) visit(number);
      return;
    }
    if (!filters.is_everything()) filters.expect(number_end());
    for (std::uint32_t number = 0; number < number_end(); ++number) {
      if (entries_[number].count > 0 && matches(filters, number)) visit(number);
    }
  }

 private:
  void insert_bucket(std::uint32_t number);
  void erase_bucket(std::uint32_t number);
  void grow();

  // Mutable: first and last are made exact by who asks.
  mutable GrownPages<Entry> entries_;
  std::vector<std::uint32_t> generations_;
  TextRoom texts_;
  std::vector<std::uint32_t> free_;
  std::vector<std::uint32_t> buckets_;  // number + 1, open addressing; 0 = empty
  IndexBudget* budget_;
};

}  // namespace leat
