#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/base/ring.h"

namespace leat {

// The message ids of a stream's duplicate window: which sequence each got and when. Ids come and
// leave in the order of time. Part of the stream's state, on its thread; texts stand one after the
// other in blocks, so that an id costs no allocation of its own.
class DedupWindow {
 public:
  // The sequence that this id got; none when it is not in the window.
  StreamSeq find(std::string_view id) const;
  // An id that find() does not know, with a time not before the last one's.
  void add(std::string_view id, StreamSeq sequence, WallNs time);
  // Ids taken at or before `time` leave.
  void expire(WallNs time);
  // Of the oldest id; none when there is none.
  StreamSeq oldest_sequence() const {
    return items_.empty() ? StreamSeq() : items_.front().sequence;
  }
  // For measuring.
  std::size_t memory_bytes() const;

 private:
  struct Item {
    std::uint64_t hash = 0;
    StreamSeq sequence;
    WallNs time = 0;
    const char* text = nullptr;
    std::uint32_t size = 0;
  };
  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t capacity = 0;
    std::size_t used = 0;
    std::size_t items = 0;
  };
  const char* keep(std::string_view id);
  void pop();
  void grow();
  const Item& item_of(std::uint64_t number) const { return items_[number - first_number_]; }

  Ring<Item> items_;                  // oldest first
  std::uint64_t first_number_ = 1;    // number of items_[0]; numbers ascend for ever
  Ring<Block> blocks_;                // texts, oldest first
  std::vector<std::uint64_t> table_;  // numbers by hash, open addressing; 0 = empty
};

}  // namespace leat
