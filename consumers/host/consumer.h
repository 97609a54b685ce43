#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "consumers/core/consumer_state.h"
#include "consumers/core/pacing.h"
#include "consumers/core/select.h"
#include "consumers/host/ack_batch.h"
#include "consumers/host/delivery.h"
#include "consumers/host/outbox.h"
#include "consumers/host/progress_notes.h"
#include "consumers/host/pull_endpoint.h"
#include "consumers/host/push_endpoint.h"
#include "consumers/host/read_ahead.h"
#include "core/base/ids.h"
#include "core/base/lifetime.h"
#include "core/base/rng.h"
#include "core/env/owned_timer.h"
#include "core/router/message.h"
#include "streams/host/missing_message.h"
#include "streams/host/stream.h"

namespace leat {

// One consumer while its stream leads here: the pump from the stream to whoever listens, the acks
// back, and the timers. Owned by the stream's consumers, on the stream's shard; its replicated
// state is the machine's.
//
//   turn:      pulls and acks arrive, an entry wakes it
//   turn end:  acks -> one command; pump: choose -> read -> accept -> outbox; booking -> one
//   command outbox:    at once with one replica, else when the booking is applied -> sent
//
// Holds between calls: at most one turn-end task is waiting; while a block is being read the pump
// stands still and keeps its place.
class Consumer {
 public:
  Consumer(Stream& stream, const ConsumerState& state, Rng& rng);
  ~Consumer();
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;

  // Something may be deliverable, or somebody may want it: the pump runs at the end of this turn.
  void wake();
  // Inside a publish.
  void ack_arrived(const AckSubject& subject, const AckBody& body, const RoutedMessage& message);
  void pull_arrived(const RoutedMessage& message);
  void flow_control_answered(std::string_view subject);
  // A chosen delivery was booked after its message had gone.
  void gone(ConsumerSeq number) { outbox_.gone(number); }

  // The configuration was changed.
  void update();
  // The wall clock was set, by which deliveries come again.
  void clock_was_set();
  // The consumer is gone, or the stream stops; it is destroyed after the call.
  void end(ConsumerEndpoint::End why);

  ConsumerId id() const { return state_.id(); }
  const ConsumerState& state() const { return state_; }
  const ConsumerConfig& config() const { return state_.config(); }
  std::size_t waiting_pulls() { return pull_ ? pull_->waiting() : 0; }
  bool is_push_bound() const { return push_ && push_->is_bound(); }

  // --- for the endpoints
  Stream& stream() { return stream_; }
  Delivery& delivery() { return delivery_; }
  Rng& rng() { return rng_; }
  SteadyNs steady_now() const {
    return pump_now_ != 0 ? pump_now_ : stream_.context().clock.steady_ns();
  }
  // The last delivery, for heartbeats.
  DeliveredPosition position() const;
  // What could be delivered to a pull now.
  std::uint64_t deliverable();
  // It was used: the time of inactivity begins anew.
  void touch() { last_used_ = steady_now(); }

 private:
  enum class Step : std::uint8_t { kSent, kWait, kLater };

  // The first run, behind the answer that names the consumer.
  void begin();
  void make_endpoint();
  void run();
  bool give_up_exhausted();
  // Lets the pulls of `+NXT` in when their acks are applied.
  void await_acks();
  void pump();
  // False when it has to wait for something that wakes it.
  bool deliver_some();
  Step deliver_one(WallNs now);
  void read_block_of(const Selection& selection);
  // Whether the message may go now; otherwise the pump comes back when it may.
  bool is_time_for(const Pacing::Message& message);
  void set_rate();
  void refuse_pull(std::string_view reply);
  // Whether a `+WPI` that nobody waits for can be proposed later.
  bool keep_progress(const AckSubject& subject, const RoutedMessage& message);
  void arm_progress();
  void propose_bookings();
  void booking_decided(const CommandOutcome& outcome);
  // Who waits for a delivery that is not made asks again.
  void tell_in_vain(const std::set<std::string>& subjects, std::string_view why);
  void propose_cursor();
  void arm_deadline();
  void wake_when_there_is_room();
  void arm_inactivity();
  void check_inactivity();

  Stream& stream_;
  const ConsumerState& state_;
  Rng& rng_;
  Selector selector_;
  ReadAhead read_ahead_;
  Outbox outbox_;
  Delivery delivery_;
  Pacing pacing_;
  AckBatch acks_;
  ProgressNotes progress_;
  std::unique_ptr<PullEndpoint> pull_;
  std::unique_ptr<PushEndpoint> push_;
  ConsumerEndpoint* endpoint_ = nullptr;
  DeliveredPosition position_;
  OwnedTimer begin_timer_{stream_.context().scheduler};
  OwnedTimer deadline_timer_{stream_.context().scheduler};
  WallNs deadline_ = 0;
  OwnedTimer inactivity_timer_{stream_.context().scheduler};
  OwnedTimer cursor_timer_{stream_.context().scheduler};
  OwnedTimer room_timer_{stream_.context().scheduler};
  OwnedTimer pacing_timer_{stream_.context().scheduler};
  OwnedTimer progress_timer_{stream_.context().scheduler};
  // While the pump runs: the clock is looked at once for all it sends, not four times a message.
  SteadyNs pump_now_ = 0;
  SteadyNs last_used_ = 0;
  SteadyNs cursor_proposed_at_ = 0;
  std::size_t held_awaited_ = 0;  // of the pulls that wait for their acks
  bool is_run_planned_ = false;
  MissingMessage missing_;
  bool is_reading_ = false;
  bool is_giving_up_ = false;  // proposed, not applied
  bool is_delete_proposed_ = false;
  Lifetime<Consumer> lifetime_{*this};
};

}  // namespace leat
