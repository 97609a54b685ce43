// Output, slow consumers and closing.
#include <algorithm>
#include <sstream>

#include "core/base/log.h"
#include "core/session/session.h"

namespace leat {

// Where the answer to an operation goes: behind a PONG that waits for other shards, if there is
// one.
ByteBuffer& Session::answers() { return is_barrier_pending_ ? held_ : out_.text(); }

void Session::answered() {
  set_->mark_dirty(*this);
  if (!is_barrier_pending_) return;
  if (held_.filled().size() > limits::kHeldAnswerBytes) stall(kStallBarrier);
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

// The end begins; the rest happens at the end of the turn, outside of the router and of others.
void Session::close(CloseReason reason) {
  if (is_closing()) return;
  state_ = State::kClosing;
  reason_ = reason;
  if (is_input_void(reason)) stream_->pause_reading();
  out_.text().append(held_.filled());
  held_ = ByteBuffer(limits::kSmallOutBlockBytes);
  set_->mark_dirty(*this);
}

bool Session::is_behind() const {
  return out_.pending_bytes() > settings().pending_bytes_max / 4 * 3;
}

void Session::output_grew(const Origin& origin) {
  set_->mark_dirty(*this);
  if (!is_behind()) [[likely]] {
    return;
  }
  if (out_.pending_bytes() > settings().pending_bytes_max) {
    LEAT_LOG(kInfo) << log_prefix() << "Slow Consumer Detected: MaxPending of "
                    << settings().pending_bytes_max << " Exceeded";
    ++set_->counts_.slow_consumers_pending;
    close(CloseReason::kSlowConsumerPendingBytes);
    return;
  }
  // Never itself: whoever only reads what it published once it is read on would wait for ever.
  if (!origin.connection || origin.connection == cid_) return;
  const bool is_known = std::any_of(
      stalled_.begin(), stalled_.end(),
      [&](const StalledPublisher& known) { return known.connection == origin.connection; });
  if (is_known) return;
  stalled_.push_back({origin.shard, origin.connection});
  ++set_->counts_.stalled_publishers;
  set_->hold(origin.shard, origin.connection);
}

void Session::resume_publishers() {
  if (stalled_.empty() || out_.pending_bytes() > settings().pending_bytes_max / 2) return;
  for (const StalledPublisher& publisher : stalled_) {
    set_->release(publisher.shard, publisher.connection);
  }
  stalled_.clear();
}

void Session::end_turn() {
  is_dirty_ = false;
  if (out_count_.messages != active_through_) {
    active_through_ = out_count_.messages;
    last_activity_ = set_->hosts_.clock.wall_ns();
  }
  if (state_ == State::kDetached) return;
  if (state_ == State::kClosing) {
    if (!is_torn_down_) tear_down();
  } else {
    remove_finished();
  }
  write_next();
}

// The last thing that is done in a call: the stream may end inside.
void Session::write_next() {
  if (is_stream_closed_) return;
  const bool is_slow = reason_ == CloseReason::kSlowConsumerPendingBytes ||
                       reason_ == CloseReason::kSlowConsumerWriteDeadline;
  if (is_slow) {
    is_stream_closed_ = true;
    stream_->close(ByteStream::Close::kAtOnce);
    return;
  }
  if (out_.is_writing()) return;
  if (out_.has_output()) {
    write_began_ = now();
    set_->watch_writes();
    stream_->write(out_.next_write());
    return;
  }
  if (state_ != State::kClosing) return;
  is_stream_closed_ = true;
  stream_->close(is_input_void(reason_) ? ByteStream::Close::kAtOnce : ByteStream::Close::kFlush);
}

void Session::on_written(std::size_t) {
  out_.written();
  if (state_ == State::kDetached) return;
  resume_publishers();
  write_next();
}

void Session::check_write(SteadyNs time) {
  if (is_closing() || !out_.is_writing()) return;
  if (time - write_began_ < settings().write_deadline_ns) return;
  LEAT_LOG(kInfo) << log_prefix() << "Slow Consumer Detected: WriteDeadline of "
                  << settings().write_deadline_ns / 1'000'000 << "ms exceeded with "
                  << out_.pending_bytes() << " total bytes";
  ++set_->counts_.slow_consumers_deadline;
  close(CloseReason::kSlowConsumerWriteDeadline);
}

std::string Session::log_prefix() const {
  std::ostringstream prefix;
  prefix << stream_->peer().host << ":" << stream_->peer().port << " - cid:" << cid_ << " - ";
  if (is_connected_ && !(connect_->version + connect_->lang + connect_->name).empty()) {
    prefix << "\"v" << connect_->version << ":" << connect_->lang;
    if (!connect_->name.empty()) prefix << ":" << connect_->name;
    prefix << "\" - ";
  }
  if (identity_ != nullptr) {
    prefix << "\"" << identity_->account_name;
    if (!identity_->user.empty()) prefix << "/" << identity_->user;
    prefix << "\" - ";
  }
  return prefix.str();
}

}  // namespace leat
