#pragma once

#include <cstddef>
#include <deque>
#include <set>
#include <string>

#include "core/base/ids.h"
#include "core/base/ring.h"
#include "core/router/message.h"
#include "core/router/router.h"

namespace leat {

// The second half of a consumer's pump: what is sent, in its order. With one replica everything
// leaves at once, and its booking follows. With more, a delivery waits until its booking is
// applied, so that no other leader delivers it again uncounted; whatever is sent behind it waits
// too, so that the status that ends a pull never overtakes its messages. Owned by the consumer's
// delivery, on its shard; bounded by max_ack_pending.
//
//   deliver, send, deliver -> seal -> `book` is proposed -> booked: all of it leaves
class Outbox {
 public:
  enum class When : bool { kAtOnce, kWhenBooked };
  Outbox(Router& router, When when) : router_(router), when_(when) {}

  // A delivery with this number, which the next booking holds.
  void deliver(const RoutedMessage& message, ConsumerSeq number);
  // Anything else.
  void send(const RoutedMessage& message);

  // Everything handed in since the last call is booked by one command, of which booked() or
  // refused() tells; bookings are told of in their order.
  void seal();
  // A message had gone before it was booked: its delivery is not made.
  void gone(ConsumerSeq number);
  void booked();
  // The oldest booking was refused, or all are given up: deliveries are dropped. Returns the
  // subjects that wait for one in vain.
  std::set<std::string> refused();
  std::set<std::string> give_up();

 private:
  struct Waiting {
    OwnedMessage message;
    ConsumerSeq number;  // 0: no delivery
    bool is_gone = false;
  };

  Waiting pop();
  std::set<std::string> drop(std::size_t count);

  Router& router_;
  When when_;
  std::deque<Waiting> waiting_;
  Ring<std::size_t> bookings_;  // how many of waiting_ leave with each, the oldest first
  std::size_t sealed_ = 0;      // the sum of bookings_
  std::size_t unsealed_deliveries_ = 0;
};

}  // namespace leat
