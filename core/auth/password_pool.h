#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/base/task.h"
#include "core/env/mailbox.h"

namespace leat {

// Threads that check bcrypt passwords, so that no shard waits for one. Owned by the server, which
// destroys it before the shards; used from any thread.
class PasswordPool {
 public:
  using Answer = InlineFunction<void(bool matches), 320>;

  struct Check {
    std::string configured;
    std::string given;
    RemotePost* home = nullptr;  // where `answer` runs
    Answer answer;
  };

  PasswordPool();
  ~PasswordPool();  // what is waiting is dropped without an answer
  PasswordPool(const PasswordPool&) = delete;
  PasswordPool& operator=(const PasswordPool&) = delete;

  // False: limits::kPasswordChecksPending are waiting already, and `check` was not taken.
  bool submit(Check& check);

 private:
  void run();
  void start_threads();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Check> waiting_;         // guarded by mutex_
  bool is_stopping_ = false;          // guarded by mutex_
  std::vector<std::thread> threads_;  // guarded by mutex_; started by the first check
};

}  // namespace leat
