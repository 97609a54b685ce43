#include "core/auth/password_pool.h"

#include <utility>

#include "core/auth/password.h"
#include "core/base/limits.h"
#include "core/base/mutex.h"

namespace leat {

PasswordPool::PasswordPool() = default;

PasswordPool::~PasswordPool() {
  std::vector<std::thread> threads;
  {
    const MutexLock lock(mutex_);
    is_stopping_ = true;
    threads.swap(threads_);
  }
  changed_.notify_all();
  for (std::thread& thread : threads) thread.join();
}

bool PasswordPool::submit(Check& check) {
  {
    const MutexLock lock(mutex_);
    const bool is_login = check.urgency == Urgency::kLogin;
    if (is_login && logins_.size() >= limits::kPasswordChecksPending) return false;
    if (threads_.empty()) start_threads();
    (is_login ? logins_ : rechecks_).push_back(std::move(check));
  }
  changed_.notify_one();
  return true;
}

// A server without bcrypt passwords has no threads for them.
void PasswordPool::start_threads() {
  for (int i = 0; i < limits::kPasswordThreads; ++i) {
    threads_.emplace_back([this] { run(); });
  }
}

// Not both are empty.
std::deque<PasswordPool::Check>& PasswordPool::next_queue() {
  is_recheck_next_ = !is_recheck_next_;
  if (logins_.empty()) return rechecks_;
  if (rechecks_.empty()) return logins_;
  return is_recheck_next_ ? logins_ : rechecks_;
}

void PasswordPool::run() {
  while (true) {
    Check check;
    {
      const MutexLock lock(mutex_);
      while (!is_stopping_ && logins_.empty() && rechecks_.empty()) changed_.wait(mutex_);
      if (is_stopping_) return;
      std::deque<Check>& queue = next_queue();
      check = std::move(queue.front());
      queue.pop_front();
    }
    const bool matches = password_matches(check.configured, check.given);
    check.home->post([answer = std::move(check.answer), matches]() mutable { answer(matches); });
  }
}

}  // namespace leat
