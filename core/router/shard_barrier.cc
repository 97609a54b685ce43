#include "core/router/shard_barrier.h"

#include <utility>

#include "core/base/check.h"

namespace leat {

void ShardBarrier::when_taken(ShardSet shards, Task done) {
  if (shards.empty()) {
    done();
    return;
  }
  const std::uint64_t token = next_token_++;
  waiting_.emplace(token, Waiting{shards, std::move(done)});
  shards.for_each([&](ShardId shard) { mail_.post(peer_of(shard), TokenMail{token, false}); });
}

void ShardBarrier::take(ShardId from, const TokenMail& token) {
  if (!token.is_returned) {
    mail_.post(peer_of(from), TokenMail{token.token, true});
    return;
  }
  const auto found = waiting_.find(token.token);
  LEAT_CHECK(found != waiting_.end()) << "token " << token.token << " returned twice";
  found->second.missing.remove(from);
  if (!found->second.missing.empty()) return;
  Task done = std::move(found->second.done);
  waiting_.erase(found);
  done();
}

}  // namespace leat
