#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <thread>
#include <vector>

#include "core/base/mutex.h"
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
  void note_end(const Waiting& waited) LEAT_REQUIRES(mutex_);

  const Database& database_;
  mutable Mutex mutex_;
  CondVar work_;
  std::deque<Waiting> waiting_ LEAT_GUARDED_BY(mutex_);
  std::size_t free_threads_ LEAT_GUARDED_BY(mutex_) = 0;  // of those that look for work
  DiskWaits waits_ LEAT_GUARDED_BY(mutex_);
  bool is_stopping_ LEAT_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace leat::rocks
