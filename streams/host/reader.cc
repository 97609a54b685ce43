#include "streams/host/reader.h"

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
  const StreamSeq first = places_.blocks.block_of(sequence);
  if (!first) return places_.blocks.find_open(sequence);
  if (!current_ || current_->first() != first) {
    if (const Bytes* bytes = places_.blocks.unwritten(first)) {
      Result<BlockReader> block = BlockReader::open(*bytes);
      LEAT_CHECK(block.has_value()) << "a block that was built here: " << block.error().text;
      current_ = std::move(*block);
    } else if (const BlockReader* block = places_.cache.find(stream_, first)) {
      current_ = *block;
    } else {
      return {};
    }
  }
  const std::optional<StoredMessage> found = current_->find(sequence);
  if (!found) return {};
  return view_of(*found);
}

void Reader::load(StreamSeq sequence, LoadCallback done) {
  const StreamSeq first = places_.blocks.block_of(sequence);
  const bool is_under_way = loading_.contains(first);
  loading_[first].waiting.push_back(std::move(done));
  if (!is_under_way) read_block(first);
  // Whoever reads one block usually goes on to the next.
  const StreamSeq next = places_.blocks.next_block(first);
  if (next && places_.blocks.unwritten(next) == nullptr && !loading_.contains(next) &&
      places_.cache.find(stream_, next) == nullptr) {
    loading_[next];
    read_block(next);
  }
}

void Reader::read_block(StreamSeq first) {
  places_.store.read_block(stream_, first, [link = link_, first](Result<Bytes> value) {
    if (link->reader != nullptr) link->reader->block_arrived(first, std::move(value));
  });
}

void Reader::block_arrived(StreamSeq first, Result<Bytes> value) {
  Status status;
  if (value) {
    Result<BlockReader> block = BlockReader::open(std::move(*value));
    if (block) {
      places_.cache.insert(stream_, std::move(*block));
    } else {
      status = tl::unexpected(std::move(block).error());
    }
  } else {
    status = tl::unexpected(std::move(value).error());
  }
  if (is_read_again(first, status)) return;
  std::vector<LoadCallback> waiting = std::move(loading_[first].waiting);
  loading_.erase(first);
  for (LoadCallback& done : waiting) done(status);
}

// What is wrong once may have been wrong on its way here; twice it is wrong on the disk. A disk
// that gives an error has lost nothing yet.
bool Reader::is_read_again(StreamSeq first, const Status& status) {
  if (status) return false;
  const ErrorKind kind = status.error().kind;
  if (kind != ErrorKind::kCorruption && kind != ErrorKind::kNotFound) return false;
  Load& load = loading_[first];
  if (!std::exchange(load.is_second_try, true)) {
    read_block(first);
    return true;
  }
  on_lost_(first, status.error());
  return false;
}

}  // namespace leat
