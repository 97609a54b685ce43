#include "tests/sim/sim_loop.h"

#include <algorithm>
#include <limits>

#include "core/base/check.h"
#include "core/base/hash.h"

namespace leat::sim {

namespace {
constexpr SteadyNs kNever = std::numeric_limits<SteadyNs>::max();
}  // namespace

SimShard::SimShard(SimLoop& loop, ShardId self, std::uint16_t count)
    : loop_(loop), self_(self), count_(count) {
  loop_.add(*this);
}

SimShard::~SimShard() { loop_.remove(*this); }

void SimShard::post(Task task) { ready_.push_back(std::move(task)); }

void SimShard::at_turn_end(Task task) {
  turn_end_.push_back(std::move(task));
  // A turn must follow when the call came from outside one.
  if (ready_.empty()) ready_.emplace_back([] {});
}

TimerId SimShard::call_at(SteadyNs when, Task task) {
  const std::uint64_t id = next_timer_++;
  due_.emplace(when, id);
  timers_.emplace(id, std::pair{when, std::move(task)});
  return TimerId(id);
}

void SimShard::cancel(TimerId timer) {
  const auto found = timers_.find(timer.value);
  if (found == timers_.end()) return;
  due_.erase({found->second.first, timer.value});
  timers_.erase(found);
}

void SimShard::send(ShardId to, Task task) {
  mail_.emplace_back(to, std::move(task));
  if (ready_.empty()) ready_.emplace_back([] {});
}

void SimShard::run_turn(Rng& chance) {
  // A turn takes a part of what is ready, as a poll of real sockets would.
  std::size_t count = 1 + chance.below(ready_.size());
  while (count-- > 0 && !ready_.empty()) {
    Task task = std::move(ready_.front());
    ready_.pop_front();
    task();
  }
  for (std::size_t i = 0; i < turn_end_.size(); ++i) {
    Task task = std::move(turn_end_[i]);
    task();
  }
  turn_end_.clear();
  for (auto& [to, task] : mail_) shards_.at(to.value)->ready_.push_back(std::move(task));
  mail_.clear();
}

void SimLoop::remove(SimShard& shard) { std::erase(shards_, &shard); }

void SimLoop::call_after(DurationNs delay, Task task) {
  const std::uint64_t id = next_event_++;
  due_.emplace(clock_.now_ + delay, id);
  events_.emplace(id, std::move(task));
}

bool SimLoop::run_one_turn() {
  std::vector<SimShard*> ready;
  for (SimShard* shard : shards_) {
    if (shard->has_ready()) ready.push_back(shard);
  }
  if (ready.empty()) return false;
  ready[chance_.below(ready.size())]->run_turn(chance_);
  return true;
}

SteadyNs SimLoop::next_event() const {
  SteadyNs next = due_.empty() ? kNever : due_.begin()->first;
  for (const SimShard* shard : shards_) {
    if (!shard->due_.empty()) next = std::min(next, shard->due_.begin()->first);
  }
  return next;
}

void SimLoop::fire_due() {
  for (SimShard* shard : shards_) {
    while (!shard->due_.empty() && shard->due_.begin()->first <= clock_.now_) {
      const std::uint64_t id = shard->due_.begin()->second;
      shard->due_.erase(shard->due_.begin());
      // It can still be cancelled by what is ready before it.
      shard->ready_.push_back([shard, id] {
        if (auto timer = shard->timers_.extract(id)) timer.mapped().second();
      });
    }
  }
  while (!due_.empty() && due_.begin()->first <= clock_.now_) {
    const std::uint64_t id = due_.begin()->second;
    due_.erase(due_.begin());
    Task task = std::move(events_.extract(id).mapped());
    task();
  }
}

void SimLoop::run_until(SteadyNs until) {
  const ThreadLogSink sink(log_);
  while (true) {
    // Events may end a server, and with it shards; turns never do.
    while (run_one_turn()) {
    }
    const SteadyNs next = next_event();
    if (next > until) break;
    clock_.now_ = std::max(clock_.now_, next);
    fire_due();
  }
  clock_.now_ = std::max(clock_.now_, until);
}

void SimLoop::trace(std::string_view what) {
  trace_hash_ = xxh3_64(what, trace_hash_ ^ static_cast<std::uint64_t>(clock_.now_));
}

}  // namespace leat::sim
