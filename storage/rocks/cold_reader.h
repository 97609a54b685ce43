#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "core/env/mailbox.h"
#include "storage/api/disk_waits.h"
#include "storage/api/message_store.h"
#include "storage/rocks/database.h"

namespace leat::rocks {

// One read that a shard waits for.
struct ColdRead {
  Database::Family family = Database::Family::kBlocks;
  keys::Key key;
  StreamSeq message;  // of a block only this one; none: all of the row
  RemotePost* post = nullptr;
  MessageStore::ReadCallback callback;  // runs on the shard's thread
};

// A bounded pool of threads that read rows, so that no shard waits for a disk. Reads of one shard
// may be answered in another order than they were asked in. Owned by the store.
class ColdReader {
 public:
  ColdReader(const Database& database, int threads);
  ~ColdReader();

  // Answered with kLimit when limits::kColdReadsPending reads are waiting. Any thread.
  void read(ColdRead read);
  // Answers what is waiting, then ends.
  void stop();

  DiskWaits waits() const;  // any thread

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;
  struct Waiting {
    ColdRead read;
    SteadyTime since;  // zero: a thread was free
  };

  void run();
  void note_end(const Waiting& waited);  // under mutex_

  const Database& database_;
  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::deque<Waiting> waiting_;   // under mutex_
  std::size_t free_threads_ = 0;  // under mutex_; of those that look for work
  DiskWaits waits_;               // under mutex_
  bool is_stopping_ = false;      // under mutex_
  std::vector<std::thread> threads_;
};

}  // namespace leat::rocks
