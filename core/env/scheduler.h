#pragma once

#include "core/base/ids.h"
#include "core/base/task.h"

namespace leat {

using TimerId = StrongId<struct TimerIdTag>;

// The loop of one shard, seen by the hosts that live on it. All calls on the shard's own thread.
//
//   turn:  run what is ready (reads, mail, timers, posted tasks)  ->  turn-end tasks  ->  sleep
//
// A turn-end task is where the work of a turn is put together: one entry, one write per connection,
// one mailbox flush. Tasks added while turn-end tasks run are run in the same turn end.
class Scheduler {
 public:
  virtual ~Scheduler() = default;
  virtual void post(Task task) = 0;         // in a later turn, in order of posting
  virtual void at_turn_end(Task task) = 0;  // once, before the loop sleeps again
  // Runs `task` at or after `when` of the shard's steady clock, to the millisecond.
  virtual TimerId call_at(SteadyNs when, Task task) = 0;
  // A timer that has fired or was cancelled is ignored.
  virtual void cancel(TimerId timer) = 0;
};

}  // namespace leat
