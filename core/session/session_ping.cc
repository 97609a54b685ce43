// PING and PONG in both directions, and the one timer of a connection.
#include <utility>

#include "core/base/log.h"
#include "core/session/session.h"
#include "core/session/session_log.h"

namespace leat {

namespace {

constexpr DurationNs kRttAgeNs = 3600LL * 1'000'000'000;

}  // namespace

// PONG is a barrier: it leaves when every shard that was told something by this connection has
// taken it. Publishing may go on meanwhile; answers wait behind the PONG.
void Session::handle_ping() {
  if (is_barrier_pending_) {
    is_ping_deferred_ = true;
    stall(kStallBarrier);
    return;
  }
  const ShardSet touched = std::exchange(touched_, {});
  if (touched.empty()) {
    pong();
    return;
  }
  is_barrier_pending_ = true;
  set_->hosts_.router.when_taken(touched, [set = set_, cid = cid_] {
    if (Session* session = set->find(cid)) session->barrier_passed();
  });
}

void Session::barrier_passed() {
  if (!is_barrier_pending_ || is_closing()) return;
  is_barrier_pending_ = false;
  pong();
  out_.text().append(held_.filled());
  held_ = ByteBuffer(limits::kSmallOutBlockBytes);
  if (std::exchange(is_ping_deferred_, false)) handle_ping();
  unstall(kStallBarrier);
}

void Session::pong() {
  if (log_enabled(LogLevel::kTrace)) SessionTrace(*this, settings()).told("PONG");
  write_pong(answers());
  answered();
  if (!is_connected_ || std::exchange(has_had_pong_, true)) return;
  announce(InfoKind::kConnected);
}

void Session::handle_pong() {
  pings_out_ = 0;
  if (ping_sent_ == 0) return;
  rtt_measured_ = now();
  rtt_ns_ = rtt_measured_ - std::exchange(ping_sent_, 0);
}

void Session::set_timer(SteadyNs when) {
  timer_.arm(when, [this] { on_timer(); });
}

void Session::on_timer() {
  if (state_ == State::kClosing) {
    // Its last words have had their time.
    if (std::exchange(is_stream_closed_, true)) return;
    stream_->close(ByteStream::Close::kAtOnce);
    return;
  }
  if (auth_deadline_ != 0 && state_ == State::kOpen) {
    close_with_error("Authentication Timeout", CloseReason::kAuthenticationTimeout);
    return;
  }
  if (state_ != State::kAuthenticating) ping_if_quiet();
  if (!is_closing()) set_timer(now() + settings().ping_interval_ns);
}

void Session::ping_if_quiet() {
  const SteadyNs time = now();
  const bool is_quiet = time - last_active_ >= settings().ping_interval_ns || last_active_ == 0;
  const bool wants_rtt = rtt_measured_ == 0 || time - rtt_measured_ > kRttAgeNs;
  if (is_quiet) out_.shrink();
  if (!is_quiet && !wants_rtt) return;
  if (pings_out_ + 1 > settings().pings_outstanding_max) {
    LEAT_LOG(kDebug) << log_prefix() << "Stale Client Connection - Closing";
    ++set_->counts_.stale_connections;
    close_with_error("Stale Connection", CloseReason::kStaleConnection);
    return;
  }
  ++pings_out_;
  ping_sent_ = time;
  write_ping(out_.text());
  answered();
}

}  // namespace leat
