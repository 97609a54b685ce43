#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "consumers/core/filter_set.h"
#include "core/base/ids.h"
#include "streams/core/message_index.h"

namespace leat {

// The subjects of a stream that have messages: {count, first, last} each, and the numbers by which
// the index names them. Part of the stream's state, on its thread. A number is used again when its
// subject has no message left.
//
// First and last are found lazily: a removal only marks them, and who asks pays for the way to the
// next one along the chain in the index.
class SubjectTable {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  struct Entry {
    std::string text;
    std::uint64_t count = 0;  // 0: the number is free
    StreamSeq first;          // or a bound below it
    StreamSeq last;           // or a bound above it
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
  SubjectRef ref(std::uint32_t number) const {
    return {.number = number, .generation = generations_[number], .text = entries_[number].text};
  }
  StreamSeq first(std::uint32_t number, const MessageIndex& index) const;
  StreamSeq last(std::uint32_t number, const MessageIndex& index) const;

  // Calls visit(number) for every subject that the filters let through; in the order of numbers,
  // which differs between servers: the caller sorts what leaves the machine.
  template <typename Visit>
  void for_each_matching(const FilterSet& filters, Visit visit) const {
    if (filters.is_one_subject()) {
      const std::uint32_t number = find(filters.filters().front());
      if (number != kNone) visit(number);
      return;
    }
    for (std::uint32_t number = 0; number < entries_.size(); ++number) {
      if (entries_[number].count > 0 && filters.matches(ref(number))) visit(number);
    }
  }

 private:
  void insert_bucket(std::uint32_t number);
  void erase_bucket(std::uint32_t number);
  void grow();

  // Mutable: first and last are made exact by who asks.
  mutable std::vector<Entry> entries_;
  std::vector<std::uint32_t> generations_;
  std::vector<std::uint64_t> hashes_;
  std::vector<std::uint32_t> free_;
  std::vector<std::uint32_t> buckets_;  // number + 1, open addressing; 0 = empty
};

}  // namespace leat
