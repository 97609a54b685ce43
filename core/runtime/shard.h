#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/ids.h"
#include "core/base/mutex.h"
#include "core/base/owner_thread.h"
#include "core/base/task.h"
#include "core/env/clock.h"
#include "core/env/mailbox.h"
#include "core/env/scheduler.h"
#include "core/runtime/timer_heap.h"

// Asio's headers stand in the files that use it: they take seconds to read.
namespace boost::asio {
class io_context;
}

namespace leat {

// What other threads may do to a shard: put tasks into its inbox. Any thread.
//
// The one lock on the path of every message: it is taken once per turn and pair of shards,
// to append a whole batch, and once per turn by the owner, to take all of it.
class ShardInbox final : public RemotePost {
 public:
  // LEAT_CHECKs that the system gives it a descriptor.
  explicit ShardInbox(boost::asio::io_context& loop);
  ~ShardInbox() override;
  ShardInbox(const ShardInbox&) = delete;
  ShardInbox& operator=(const ShardInbox&) = delete;

  void post(Task task) override;
  void append(std::vector<Task>& batch);  // leaves `batch` empty, with its capacity
  // The owner takes what is there. `into` must be empty.
  void take(std::vector<Task>& into);

 private:
  struct Bell;
  void listen();
  void wake();

  std::unique_ptr<Bell> bell_;
  Mutex mutex_;
  std::vector<Task> tasks_ LEAT_GUARDED_BY(mutex_);
  bool wake_is_posted_ LEAT_GUARDED_BY(mutex_) = false;
};

// One loop and its thread: the world of everything that lives on a shard. Owned by ShardPool.
// Everything but inbox() and stop() is called on the thread that is inside run() (or before it).
//
//   turn:  tasks posted in earlier turns, handlers of sockets, mail, due timers
//          -> turn-end tasks until there are none -> mail to other shards -> sleep
//
// Between turns there are no turn-end tasks and no unsent mail.
class Shard final : public Scheduler, public Mailbox {
 public:
  Shard(ShardId self, const Clock& clock);
  ~Shard() override;
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  // Scheduler
  void post(Task task) override;
  void at_turn_end(Task task) override;
  TimerId call_at(SteadyNs when, Task task) override;
  void cancel(TimerId timer) override;

  // Mailbox
  ShardId self() const override { return self_; }
  std::uint16_t shard_count() const override { return static_cast<std::uint16_t>(peers_.size()); }
  void send(ShardId to, Task task) override;

  // The inboxes of all shards, by shard; before run(). Without it the shard is alone.
  void connect(std::vector<ShardInbox*> peers);

  ShardInbox& inbox() { return inbox_; }  // any thread
  const Clock& clock() const { return clock_; }
  boost::asio::io_context& loop() { return *loop_; }

  void run();       // until stop()
  void stop();      // any thread; the turn under way is finished
  void run_turn();  // one turn without sleeping, for tests and for the time before run()

 private:
  void go_on_with_turn();
  void run_handlers();
  void run_batch(std::vector<Task>& from);
  void run_turn_end();
  void send_mail();
  bool has_work() { return !posted_.empty() || timers_.next_ns() <= clock_.steady_ns(); }

  const ShardId self_;
  OwnerThread owner_;  // the maker, then whoever is inside run(), then again anyone
  const Clock& clock_;
  TimerHeap timers_;  // outlives the loop, whose last handlers cancel their timers
  const std::unique_ptr<boost::asio::io_context> loop_;  // told that one thread runs it
  ShardInbox inbox_;
  std::atomic<bool> stopped_{false};
  std::vector<ShardInbox*> peers_;
  std::vector<std::vector<Task>> outgoing_;  // by shard
  std::vector<Task> posted_;
  std::vector<Task> turn_end_;
  std::vector<Task> running_;  // scratch: the batch being run
};

}  // namespace leat
