#include "streams/host/block_cache.h"

#include <iterator>
#include <utility>

namespace leat {

const BlockReader* BlockCache::find(GroupId stream, StreamSeq first) {
  const auto found = by_key_.find({stream, first});
  if (found == by_key_.end()) return nullptr;
  items_.splice(items_.begin(), items_, found->second);
  return &found->second->block;
}

void BlockCache::insert(GroupId stream, BlockReader block) {
  const Key key{stream, block.first()};
  const auto found = by_key_.find(key);
  if (found != by_key_.end()) drop(found->second);
  bytes_ += cost(block);
  items_.push_front({.key = key, .block = std::move(block)});
  by_key_[key] = items_.begin();
  while (bytes_ > bytes_max_ && items_.size() > 1) drop(std::prev(items_.end()));
}

void BlockCache::drop_stream(GroupId stream) {
  for (auto item = items_.begin(); item != items_.end();) {
    const auto next = std::next(item);
    if (item->key.stream == stream) drop(item);
    item = next;
  }
}

void BlockCache::drop(std::list<Item>::iterator item) {
  bytes_ -= cost(item->block);
  by_key_.erase(item->key);
  items_.erase(item);
}

}  // namespace leat
