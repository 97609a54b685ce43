#pragma once

#include <functional>
#include <utility>

#include "core/base/ids.h"
#include "core/env/clock.h"
#include "core/env/owned_timer.h"

namespace leat {

// Notices that the wall clock was set, in either direction. A timer for a moment of the wall clock
// waits in steady time, armed by the difference of the two clocks as it was then; once the clock is
// set it comes at the wrong moment. One watch looks after all timers of a shard, so that a quiet
// stream costs nothing: about once a second it compares the difference with the one of before, and
// tells when it has moved by more than timers are meant to be exact.
//
// Owned by the stream set, on its shard's thread.
class ClockWatch {
 public:
  // `on_set` arms everything anew that waits for the wall clock.
  ClockWatch(Scheduler& scheduler, const Clock& clock, std::function<void()> on_set)
      : clock_(clock), on_set_(std::move(on_set)), timer_(scheduler) {}
  ClockWatch(const ClockWatch&) = delete;
  ClockWatch& operator=(const ClockWatch&) = delete;

  // Does nothing when it runs.
  void start();
  void stop() { timer_.cancel(); }

 private:
  DurationNs difference() const { return clock_.wall_ns() - clock_.steady_ns(); }
  void arm();
  void look();

  const Clock& clock_;
  std::function<void()> on_set_;
  DurationNs known_ = 0;  // the difference that timers are armed by
  OwnedTimer timer_;
};

}  // namespace leat
