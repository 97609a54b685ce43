#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace leat {

// One thread that does what others hand it, and the lock over that. The owner keeps what is handed
// over in members of its own, declared before this one and touched under this lock only.
//
//   any thread:  hand_over([&] { waiting_.push_back(job); return true; })
//   the thread:  lock(), wait(lock, has_work), take what waits, unlock, do it
class WorkerThread {
 public:
  using Lock = std::unique_lock<std::mutex>;

  WorkerThread() = default;
  ~WorkerThread() { stop(); }
  WorkerThread(const WorkerThread&) = delete;
  WorkerThread& operator=(const WorkerThread&) = delete;

  // Called once. `run` returns soon after is_stopping().
  void start(std::function<void()> run) { thread_ = std::thread(std::move(run)); }

  // Wakes the thread for the last time and waits until it has ended. Further calls do nothing. Not
  // called on the thread itself.
  void stop() {
    if (!thread_.joinable()) return;
    hand_over([this] { return is_stopping_ = true; });
    thread_.join();
  }

  // Calls `change` under the lock; wakes the thread where it answers true. Any thread.
  template <typename Change>
  void hand_over(Change&& change) {
    bool wakes = false;
    {
      const std::lock_guard lock(mutex_);
      wakes = change();
    }
    if (wakes) work_.notify_one();
  }

  // The thread's own from here on.
  Lock lock() { return Lock(mutex_); }
  bool is_stopping(const Lock&) const { return is_stopping_; }
  // Returns when has_work(), or when the thread should end.
  template <typename HasWork>
  void wait(Lock& lock, HasWork has_work) {
    work_.wait(lock, [&] { return is_stopping_ || has_work(); });
  }
  // The same; false when the time has passed without either.
  template <typename HasWork>
  bool wait_until(Lock& lock, std::chrono::steady_clock::time_point time, HasWork has_work) {
    return work_.wait_until(lock, time, [&] { return is_stopping_ || has_work(); });
  }
  template <typename HasWork>
  bool wait_for(Lock& lock, std::chrono::steady_clock::duration time, HasWork has_work) {
    return wait_until(lock, std::chrono::steady_clock::now() + time, std::move(has_work));
  }

 private:
  std::mutex mutex_;
  std::condition_variable work_;
  bool is_stopping_ = false;  // under mutex_
  std::thread thread_;
};

}  // namespace leat
