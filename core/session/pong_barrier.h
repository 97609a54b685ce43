#pragma once

#include <utility>

#include "core/base/bytes.h"
#include "core/base/limits.h"
#include "core/router/shard_set.h"

namespace leat {

// PONG is a barrier (DESIGN section 4): it leaves when every shard that this connection has told
// something has taken it. Publishing goes on meanwhile; the answers to what follows the PING are
// held behind its PONG. A member of the connection, on the shard's thread.
class PongBarrier {
 public:
  // Something went to these shards; the next PING waits for them.
  void touch(ShardSet shards) { touched_.add(shards); }

  // A PING has come.
  enum class Ping {
    kAnswer,  // the PONG goes at once
    kWait,    // when take_touched() has taken everything, passed() is called and the PONG goes
    kDefer    // one waits already: this one is dealt with when that has passed; no input till then
  };
  Ping ping();
  ShardSet take_touched() { return std::exchange(touched_, {}); }
  bool is_waiting() const { return is_waiting_; }
  // The shards have taken everything: what is answered from now on is held no longer. True: a PING
  // was deferred.
  bool passed();

  // Where answers are written while it waits.
  ByteBuffer& held() { return held_; }
  bool holds_too_much() const { return held_.filled().size() > limits::kHeldAnswerBytes; }
  // Appends what was held to `out`.
  void give_to(ByteBuffer& out) {
    out.append(held_.filled());
    held_ = ByteBuffer(limits::kSmallOutBlockBytes);
  }

 private:
  ShardSet touched_;  // since the last PING
  ByteBuffer held_{limits::kSmallOutBlockBytes};
  bool is_waiting_ = false;
  bool is_ping_deferred_ = false;
};

inline PongBarrier::Ping PongBarrier::ping() {
  if (is_waiting_) {
    is_ping_deferred_ = true;
    return Ping::kDefer;
  }
  if (touched_.empty()) return Ping::kAnswer;
  is_waiting_ = true;
  return Ping::kWait;
}

inline bool PongBarrier::passed() {
  is_waiting_ = false;
  return std::exchange(is_ping_deferred_, false);
}

}  // namespace leat
