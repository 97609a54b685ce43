#include "consumers/host/consumer.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/duration.h"
#include "core/base/limits.h"
#include "core/base/log.h"

namespace leat {
namespace {

// The cursor of a consumer that is not booked goes to the log at most this often, but with each
// delivery where its stream keeps messages by interest.
constexpr DurationNs kCursorInterval = 1'000'000'000;

// A client that has just been told of its push consumer sets its limits and handlers before it is
// ready to take.
constexpr DurationNs kFirstPushAfter = 1'000'000;

Delivery::Content content_of(const ConsumerConfig& config) {
  return config.headers_only ? Delivery::Content::kHeadersOnly : Delivery::Content::kWhole;
}

}  // namespace

Consumer::Consumer(Stream& stream, const ConsumerState& state, Rng& rng)
    : stream_(stream),
      state_(state),
      rng_(rng),
      selector_(state, stream.machine().view()),
      read_ahead_(stream.reader(), selector_),
      outbox_(stream.context().router, stream.delivers_when_booked() && state.is_booked()
                                           ? Outbox::When::kWhenBooked
                                           : Outbox::When::kAtOnce),
      delivery_(outbox_,
                {.account = stream.account(), .stream = stream.name(), .consumer = state.name()},
                content_of(state.config())),
      last_used_(steady_now()) {
  const ConsumerPosition delivered = state_.delivered();
  position_ = {.consumer_seq = delivered.consumer_seq, .stream_seq = delivered.stream_seq};
  if (config().replay_policy == ReplayPolicy::kOriginal) {
    pacing_.replay_through(stream.machine().last_sequence());
  }
  set_rate();
  make_endpoint();
  arm_inactivity();
  // What is pushed should not come before the answer that names the consumer, and that waits for
  // the other shards as well.
  is_run_planned_ = true;
  Router& router = stream_.context().router;
  router.when_taken(router.other_shards(), [self = lifetime_.ref()] {
    if (self) self->begin();
  });
}

void Consumer::begin() {
  const auto go = [this] {
    is_run_planned_ = false;
    wake();
  };
  if (pull_) return go();
  begin_timer_.arm(steady_now() + kFirstPushAfter, go);
}

Consumer::~Consumer() = default;

void Consumer::make_endpoint() {
  push_.reset();
  if (config().is_pull()) {
    if (!pull_) pull_ = std::make_unique<PullEndpoint>(*this);
    endpoint_ = pull_.get();
  } else {
    push_ = std::make_unique<PushEndpoint>(*this);
    endpoint_ = push_.get();
  }
}

void Consumer::update() {
  delivery_.set_content(content_of(config()));
  set_rate();
  make_endpoint();
  touch();
  arm_inactivity();
  if (progress_timer_.is_armed()) {  // the ack wait may be a shorter one now
    progress_timer_.cancel();
    arm_progress();
  }
  wake();
}

void Consumer::end(ConsumerEndpoint::End why) {
  // The state may be gone already: nothing here may look at it, but at a shutdown.
  if (why == ConsumerEndpoint::End::kShutdown && !state_.is_booked()) propose_cursor();
  tell_in_vain(outbox_.give_up(), why == ConsumerEndpoint::End::kDeleted    ? "Consumer Deleted"
                                  : why == ConsumerEndpoint::End::kShutdown ? "Server Shutdown"
                                                                            : "Leadership Change");
  endpoint_->end(why);
}

void Consumer::wake() {
  if (is_run_planned_) return;
  is_run_planned_ = true;
  stream_.context().scheduler.at_turn_end([self = lifetime_.ref()] {
    if (self) self->run();
  });
}

void Consumer::ack_arrived(const AckSubject& subject, const AckBody& body,
                           const RoutedMessage& message) {
  touch();
  if (body.kind == AckKind::kNext) {
    if (pull_) {
      pull_->hold(message, body.rest);
    } else {
      refuse_pull(message.reply);
    }
  }
  if (body.kind == AckKind::kUnknown || !state_.is_booked()) return;
  if (body.kind == AckKind::kProgress) {
    if (keep_progress(subject, message)) return;
  } else {
    progress_.forget(subject.stream_seq);
  }
  acks_.add(subject, body, message);
  wake();
}

bool Consumer::keep_progress(const AckSubject& subject, const RoutedMessage& message) {
  if (!message.reply.empty()) return false;
  const AckItem item{.verb = AckVerb::kProgress,
                     .stream_seq = subject.stream_seq,
                     .consumer_seq = subject.consumer_seq,
                     .deliveries = subject.delivered,
                     .delay = 0,
                     .reason = {}};
  if (!progress_.keep(state_, item, stream_.now())) return false;
  arm_progress();
  return true;
}

void Consumer::arm_progress() {
  if (progress_timer_.is_armed() || progress_.empty()) return;
  const SteadyNs due = steady_now() + std::max<DurationNs>(state_.ack_wait(1) / 4, 1);
  progress_timer_.arm(due, [this] {
    progress_.take_due(state_, stream_.now(),
                       [this](const AckItem& item) { acks_.add_unanswered(item); });
    arm_progress();
    wake();
  });
}

void Consumer::pull_arrived(const RoutedMessage& message) {
  if (pull_) {
    pull_->arrived(message, message.payload());
    return;
  }
  refuse_pull(message.reply);
}

void Consumer::refuse_pull(std::string_view reply) {
  if (reply.empty()) return;
  // Inside a publish nothing may be published.
  stream_.at_turn_end([this, self = lifetime_.ref(), to = std::string(reply)] {
    if (self) delivery_.send_status(to, 409, "Consumer is push based");
  });
}

void Consumer::flow_control_answered(std::string_view subject) {
  if (push_) push_->flow_control_answered(subject);
}

DeliveredPosition Consumer::position() const { return position_; }

std::uint64_t Consumer::deliverable() {
  const SelectResult next = selector_.choose(stream_.now());
  const bool is_redelivery =
      next.outcome == SelectOutcome::kMessage && next.selection.deliveries > 1;
  return selector_.num_pending() + (is_redelivery ? 1 : 0);
}

void Consumer::run() {
  is_run_planned_ = false;
  acks_.propose(stream_, id());
  if (pull_ && pull_->held() > held_awaited_) await_acks();
  if (give_up_exhausted()) return;  // comes back when it is applied
  if (pull_) pull_->admit_arrivals();
  if (!is_reading_) pump();
  propose_bookings();
  arm_deadline();
}

// Deliveries that have reached max_deliver are given up when somebody asks for messages, and before
// it is counted what is left for whoever asks. Where the first is the last, their time decides, as
// clients know it.
bool Consumer::give_up_exhausted() {
  if (is_giving_up_) return true;
  const bool is_asked = (pull_ && pull_->has_arrivals()) || endpoint_->wants_message();
  if (!is_asked && config().max_deliver != 1) return false;
  if (is_asked) selector_.collect_due(stream_.now());
  GiveUpCommand give_up;
  if (!selector_.take_give_up(give_up)) return false;
  is_giving_up_ = true;
  stream_.propose(give_up, [self = lifetime_.ref()](const CommandOutcome&) {
    if (!self) return;
    self->is_giving_up_ = false;
    self->wake();
  });
  return true;
}

void Consumer::await_acks() {
  const std::size_t count = pull_->held() - held_awaited_;
  held_awaited_ += count;
  stream_.after_applied([this, self = lifetime_.ref(), count](Fate) {
    if (!self) return;
    held_awaited_ -= count;
    pull_->release_held(count);
  });
}

void Consumer::pump() {
  endpoint_->begin_turn();
  pump_now_ = steady_now();
  const bool goes_on = deliver_some();
  pump_now_ = 0;
  if (!goes_on) return;
  stream_.post([self = lifetime_.ref()] {
    if (self) self->wake();
  });
}

bool Consumer::deliver_some() {
  const WallNs now = stream_.now();
  for (std::uint32_t sent = 0; sent < limits::kDeliveriesPerTurn; ++sent) {
    const Step step = deliver_one(now);
    if (step != Step::kSent) return step == Step::kLater;
  }
  return true;
}

Consumer::Step Consumer::deliver_one(WallNs now) {
  if (!endpoint_->wants_message()) return Step::kWait;
  if (state_.is_booked() && stream_.room() == DiskRoom::kExhausted) {
    wake_when_there_is_room();
    endpoint_->end_of_stream();  // who does not wait is told
    return Step::kWait;
  }
  const SelectResult result = selector_.choose(now);
  switch (result.outcome) {
    case SelectOutcome::kMessage:
      break;
    case SelectOutcome::kNothing:
      endpoint_->end_of_stream();
      return Step::kWait;
    case SelectOutcome::kFull:
      return Step::kWait;
    case SelectOutcome::kMore:
      return Step::kLater;
  }
  const Selection& selection = result.selection;
  const std::optional<MessageView> message = stream_.reader().find(selection.stream_seq);
  if (!message) {
    read_block_of(selection);
    return Step::kWait;
  }
  const std::size_t size = delivery_.prepare(*message, {.stream = {},
                                                        .consumer = {},
                                                        .delivered = selection.deliveries,
                                                        .stream_seq = selection.stream_seq,
                                                        .consumer_seq = selection.consumer_seq,
                                                        .timestamp = message->time,
                                                        .pending = selection.pending_after});
  const Pacing::Message paced{
      .sequence = selection.stream_seq, .time = message->time, .size = size};
  const bool is_first = selection.deliveries == 1;
  if (is_first && !is_time_for(paced)) return Step::kWait;
  const std::string_view to = endpoint_->next(size);
  if (to.empty()) return Step::kWait;
  selector_.accept(selection, now);
  position_ = {.consumer_seq = selection.consumer_seq, .stream_seq = selection.stream_seq};
  delivery_.send(to);
  if (is_first) pacing_.sent(paced, steady_now());
  touch();
  endpoint_->sent(size);
  return Step::kSent;
}

void Consumer::read_block_of(const Selection& selection) {
  is_reading_ = true;
  const StreamSeq sequence = selection.stream_seq;
  const Reader::Extent extent = read_ahead_.extent_of(sequence);
  stream_.reader().load(sequence, extent, [this, self = lifetime_.ref(), sequence](Status loaded) {
    if (!self) return;
    is_reading_ = false;
    if (loaded && missing_.is_missing_again(stream_, sequence)) {
      LEAT_LOG(kError) << "stream " << stream_.name() << ": message " << sequence
                       << " is missing in its block";
    } else if (loaded || !stream_.machine().contains(sequence)) {
      wake();
    } else if (loaded.error().kind == ErrorKind::kIo ||
               loaded.error().kind == ErrorKind::kUnsupported) {
      LEAT_LOG(kError) << "stream " << stream_.name() << ": message " << sequence
                       << " cannot be read: " << loaded.error().text;
      // Stays where it is; the next pull, ack or message tries again.
    } else {
      // What is lost is leaving the stream; or too many reads were waiting.
      stream_.after_applied([this, self = lifetime_.ref()](Fate) {
        if (!self) return;
        stream_.post([this, self] {
          if (self) wake();
        });
      });
    }
  });
  if (selection.deliveries == 1) read_ahead_.waiting_for(sequence);
}

void Consumer::wake_when_there_is_room() {
  if (room_timer_.is_armed()) return;
  const SteadyNs at = steady_now() + limits::kDiskRoomIntervalMs * 1'000'000;
  room_timer_.arm(at, [this] { wake(); });
}

bool Consumer::is_time_for(const Pacing::Message& message) {
  const SteadyNs now = steady_now();
  // The stream's largest message may be another by now.
  if (config().rate_limit_bps != 0) set_rate();
  const SteadyNs ready = pacing_.ready_at(message, now);
  if (ready <= now) return true;
  pacing_timer_.arm(ready, [this] { wake(); });
  return false;
}

void Consumer::set_rate() {
  const std::int64_t size_max = stream_.config().max_msg_size;
  pacing_.set_rate(
      {.bits_per_second = config().rate_limit_bps,
       .burst_bytes = size_max > 0 ? static_cast<std::size_t>(size_max) : limits::kPayloadBytes},
      steady_now());
}

void Consumer::propose_bookings() {
  if (BookCommand booking; selector_.take_booking(booking)) {
    outbox_.seal();
    stream_.propose(booking, [self = lifetime_.ref()](const CommandOutcome& outcome) {
      if (self) self->booking_decided(outcome);
    });
  }
  if (state_.is_booked() || cursor_timer_.is_armed() || stream_.room() == DiskRoom::kExhausted)
    return;
  const SteadyNs due = cursor_proposed_at_ + kCursorInterval;
  // Where messages are kept for it, what was delivered gives its room back with the next entry.
  const bool frees_room = stream_.config().retention == Retention::kInterest;
  if (frees_room || cursor_proposed_at_ == 0 || steady_now() >= due) {
    propose_cursor();
    return;
  }
  cursor_timer_.arm(due, [this] { propose_cursor(); });
}

void Consumer::booking_decided(const CommandOutcome& outcome) {
  if (outcome.is_applied() && !outcome.reply->is_refused) {
    outbox_.booked();
    // What is booked now has a time at which it comes again.
    arm_deadline();
    return;
  }
  tell_in_vain(outbox_.refused(), "Leadership Change");
  selector_.reset();
  wake();
}

// A pull that had its last message is in no queue any more. Who is pushed to asks for nothing.
void Consumer::tell_in_vain(const std::set<std::string>& subjects, std::string_view why) {
  if (!pull_) return;
  for (const std::string& to : subjects) delivery_.send_status(to, 409, why);
}

void Consumer::propose_cursor() {
  CursorCommand cursor;
  if (!selector_.take_cursor(cursor)) return;
  cursor_proposed_at_ = steady_now();
  stream_.propose(cursor, [](const CommandOutcome&) {});
}

void Consumer::clock_was_set() {
  deadline_timer_.cancel();
  arm_deadline();
}

void Consumer::arm_deadline() {
  const WallNs deadline = selector_.next_deadline();
  // A timer that comes too early looks again; one that would come too late is replaced.
  if (deadline != 0 && deadline_timer_.is_armed() && deadline_ <= deadline) return;
  deadline_timer_.cancel();
  deadline_ = deadline;
  if (deadline == 0) return;
  deadline_timer_.arm(stream_.steady_at(deadline), [this] {
    if (selector_.collect_due(stream_.now())) {
      wake();
    } else {
      arm_deadline();
    }
  });
}

void Consumer::arm_inactivity() {
  inactivity_timer_.cancel();
  if (config().inactive_threshold <= 0) return;
  inactivity_timer_.arm(time_after(last_used_, config().inactive_threshold),
                        [this] { check_inactivity(); });
}

void Consumer::check_inactivity() {
  if (endpoint_->is_in_use()) touch();
  // Messages that are out and unacknowledged keep a pull consumer, as long as they may come back.
  if (pull_ && state_.is_booked() && !state_.pending().empty()) touch();
  if (steady_now() - last_used_ < config().inactive_threshold) {
    arm_inactivity();
    return;
  }
  if (is_delete_proposed_) return;
  is_delete_proposed_ = true;
  stream_.propose(ConsumerDeleteCommand{.consumer = id(), .name = state_.name()},
                  [](const CommandOutcome&) {});
}

}  // namespace leat
