#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

// What clang checks when it builds (-Wthread-safety): that a member is touched under its mutex, and
// that who calls a function holds it. Other compilers read nothing.
#if defined(__clang__)
#define LEAT_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define LEAT_THREAD_ATTRIBUTE(x)
#endif
#define LEAT_GUARDED_BY(mutex) LEAT_THREAD_ATTRIBUTE(guarded_by(mutex))
#define LEAT_REQUIRES(mutex) LEAT_THREAD_ATTRIBUTE(requires_capability(mutex))

namespace leat {

// A mutex whose use clang checks. For layer 4 and above: below it nothing is shared.
class LEAT_THREAD_ATTRIBUTE(capability("mutex")) Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void lock() LEAT_THREAD_ATTRIBUTE(acquire_capability()) { mutex_.lock(); }
  void unlock() LEAT_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

// Holds a mutex for as long as it lives.
class LEAT_THREAD_ATTRIBUTE(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) LEAT_THREAD_ATTRIBUTE(acquire_capability(mutex))
      : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() LEAT_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// Waits for a change of what a mutex guards. A wait may end without one: it stands in a loop that
// looks at the condition.
class CondVar {
 public:
  CondVar() = default;
  CondVar(const CondVar&) = delete;
  CondVar& operator=(const CondVar&) = delete;

  void notify_one() { changed_.notify_one(); }
  void notify_all() { changed_.notify_all(); }

  // Lets go of the mutex while it waits.
  void wait(Mutex& mutex) LEAT_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    changed_.wait(lock);
    lock.release();  // NOLINT: the caller holds it on
  }
  // The same; false when it is `time`.
  bool wait_until(Mutex& mutex, std::chrono::steady_clock::time_point time) LEAT_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    const std::cv_status status = changed_.wait_until(lock, time);
    lock.release();  // NOLINT: the caller holds it on
    return status == std::cv_status::no_timeout;
  }

 private:
  std::condition_variable changed_;
};

}  // namespace leat
