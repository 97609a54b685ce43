#pragma once

#include <cstdint>
#include <unordered_map>

#include "core/base/task.h"
#include "core/router/mail.h"
#include "core/router/peer_mail.h"
#include "core/router/shard_set.h"

namespace leat {

// Learns when other shards of this server have taken the mail that was posted to them. A token
// follows that mail and comes back:
//
//   this shard:   publish, publish, token  ------>
//   the other:                             publish, publish, token: returned at once
//   this shard:   done()                   <------
//
// Owned by its router, on the shard's thread. Servers take no part: nobody waits for them.
class ShardBarrier {
 public:
  explicit ShardBarrier(PeerMail& mail) : mail_(mail) {}

  // `done` runs when each of `shards` has taken all mail posted to it before this call; at once,
  // inside the call, where the set is empty. This shard must not be among them.
  void when_taken(ShardSet shards, Task done);
  // A token has come from a shard: one of its own, or one of ours that returns.
  void take(ShardId from, const TokenMail& token);

 private:
  struct Waiting {
    ShardSet missing;
    Task done;
  };

  PeerMail& mail_;
  std::unordered_map<std::uint64_t, Waiting> waiting_;  // by token
  std::uint64_t next_token_ = 1;
};

}  // namespace leat
