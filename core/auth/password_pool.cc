#include "core/auth/password_pool.h"

#include <utility>

#include "core/auth/password.h"
#include "core/base/limits.h"

namespace leat {

PasswordPool::PasswordPool() = default;

PasswordPool::~PasswordPool() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool PasswordPool::submit(Check& check) {
  {
    const std::lock_guard lock(mutex_);
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

// Not both are empty. With the mutex held.
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
      std::unique_lock lock(mutex_);
      changed_.wait(lock,
                    [this] { return is_stopping_ || !logins_.empty() || !rechecks_.empty(); });
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
