#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/base/task.h"
#include "storage/api/message_store.h"
#include "streams/host/block_cache.h"
#include "streams/host/stream_blocks.h"
#include "streams/host/tail_cache.h"

namespace leat {

// Finds messages of one stream by sequence: tail cache, open block, blocks under way to the store,
// the shard's block cache, and at last the store. Owned by its stream, on its shard.
//
//   const std::optional<MessageView> found = reader.find(sequence);
//   if (!found) reader.load(sequence, extent, [](Status status) { ... look again ... });
//
// A message that is read alone is in the cache as a block of its own: of one message, beginning
// with it.
class Reader {
 public:
  struct Places {
    const TailCache& tail;
    const StreamBlocks& blocks;
    BlockCache& cache;
    MessageStore& store;
  };
  // `on_lost`: the block of this first sequence could not be read twice, or is not there; it may
  // have left by retention meanwhile. Runs before those who wait for it are told.
  using LostCallback = InlineFunction<void(StreamSeq first, const Error& why), sizeof(void*)>;
  Reader(GroupId stream, const Places& places, LostCallback on_lost);
  // Reads that are under way are answered to nobody.
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // The message if it is in memory. Whether it was removed is the machine's knowledge, not the
  // reader's. The view is valid until the stream takes in or writes something, or the next find.
  std::optional<MessageView> find(StreamSeq sequence);

  using LoadCallback = InlineFunction<void(Status)>;
  enum class Extent : std::uint8_t { kBlock, kMessage /* none of its neighbours is wanted */ };
  // Brings the message into the cache, then calls `done`, always in a later turn. kNotFound: there
  // is no such block (any more).
  void load(StreamSeq sequence, Extent extent, LoadCallback done);
  // The same for a find that is expected; nothing when it is in memory or under way.
  void read_ahead(StreamSeq sequence, Extent extent);
  // How much to load for one message that was asked for by itself: its block where the cache has
  // room for all of the stream, or where the question before was about the same block.
  Extent extent_of_one(StreamSeq sequence, std::uint64_t stream_bytes);
  // Where the block behind that of `sequence` begins; none when that one is not closed yet.
  StreamSeq behind_block_of(StreamSeq sequence) const;

 private:
  // Outlives the reader where a read is under way.
  struct Link {
    Reader* reader = nullptr;
  };

  // In the cache; null when it is not.
  const BlockReader* cached(StreamSeq block, StreamSeq sequence);
  // `key` is what the cache will know it by: the block's first sequence, or the message's.
  void read(StreamSeq block, StreamSeq key);
  void arrived(StreamSeq block, StreamSeq key, Result<Bytes> value);
  bool is_read_again(StreamSeq block, StreamSeq key, const Status& status);

  GroupId stream_;
  Places places_;
  std::shared_ptr<Link> link_;
  std::optional<BlockReader> current_;  // the block that was read from last
  struct Load {
    std::vector<LoadCallback> waiting;
    bool is_second_try = false;
  };
  LostCallback on_lost_;
  std::map<StreamSeq, Load> loading_;  // by key
  StreamSeq asked_block_;              // of the last extent_of_one()
};

}  // namespace leat
