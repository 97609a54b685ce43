#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/lifetime.h"
#include "core/base/result.h"
#include "storage/api/message_store.h"
#include "streams/core/stream_machine.h"
#include "streams/host/stream_blocks.h"

namespace leat {

// Gives back the room of messages that left between others: blocks of the store that are less than
// half alive are read after one write set, and written anew with another one. Owned by its stream,
// on its shard.
//
//   take_sparse -> block, index row read -> put: folded as the stream is then -> StreamBlocks
//
// At most limits::kRewritesAtOnce are under way, so that it never runs ahead of what is written.
class BlockRewriter {
 public:
  BlockRewriter(GroupId stream, MessageStore& store);
  BlockRewriter(const BlockRewriter&) = delete;
  BlockRewriter& operator=(const BlockRewriter&) = delete;

  // Between entries, before a write set is taken: what was read goes into `blocks`.
  void put(StreamBlocks& blocks, const StreamMachine& machine);
  // After it was taken: reads the next ones.
  void read_some(StreamBlocks& blocks);

 private:
  struct Job {
    StreamSeq first;
    Bytes block{};
    Bytes index_row{};
    std::size_t parts = 0;  // that have arrived
    bool is_failed = false;
  };
  using Part = Bytes Job::*;

  void arrived(Job& job, Part part, Result<Bytes> value);

  GroupId stream_;
  MessageStore& store_;
  std::vector<std::unique_ptr<Job>> jobs_;
  Lifetime<BlockRewriter> lifetime_{*this};  // what is read is dropped when it comes too late
};

}  // namespace leat
