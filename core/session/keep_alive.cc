#include "core/session/keep_alive.h"

#include <utility>

namespace leat {

namespace {

constexpr DurationNs kRttAgeNs = 3600LL * 1'000'000'000;

}  // namespace

KeepAlive::Due KeepAlive::look(SteadyNs now, const Rules& rules) {
  const bool wants_rtt = rtt_measured_ == 0 || now - rtt_measured_ > kRttAgeNs;
  if (!is_quiet(now, rules.interval_ns) && !wants_rtt) return Due::kNothing;
  if (pings_out_ + 1 > rules.outstanding_max) return Due::kStale;
  ++pings_out_;
  ping_sent_ = now;
  return Due::kPing;
}

void KeepAlive::ponged(SteadyNs now) {
  pings_out_ = 0;
  if (ping_sent_ == 0) return;
  rtt_measured_ = now;
  rtt_ns_ = rtt_measured_ - std::exchange(ping_sent_, 0);
}

}  // namespace leat
