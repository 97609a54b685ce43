#pragma once

#include <cstddef>
#include <deque>
#include <string>

#include "core/env/mailbox.h"
#include "core/runtime/worker_thread.h"
#include "storage/api/log_store.h"
#include "storage/journal/entry_reader.h"

namespace leat::journal {

// One read that a shard waits for. `answer` is posted to the shard with what was read.
struct LogRead {
  RemotePost* post = nullptr;
  LogReadCallback answer;
  GroupId group;
  LogIndex from;
  std::size_t bytes = 0;
};

// Answers a read on its shard's thread.
void answer(LogRead& read, Result<std::vector<LogRecord>> entries);

// The thread that reads entries back, in the order they were asked for, so that neither a shard nor
// the thread that syncs waits for such a read. Owned by the SyncThread, which makes the plans. Its
// queue is bounded by limits::kLogReadsPending.
class ReadThread {
 public:
  ReadThread(FileSystem& files, std::string directory);

  // Without a plan it is the answer. Any thread.
  void read(LogRead read, Result<ReadPlan> plan);
  // Answers what waits, then ends.
  void stop() { worker_.stop(); }

 private:
  struct Waiting {
    LogRead read;
    Result<ReadPlan> plan;
  };
  void run();

  EntryReader reader_;           // the thread's own
  std::deque<Waiting> waiting_;  // under the worker's lock
  WorkerThread worker_;
};

}  // namespace leat::journal
