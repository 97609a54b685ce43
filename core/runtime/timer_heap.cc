#include "core/runtime/timer_heap.h"

#include <algorithm>

namespace leat {

namespace {

constexpr std::size_t kHeapSizeWorthCleaning = 64;

}  // namespace

TimerId TimerHeap::add(SteadyNs when, Task task) {
  std::uint32_t slot = 0;
  if (free_.empty()) {
    slot = static_cast<std::uint32_t>(slots_.size());
    slots_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  slots_[slot].task = std::move(task);
  ++live_;
  heap_.push_back(
      Moment{.when = when, .order = ++added_, .slot = slot, .generation = slots_[slot].generation});
  std::push_heap(heap_.begin(), heap_.end(), later);
  return TimerId((static_cast<std::uint64_t>(slots_[slot].generation) << 32) | slot);
}

void TimerHeap::cancel(TimerId timer) {
  const auto slot = static_cast<std::uint32_t>(timer.value);
  const auto generation = static_cast<std::uint32_t>(timer.value >> 32);
  if (slot >= slots_.size() || slots_[slot].generation != generation) return;
  const Task dropped = std::move(slots_[slot].task);  // its destructor may call cancel again
  free_slot(slot);
  if (heap_.size() > kHeapSizeWorthCleaning && heap_.size() > 2 * live_) drop_leftovers();
}

SteadyNs TimerHeap::next_ns() {
  while (!heap_.empty() && !is_live(heap_.front())) {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    heap_.pop_back();
  }
  return heap_.empty() ? kNever : heap_.front().when;
}

Task TimerHeap::take_due(SteadyNs now) {
  if (next_ns() > now) return {};
  const std::uint32_t slot = heap_.front().slot;
  std::pop_heap(heap_.begin(), heap_.end(), later);
  heap_.pop_back();
  Task task = std::move(slots_[slot].task);
  free_slot(slot);
  return task;
}

void TimerHeap::free_slot(std::uint32_t slot) {
  // Generation 0 is skipped: together with slot 0 it would be the id "none".
  if (++slots_[slot].generation == 0) slots_[slot].generation = 1;
  free_.push_back(slot);
  --live_;
}

void TimerHeap::drop_leftovers() {
  std::erase_if(heap_, [this](const Moment& moment) { return !is_live(moment); });
  std::make_heap(heap_.begin(), heap_.end(), later);
}

}  // namespace leat
