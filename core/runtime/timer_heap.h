#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "core/base/ids.h"
#include "core/base/task.h"
#include "core/env/scheduler.h"

namespace leat {

// The timers of one shard. Owned by the shard, used on its thread. A heap of moments points at
// slots; cancelling empties the slot at once and leaves its moment in the heap, which is rebuilt
// when more than half of it is such leftovers.
class TimerHeap {
 public:
  static constexpr SteadyNs kNever = std::numeric_limits<SteadyNs>::max();

  TimerId add(SteadyNs when, Task task);
  void cancel(TimerId timer);
  // The moment of the earliest timer; kNever: none. Drops leftovers on top of the heap.
  SteadyNs next_ns();
  // Takes the earliest timer that is due at `now`; an empty task: none. Equal moments fire in the
  // order in which they were added.
  Task take_due(SteadyNs now);
  std::size_t size() const { return live_; }

 private:
  struct Slot {
    Task task;
    std::uint32_t generation = 1;
  };
  struct Moment {
    SteadyNs when;
    std::uint64_t order;
    std::uint32_t slot;
    std::uint32_t generation;
  };
  static bool later(const Moment& a, const Moment& b) {
    return a.when != b.when ? a.when > b.when : a.order > b.order;
  }
  bool is_live(const Moment& moment) const {
    return slots_[moment.slot].generation == moment.generation;
  }
  void free_slot(std::uint32_t slot);
  void drop_leftovers();

  std::vector<Moment> heap_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::uint64_t added_ = 0;
  std::size_t live_ = 0;
};

}  // namespace leat
