#pragma once

#include <cstddef>
#include <list>
#include <unordered_map>

#include "core/base/ids.h"
#include "storage/api/block_format.h"

namespace leat {

// Opened blocks (and messages that were read alone, as blocks of one) of all streams of one shard,
// the least recently used leaving first. One per shard, on its thread. Bounded in bytes; a block
// that is in use elsewhere stays alive by its own share.
class BlockCache {
 public:
  explicit BlockCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // Valid until the next call that is not const.
  const BlockReader* find(GroupId stream, StreamSeq first);
  void insert(GroupId stream, BlockReader block);
  void drop_stream(GroupId stream);
  std::size_t bytes_max() const { return bytes_max_; }

 private:
  struct Key {
    GroupId stream;
    StreamSeq first;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const noexcept {
      return std::hash<GroupId>()(key.stream) * 31 + std::hash<StreamSeq>()(key.first);
    }
  };
  struct Item {
    Key key;
    BlockReader block;
  };

  // What one block counts for: its bytes, and what is around it here.
  static std::size_t cost(const BlockReader& block) { return block.value().size() + kItemBytes; }
  void drop(std::list<Item>::iterator item);

  static constexpr std::size_t kItemBytes = 160;

  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::list<Item> items_;  // most recently used first
  std::unordered_map<Key, std::list<Item>::iterator, KeyHash> by_key_;
};

}  // namespace leat
