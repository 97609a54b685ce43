#include "streams/host/reader.h"

#include <iterator>
#include <memory>
#include <utility>

#include "core/base/check.h"

namespace leat {

Reader::Reader(GroupId stream, const Places& places, LostCallback on_lost)
    : stream_(stream),
      places_(places),
      link_(std::make_shared<Link>(Link{this})),
      on_lost_(std::move(on_lost)) {}

Reader::~Reader() { link_->reader = nullptr; }

std::optional<MessageView> Reader::find(StreamSeq sequence) {
  if (const MessageView* cached = places_.tail.find(sequence)) return *cached;
  if (current_) {  // most often; a message is in one block only
    if (const std::optional<StoredMessage> found = current_->find(sequence)) return view_of(*found);
  }
  const StreamSeq first = places_.blocks.block_of(sequence);
  if (!first) return places_.blocks.find_open(sequence);
  if (const Bytes* bytes = places_.blocks.unwritten(first)) {
    Result<BlockReader> block = BlockReader::open(*bytes);
    LEAT_CHECK(block.has_value()) << "a block that was built here: " << block.error().text;
    current_ = std::move(*block);
  } else if (const BlockReader* block = cached(first, sequence)) {
    current_ = *block;
  } else {
    return {};
  }
  const std::optional<StoredMessage> found = current_->find(sequence);
  if (!found) return {};
  return view_of(*found);
}

const BlockReader* Reader::cached(StreamSeq block, StreamSeq sequence) {
  const BlockReader* whole = places_.cache.find(stream_, block);
  return whole != nullptr ? whole : places_.cache.find(stream_, sequence);
}

void Reader::load(StreamSeq sequence, Extent extent, LoadCallback done) {
  const StreamSeq first = places_.blocks.block_of(sequence);
  const StreamSeq key = extent == Extent::kBlock || loading_.contains(first) ? first : sequence;
  const bool is_under_way = loading_.contains(key);
  loading_[key].waiting.push_back(std::move(done));
  if (!is_under_way) read(first, key);
}

void Reader::read_ahead(StreamSeq sequence, Extent extent) {
  const StreamSeq first = places_.blocks.block_of(sequence);
  const StreamSeq key = extent == Extent::kBlock ? first : sequence;
  if (!first || places_.blocks.unwritten(first) != nullptr || loading_.contains(first) ||
      loading_.contains(key) || cached(first, sequence) != nullptr) {
    return;
  }
  loading_[key];
  read(first, key);
}

Reader::Extent Reader::extent_of_one(StreamSeq sequence, std::uint64_t stream_bytes) {
  const StreamSeq block = places_.blocks.block_of(sequence);
  const bool is_neighbour = std::exchange(asked_block_, block) == block;
  return is_neighbour || stream_bytes <= places_.cache.bytes_max() ? Extent::kBlock
                                                                   : Extent::kMessage;
}

StreamSeq Reader::behind_block_of(StreamSeq sequence) const {
  const StreamSeq first = places_.blocks.block_of(sequence);
  return first ? places_.blocks.next_block(first) : StreamSeq();
}

void Reader::read(StreamSeq block, StreamSeq key) {
  auto done = [link = link_, block, key](Result<Bytes> value) {
    if (link->reader != nullptr) link->reader->arrived(block, key, std::move(value));
  };
  if (key == block) {  // all of it also for its first message: that has no name of its own
    places_.store.read_block(stream_, block, std::move(done));
  } else {
    places_.store.read_message(stream_, {.block = block, .sequence = key}, std::move(done));
  }
}

void Reader::arrived(StreamSeq block, StreamSeq key, Result<Bytes> value) {
  Status status;
  if (value) {
    Result<BlockReader> opened = BlockReader::open(std::move(*value));
    if (opened) {
      places_.cache.insert(stream_, std::move(*opened));
    } else {
      status = tl::unexpected(std::move(opened).error());
    }
  } else {
    status = tl::unexpected(std::move(value).error());
  }
  if (is_read_again(block, key, status)) return;
  std::vector<LoadCallback> waiting = std::move(loading_[key].waiting);
  loading_.erase(key);
  for (LoadCallback& done : waiting) done(status);
}

// What is wrong once may have been wrong on its way here; twice it is wrong on the disk. A disk
// that gives an error has lost nothing yet. One message alone tells nothing about its block: that
// is read whole.
bool Reader::is_read_again(StreamSeq block, StreamSeq key, const Status& status) {
  if (status) return false;
  const ErrorKind kind = status.error().kind;
  if (kind != ErrorKind::kCorruption && kind != ErrorKind::kNotFound) return false;
  if (key != block) {
    Load alone = std::move(loading_[key]);
    loading_.erase(key);
    const bool is_under_way = loading_.contains(block);
    std::vector<LoadCallback>& waiting = loading_[block].waiting;
    std::move(alone.waiting.begin(), alone.waiting.end(), std::back_inserter(waiting));
    if (!is_under_way) read(block, block);
    return true;
  }
  if (!std::exchange(loading_[block].is_second_try, true)) {
    read(block, block);
    return true;
  }
  on_lost_(block, status.error());
  return false;
}

}  // namespace leat
