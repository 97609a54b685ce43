#pragma once

#include <atomic>
#include <thread>

#include "core/base/check.h"

namespace leat {

// Remembers the thread that used its object first and notices when another one does. A member of
// an object with one owner thread; LEAT_DCHECK_OWNER(owner_) stands at its public entries.
class OwnerThread {
 public:
  // True on the owner's thread; the first caller becomes the owner.
  bool is_current() const {
    const std::thread::id self = std::this_thread::get_id();
    // The plain look first: it is all that the hot way pays.
    std::thread::id owner = owner_.load(std::memory_order_relaxed);
    if (owner != std::thread::id()) return owner == self;
    if (owner_.compare_exchange_strong(owner, self, std::memory_order_relaxed)) return true;
    return owner == self;
  }
  // The next user becomes the owner: for objects that are built on one thread and used on another.
  void release() { owner_.store({}, std::memory_order_relaxed); }

 private:
  mutable std::atomic<std::thread::id> owner_{};
};

}  // namespace leat

// On in builds without NDEBUG.
#ifdef NDEBUG
#define LEAT_DCHECK_OWNER(owner) static_cast<void>(0)
#else
#define LEAT_DCHECK_OWNER(owner) LEAT_CHECK((owner).is_current()) << "used off its owner's thread"
#endif
