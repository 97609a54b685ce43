#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <vector>

#include "core/env/mailbox.h"
#include "core/runtime/worker_thread.h"
#include "storage/api/message_store.h"
#include "storage/rocks/database.h"

namespace leat::rocks {

// What the store thread is asked to do for a shard.
struct StoreJob {
  enum class Kind { kWrite, kDelete };
  Kind kind = Kind::kWrite;
  WriteSet set;  // of kDelete: its group alone
  RemotePost* post = nullptr;
  Task on_done;  // runs on the shard's thread
};

// The one thread that writes to the database: takes write sets in the order they were given, each
// as one WriteBatch, and asks for a flush when memory tables are half full. Its queue is bounded by
// the shards, which hold back publishers at limits::kStorePendingBytes. Owned by the store.
class StoreThread {
 public:
  struct Bounds {
    std::size_t flush_bytes = 0;           // in memory tables before a flush is asked for
    std::uint64_t reclaim_step_bytes = 0;  // below a floor before tables are dropped
  };
  StoreThread(Database& database, FlushBook& book, const RetentionBook& retention, Bounds bounds);

  void submit(StoreJob job);  // any thread
  // Flushes what was written, if anything was; any thread.
  void ask_for_flush();
  // A flush has ended; any thread. One that failed ends when the database was resumed.
  void flush_ended();
  void trouble_changed();  // of the database; any thread
  // The floors of these streams are flushed: their room is looked at; any thread.
  void reclaim(const std::vector<GroupId>& streams);
  // Does what was submitted, then ends.
  void stop() { worker_.stop(); }

  std::uint64_t write_sets() const { return write_sets_.load(std::memory_order_relaxed); }
  std::uint64_t written_bytes() const { return written_bytes_.load(std::memory_order_relaxed); }

 private:
  void run();
  void do_job(StoreJob& job);
  // False when the disk stayed full until the end: the log has what was not written.
  bool write_when_there_is_room();
  // On a full disk: after a while the database tries again. False when stopping.
  bool wait_for_room();
  void mend();
  void begin_flush();
  bool is_flush_due(bool is_wanted);
  void reclaim_some();
  bool is_worth_reclaiming(GroupId deleted) const;
  void fill_write(const WriteSet& set);
  void fill_delete(GroupId stream);
  void put(Database::Family family, std::string_view key, std::string_view value);
  void put_or_delete(Database::Family family, std::string_view key, const Bytes& value);
  void delete_range(Database::Family family, const keys::Range& range);

  Database& database_;
  FlushBook& book_;
  const RetentionBook& retention_;
  const Bounds bounds_;
  rocksdb::WriteBatch batch_;                // the thread's own, kept for its memory
  std::size_t bytes_since_flush_ = 0;        // the thread's own
  std::deque<GroupId> to_reclaim_;           // the thread's own
  std::chrono::milliseconds room_interval_;  // the thread's own; between attempts to resume
  std::atomic<std::uint64_t> write_sets_{0};
  std::atomic<std::uint64_t> written_bytes_{0};

  // Under the lock of worker_.
  std::vector<StoreJob> waiting_;
  std::vector<GroupId> lowered_;  // to be reclaimed
  bool is_flush_asked_ = false;
  bool is_flushing_ = false;

  WorkerThread worker_;
};

}  // namespace leat::rocks
