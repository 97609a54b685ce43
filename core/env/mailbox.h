#pragma once

#include "core/base/ids.h"
#include "core/base/task.h"

namespace leat {

// Where the meta group lives, and what there is one of in a server.
inline constexpr ShardId kFirstShard{0};

// Mail between the shards of one server. FIFO for each pair of shards; mail of a turn is flushed
// together at its end. Never blocks and never drops: whoever sends what a client caused charges the
// bytes to that client's connection and stops reading it (DESIGN section 4).
class Mailbox {
 public:
  virtual ~Mailbox() = default;
  virtual ShardId self() const = 0;
  virtual std::uint16_t shard_count() const = 0;
  // Called on the owner's thread; `task` runs on the thread of `to`. Sending to self() is allowed
  // and runs in a later turn, never at once.
  virtual void send(ShardId to, Task task) = 0;
};

// By this interface the threads of layer 4 (journal, store, cold reads) answer a shard.
class RemotePost {
 public:
  virtual ~RemotePost() = default;
  virtual void post(Task task) = 0;  // any thread; runs on the shard's thread, FIFO per caller
};

}  // namespace leat
