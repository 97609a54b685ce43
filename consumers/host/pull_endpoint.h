#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "consumers/core/pull_queue.h"
#include "consumers/host/consumer_endpoint.h"
#include "consumers/host/delivery.h"
#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/base/ring.h"
#include "core/env/owned_timer.h"
#include "core/router/message.h"
#include "proto/api/pull_request.h"

namespace leat {

class Consumer;

// The pulls of one consumer: takes requests as they arrive, answers what is refused, serves the
// rest from its queue. Owned by its consumer, on the stream's shard.
class PullEndpoint : public ConsumerEndpoint {
 public:
  explicit PullEndpoint(Consumer& consumer);
  PullEndpoint(const PullEndpoint&) = delete;
  PullEndpoint& operator=(const PullEndpoint&) = delete;

  // A request has arrived, inside a publish: it is looked at when the consumer's turn comes.
  void arrived(const RoutedMessage& message, std::string_view body);
  // The same for the request of a `+NXT`: it comes after the ack that it rode on, and waits until
  // that is applied. held() of them wait; release_held() lets the oldest `count` of them in.
  void hold(const RoutedMessage& message, std::string_view body);
  std::size_t held() const { return held_.size(); }
  void release_held(std::size_t count);
  // Looks at what has arrived; before the pump.
  void admit_arrivals();
  bool has_arrivals() const { return !arrivals_.empty(); }
  // How many wait and are listened for.
  std::size_t waiting();

  bool wants_message() override { return !queue_.empty(); }
  std::string_view next(std::size_t message_bytes) override;
  void sent(std::size_t message_bytes) override;
  void end_of_stream() override;
  void begin_turn() override { ++turn_; }
  bool is_in_use() override { return waiting() != 0 || !arrivals_.empty() || !held_.empty(); }
  void end(End why) override;

 private:
  struct Arrival {
    PullReply reply;
    PullRequest request;
    std::string refusal;  // what is wrong with its body
    bool is_level_too_high = false;
  };

  // Small, because there may be very many consumers.
  static constexpr std::size_t kTextBlockBytes = 4096;

  Arrival arrival_of(const RoutedMessage& message, std::string_view body);
  void admit(Arrival arrival);
  // The text of a 409 for what the consumer's configuration does not allow; empty when all is well.
  std::string limit_exceeded(const PullRequest& request) const;
  // A client that goes does not say which of its pulls wait: whoever counts them drops, before, the
  // ones that nobody listens for.
  void drop_unheard();
  bool is_heard(const PullReply& reply) const;
  void note_dropped(std::size_t count);
  void send_notices();
  void arm_timer();
  void on_timer();

  Consumer& consumer_;
  PullQueue queue_;
  ByteBuffer replies_{ByteBuffer::Sizes{.first = 128, .full = kTextBlockBytes}};
  Ring<Arrival> arrivals_;
  Ring<Arrival> held_;
  std::vector<PullNotice> notices_;
  std::uint64_t turn_ = 1;
  SteadyNs next_look_ = 0;  // of drop_unheard()
  OwnedTimer timer_;
  SteadyNs timer_at_ = 0;
};

}  // namespace leat
