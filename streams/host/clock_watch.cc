#include "streams/host/clock_watch.h"

#include <cstdlib>

namespace leat {
namespace {

constexpr DurationNs kLookNs = 1'000'000'000;
// Less is a clock that is being slewed, or a thread that was held up between the two clocks.
constexpr DurationNs kSetNs = 100'000'000;

}  // namespace

void ClockWatch::start() {
  if (timer_.is_armed()) return;
  known_ = difference();
  arm();
}

void ClockWatch::arm() {
  timer_.arm(clock_.steady_ns() + kLookNs, [this] { look(); });
}

void ClockWatch::look() {
  arm();
  const DurationNs now = difference();
  if (std::abs(now - known_) < kSetNs) return;
  known_ = now;
  on_set_();
}

}  // namespace leat
