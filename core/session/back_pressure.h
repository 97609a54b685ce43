#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/ids.h"
#include "core/router/message.h"
#include "core/router/publisher_brake.h"
#include "core/router/shard_set.h"
#include "core/session/byte_stream.h"

namespace leat {

// Back-pressure of one connection, in both directions: why it is not read, and which publishers
// are not read because it is slow. A member of the connection, on the shard's thread. It pauses the
// stream and holds publishers; what its owner does of that is only to take no input meanwhile.
class BackPressure {
 public:
  // Why no input is taken, one bit each.
  enum Stall : std::uint8_t {
    kAuthentication = 1,
    kBarrier = 2,    // a PONG waits for other shards, and more than that has to wait for it
    kReceivers = 4,  // subscribers of what this connection publishes are slow
    kForward = 8,    // too much is under way to other shards
  };

  // --- As a publisher.
  bool is_stalled() const { return stalls_ != 0; }
  void stall(Stall why) { stalls_ = static_cast<std::uint8_t>(stalls_ | why); }
  // True: it was the last reason, so the owner goes on with its input.
  bool unstall(Stall why);
  // Lets the stream be read exactly while nothing stalls.
  void settle_reading(ByteStream& stream);
  // A receiver of what it publishes fell behind, caught up. The latter as unstall().
  void receiver_is_slow();
  bool receiver_caught_up() { return --slow_receivers_ == 0 && unstall(kReceivers); }

  // Bytes went to these shards. The mailboxes have no bound of their own, so the connection that
  // filled them is not read on until what it sent has been taken: a token follows the bytes.
  void forwarded(ShardSet shards, std::size_t bytes);
  // The shards that a token is to be sent to now (Router::when_taken); empty: none is due.
  ShardSet take_due_token();
  // The token is back. As unstall(); a next one may be due.
  bool token_came_back();

  // --- As a receiver.
  // A publisher sent what this connection is too slow for; true: it is held from now on.
  bool hold(const Origin& publisher, PublisherBrake& brake);
  bool holds_publishers() const { return !held_.empty(); }
  void release_all(PublisherBrake& brake);

 private:
  struct Publisher {
    ShardId shard;
    ConnectionId connection;
  };

  bool is_too_much_forwarded() const;

  std::uint8_t stalls_ = 0;
  bool is_reading_paused_ = false;
  bool is_token_out_ = false;
  int slow_receivers_ = 0;
  ShardSet forward_shards_;        // since the last token
  std::size_t forward_bytes_ = 0;  // the same
  std::size_t token_bytes_ = 0;    // covered by the token that is out
  std::vector<Publisher> held_;
};

}  // namespace leat
