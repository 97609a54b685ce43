#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "consumers/core/push_flow.h"
#include "consumers/host/consumer_endpoint.h"
#include "core/env/owned_timer.h"
#include "core/router/interest_listener.h"
#include "core/router/router.h"

namespace leat {

class Consumer;

// The deliver subject of one push consumer: delivers while somebody listens, keeps to the flow
// control window and beats when idle. Owned by its consumer, on the stream's shard.
class PushEndpoint : public ConsumerEndpoint, public InterestListener {
 public:
  explicit PushEndpoint(Consumer& consumer);
  ~PushEndpoint() override;
  PushEndpoint(const PushEndpoint&) = delete;
  PushEndpoint& operator=(const PushEndpoint&) = delete;

  // As the router knows it now; the endpoint itself is told of changes at the end of a turn.
  bool is_bound() const;

  bool wants_message() override;
  std::string_view next(std::size_t) override { return deliver_subject_; }
  void sent(std::size_t message_bytes) override;
  void end_of_stream() override {}
  void begin_turn() override {}
  bool is_in_use() override { return has_interest_; }
  void end(End) override {}

  void interest_changed(AccountId account, std::string_view subject) override;
  // An answer to a flow control request, perhaps to an old one.
  void flow_control_answered(std::string_view subject);

 private:
  void look_for_interest();
  void arm_heartbeat();
  void on_heartbeat();
  void ask();

  Consumer& consumer_;
  std::string deliver_subject_;
  std::string deliver_group_;
  DurationNs heartbeat_ = 0;
  bool has_interest_ = false;
  std::optional<PushFlow> flow_;
  std::string flow_subject_;  // of the request that waits for its answer; empty: none
  OwnedTimer timer_;
  SteadyNs last_sent_ = 0;
};

}  // namespace leat
