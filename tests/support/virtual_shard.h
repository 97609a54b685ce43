#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/env/clock.h"
#include "core/env/mailbox.h"
#include "core/env/scheduler.h"

namespace leat::testing {

// A shard whose time stands still until the test moves it: clock, scheduler and the mailbox of a
// server with one shard. Turns run only inside run() and advance().
class VirtualShard : public Clock, public Scheduler, public Mailbox, public RemotePost {
 public:
  static constexpr WallNs kStart = 1'700'000'000'000'000'000;

  SteadyNs steady_ns() const override { return now_; }
  WallNs wall_ns() const override { return kStart + now_ + wall_offset_; }
  void jump_wall(DurationNs by) { wall_offset_ += by; }

  void post(Task task) override { ready_.push_back(std::move(task)); }
  void at_turn_end(Task task) override { turn_end_.push_back(std::move(task)); }
  TimerId call_at(SteadyNs when, Task task) override {
    const TimerId id(++last_timer_);
    timers_.emplace(std::pair(when, id.value), std::move(task));
    return id;
  }
  void cancel(TimerId timer) override {
    due_.erase(timer);
    for (auto it = timers_.begin(); it != timers_.end(); ++it) {
      if (it->first.second == timer.value) {
        timers_.erase(it);
        return;
      }
    }
  }

  ShardId self() const override { return ShardId(0); }
  std::uint16_t shard_count() const override { return 1; }
  void send(ShardId, Task task) override { post(std::move(task)); }

  // One turn: what is ready now, then the turn-end tasks.
  bool run_turn() {
    fire_timers();
    if (ready_.empty() && turn_end_.empty()) return false;
    std::deque<Task> now;
    now.swap(ready_);
    for (Task& task : now) task();
    while (!turn_end_.empty()) {
      Task task = std::move(turn_end_.front());
      turn_end_.pop_front();
      task();
    }
    return true;
  }
  // Turns until nothing moves without time passing.
  void run() {
    for (int turns = 0; run_turn(); ++turns) LEAT_CHECK(turns < 1'000'000) << "never quiet";
  }
  // Lets time pass, stopping at each timer on the way.
  void advance(DurationNs duration) {
    const SteadyNs end = now_ + duration;
    run();
    while (!timers_.empty() && timers_.begin()->first.first <= end) {
      now_ = std::max(now_, timers_.begin()->first.first);
      run();
    }
    now_ = end;
    run();
  }
  std::size_t timer_count() const { return timers_.size(); }

 private:
  void fire_timers() {
    while (!timers_.empty() && timers_.begin()->first.first <= now_) {
      const TimerId id(timers_.begin()->first.second);
      due_.insert_or_assign(id, std::move(timers_.begin()->second));
      timers_.erase(timers_.begin());
      ready_.push_back([this, id] { fire(id); });
    }
  }

  void fire(TimerId id) {
    if (auto due = due_.extract(id)) due.mapped()();
  }

  SteadyNs now_ = 1'000'000'000;
  DurationNs wall_offset_ = 0;
  std::uint64_t last_timer_ = 0;
  std::deque<Task> ready_;
  std::deque<Task> turn_end_;
  std::map<std::pair<SteadyNs, std::uint64_t>, Task> timers_;
  std::map<TimerId, Task> due_;  // fired in this turn, unless cancelled before
};

}  // namespace leat::testing
