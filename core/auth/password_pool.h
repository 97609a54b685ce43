#pragma once

#include <deque>
#include <string>
#include <thread>
#include <vector>

#include "core/base/mutex.h"
#include "core/base/task.h"
#include "core/env/mailbox.h"

namespace leat {

// Threads that check bcrypt passwords, so that no shard waits for one. Owned by the server, which
// destroys it before the shards; used from any thread.
class PasswordPool {
 public:
  using Answer = InlineFunction<void(bool matches)>;

  // Connections that are in already are looked at again after a reload; their number is bounded by
  // their being there. They and those who want to come in are served in turn.
  enum class Urgency { kLogin, kRecheck };

  struct Check {
    Urgency urgency = Urgency::kLogin;
    std::string configured;
    std::string given;
    RemotePost* home = nullptr;  // where `answer` runs
    Answer answer;
  };

  PasswordPool();
  ~PasswordPool();  // what is waiting is dropped without an answer
  PasswordPool(const PasswordPool&) = delete;
  PasswordPool& operator=(const PasswordPool&) = delete;

  // False: limits::kPasswordChecksPending logins wait already, and `check` was not taken.
  bool submit(Check& check);

 private:
  void run();
  void start_threads() LEAT_REQUIRES(mutex_);
  std::deque<Check>& next_queue() LEAT_REQUIRES(mutex_);

  Mutex mutex_;
  CondVar changed_;
  std::deque<Check> logins_ LEAT_GUARDED_BY(mutex_);
  std::deque<Check> rechecks_ LEAT_GUARDED_BY(mutex_);
  bool is_recheck_next_ LEAT_GUARDED_BY(mutex_) = false;
  bool is_stopping_ LEAT_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_ LEAT_GUARDED_BY(mutex_);  // started by the first check
};

}  // namespace leat
