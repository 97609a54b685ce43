#pragma once

#include <utility>

#include "core/base/ids.h"
#include "core/env/scheduler.h"

namespace leat {

// One timer of its owner, a member of it, used on the shard's thread. It fires at most once for
// each time it is armed, and never after it was cancelled, armed anew or destroyed: its task may
// capture the owner as `this`. The scheduler outlives it.
class OwnedTimer {
 public:
  explicit OwnedTimer(Scheduler& scheduler) : scheduler_(&scheduler) {}
  ~OwnedTimer() { cancel(); }
  OwnedTimer(const OwnedTimer&) = delete;
  OwnedTimer& operator=(const OwnedTimer&) = delete;

  // Runs `task` at or after `when`; what it was armed for before is dropped. It counts as not armed
  // while the task runs, which may arm it again, or destroy it together with its owner.
  template <typename F>
  void arm(SteadyNs when, F task) {
    cancel();
    timer_ = scheduler_->call_at(when, [this, task = std::move(task)]() mutable {
      timer_ = {};
      task();
    });
  }
  // Does nothing where it is not armed.
  void cancel() {
    if (timer_) scheduler_->cancel(std::exchange(timer_, {}));
  }
  bool is_armed() const { return static_cast<bool>(timer_); }

 private:
  Scheduler* scheduler_;
  TimerId timer_;  // none: not armed
};

}  // namespace leat
