// PING and PONG, the one timer of a connection, its output and its end.
#include <utility>

#include "core/base/log.h"
#include "core/session/session.h"
#include "core/session/session_log.h"

namespace leat {

void Session::handle_ping() {
  switch (barrier_.ping()) {
    case PongBarrier::Ping::kAnswer:
      return pong();
    case PongBarrier::Ping::kDefer:
      return stall(Stall::kBarrier);
    case PongBarrier::Ping::kWait:
      hosts().router.when_taken(barrier_.take_touched(), [self = ref()] {
        if (self) self->barrier_passed();
      });
  }
}

void Session::barrier_passed() {
  if (is_closing()) return;
  const bool is_ping_deferred = barrier_.passed();
  pong();
  barrier_.give_to(output_.queue().text());
  if (is_ping_deferred) handle_ping();
  if (back_pressure_.unstall(Stall::kBarrier)) process_input();
}

void Session::pong() {
  if (log_enabled(LogLevel::kTrace)) SessionTrace(*this, settings()).told("PONG");
  write_pong(answers());
  answered();
  if (!is_connected_ || std::exchange(has_had_pong_, true)) return;
  announce(InfoKind::kConnected);
}

void Session::set_timer(SteadyNs when) {
  timer_.arm(when, [this] { on_timer(); });
}

void Session::on_timer() {
  if (state_ == State::kClosing) {
    output_.close(ByteStream::Close::kAtOnce);  // its last words have had their time
    return;
  }
  if (awaits_connect_ && state_ == State::kOpen) {
    close_with_error("Authentication Timeout", CloseReason::kAuthenticationTimeout);
    return;
  }
  if (state_ != State::kAuthenticating) ping_if_quiet();
  if (!is_closing()) set_timer(now() + settings().ping_interval_ns);
}

void Session::ping_if_quiet() {
  const SteadyNs time = now();
  if (keep_alive_.is_quiet(time, settings().ping_interval_ns)) output_.queue().shrink();
  const KeepAlive::Rules rules{.interval_ns = settings().ping_interval_ns,
                               .outstanding_max = settings().pings_outstanding_max};
  switch (keep_alive_.look(time, rules)) {
    case KeepAlive::Due::kNothing:
      return;
    case KeepAlive::Due::kPing:
      write_ping(output_.queue().text());
      return answered();
    case KeepAlive::Due::kStale:
      LEAT_LOG(kDebug) << log_prefix() << "Stale Client Connection - Closing";
      ++set_->running_counts().stale_connections;
      return close_with_error("Stale Connection", CloseReason::kStaleConnection);
  }
}

// Where the answer to an operation goes: behind a PONG that waits for other shards, if there is
// one.
ByteBuffer& Session::answers() {
  return barrier_.is_waiting() ? barrier_.held() : output_.queue().text();
}

void Session::answered() {
  set_->mark_dirty(cid_, is_dirty_);
  if (barrier_.is_waiting() && barrier_.holds_too_much()) stall(Stall::kBarrier);
}

void Session::ok() {
  if (!is_verbose_) return;
  write_ok(answers());
  answered();
}

void Session::error(std::string_view text) {
  write_error(answers(), text);
  answered();
}

void Session::close_with_error(std::string_view text, CloseReason reason) {
  if (is_closing()) return;
  error(text);
  close(reason);
}

void Session::close(CloseReason reason) {
  if (is_closing()) return;
  state_ = State::kClosing;
  reason_ = reason;
  if (is_input_void(reason)) output_.stream().pause_reading();
  barrier_.give_to(output_.queue().text());
  set_->mark_dirty(cid_, is_dirty_);
}

void Session::end_turn() {
  is_dirty_ = false;
  if (out_count_.messages != active_through_) {
    active_through_ = out_count_.messages;
    last_activity_ = hosts().clock.wall_ns();
  }
  if (state_ == State::kDetached) return;
  if (state_ == State::kClosing) {
    if (!is_torn_down_) tear_down();
  } else {
    interest_changed(subscriptions_.remove_finished());
  }
  write_next();
}

// The last thing that is done in a call: the stream may end inside.
void Session::write_next() {
  const bool is_slow = reason_ == CloseReason::kSlowConsumerPendingBytes ||
                       reason_ == CloseReason::kSlowConsumerWriteDeadline;
  if (is_slow) {
    output_.close(ByteStream::Close::kAtOnce);
  } else if (output_.can_write()) {
    set_->watch_writes();
    output_.write_next(now());
  } else if (state_ == State::kClosing && output_.is_empty()) {
    output_.close(is_input_void(reason_) ? ByteStream::Close::kAtOnce : ByteStream::Close::kFlush);
  }
}

void Session::on_written(std::size_t) {
  output_.written();
  if (state_ == State::kDetached) return;
  if (output_.pending_bytes() <= settings().pending_bytes_max / 2) {
    back_pressure_.release_all(*set_);
  }
  write_next();
}

void Session::check_write(SteadyNs time) {
  if (is_closing() || !output_.is_late(time, settings().write_deadline_ns)) return;
  LEAT_LOG(kInfo) << log_prefix() << "Slow Consumer Detected: WriteDeadline of "
                  << settings().write_deadline_ns / 1'000'000 << "ms exceeded with "
                  << output_.pending_bytes() << " total bytes";
  ++set_->running_counts().slow_consumers_deadline;
  close(CloseReason::kSlowConsumerWriteDeadline);
}

}  // namespace leat
