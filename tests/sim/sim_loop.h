#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <set>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/log.h"
#include "core/base/rng.h"
#include "core/env/clock.h"
#include "core/env/mailbox.h"
#include "core/env/scheduler.h"

namespace leat::sim {

class SimLoop;

// The time of the simulated world: steady time is virtual, wall time is steady time plus an offset
// that a clock jump changes.
class SimClock final : public Clock {
 public:
  SteadyNs steady_ns() const override { return now_; }
  WallNs wall_ns() const override { return kEpoch + now_ + wall_offset_; }
  void jump_wall(DurationNs by) { wall_offset_ += by; }

 private:
  friend class SimLoop;
  static constexpr WallNs kEpoch = 1'700'000'000'000'000'000;
  SteadyNs now_ = 1'000'000'000;
  DurationNs wall_offset_ = 0;
};

// One simulated shard: its scheduler and its mailbox. Lives until the crash of its server; what was
// posted to it and has not run by then is forgotten.
class SimShard final : public Scheduler, public Mailbox {
 public:
  SimShard(SimLoop& loop, ShardId self, std::uint16_t count);
  ~SimShard() override;

  void post(Task task) override;
  void at_turn_end(Task task) override;
  TimerId call_at(SteadyNs when, Task task) override;
  void cancel(TimerId timer) override;

  ShardId self() const override { return self_; }
  std::uint16_t shard_count() const override { return count_; }
  void send(ShardId to, Task task) override;
  // The shards of the same server, by number, so that mail finds its way.
  void connect(std::vector<SimShard*> shards) { shards_ = std::move(shards); }

 private:
  friend class SimLoop;
  bool has_ready() const { return !ready_.empty(); }
  void run_turn(Rng& chance);

  SimLoop& loop_;
  ShardId self_;
  std::uint16_t count_;
  std::vector<SimShard*> shards_;
  std::deque<Task> ready_;
  std::vector<Task> turn_end_;
  std::vector<std::pair<ShardId, Task>> mail_;  // of this turn
  std::set<std::pair<SteadyNs, std::uint64_t>> due_;
  std::unordered_map<std::uint64_t, std::pair<SteadyNs, Task>> timers_;
  std::uint64_t next_timer_ = 1;
};

// The event loop of the whole world, on one real thread: it picks a shard that is ready by chance,
// runs one turn of it, and moves the clock to the next event when nobody is. Every choice is drawn
// from one seeded source, and folded into a hash, so that two runs of a seed can be compared.
class SimLoop {
 public:
  explicit SimLoop(std::uint64_t seed) : chance_(seed) {}

  SimClock& clock() { return clock_; }
  Rng& chance() { return chance_; }

  // Whoever hears what is logged by what this loop runs.
  void set_log(ThreadLogSink::Function log) { log_ = std::move(log); }
  const ThreadLogSink::Function& log() const { return log_; }

  // An event outside all shards (the end of a disk write, a step of a client model).
  void call_after(DurationNs delay, Task task);

  // Runs until `until` of the steady clock.
  void run_until(SteadyNs until);
  void run_for(DurationNs duration) { run_until(clock_.now_ + duration); }

  std::uint64_t next_client_number() { return next_client_++; }

  void trace(std::string_view what);  // folded into the trace hash
  std::uint64_t trace_hash() const { return trace_hash_; }

 private:
  friend class SimShard;
  void add(SimShard& shard) { shards_.push_back(&shard); }
  void remove(SimShard& shard);
  bool run_one_turn();
  SteadyNs next_event() const;
  void fire_due();

  SimClock clock_;
  Rng chance_;
  std::vector<SimShard*> shards_;
  std::set<std::pair<SteadyNs, std::uint64_t>> due_;
  std::unordered_map<std::uint64_t, Task> events_;
  std::uint64_t next_event_ = 1;
  std::uint64_t next_client_ = 1;
  std::uint64_t trace_hash_ = 0;
  ThreadLogSink::Function log_ = [](LogLevel, std::string_view) {};
};

}  // namespace leat::sim
