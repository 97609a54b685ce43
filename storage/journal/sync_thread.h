#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "core/runtime/worker_thread.h"
#include "storage/journal/journal.h"
#include "storage/journal/read_thread.h"
#include "storage/journal/writer.h"

namespace leat::journal {

// What one shard and the sync thread know of each other. `listener` and `pending_bytes` belong to
// the shard's thread; `post` is called by the sync thread.
struct ShardLog {
  RemotePost* post = nullptr;
  LogListener* listener = nullptr;  // none once the shard's handle is gone
  std::size_t pending_bytes = 0;
  std::size_t pending_reads = 0;
};

// Records up to `through` of a shard were handed over with this flush.
struct FlushMark {
  ShardLog* shard = nullptr;
  LogTicket through;
  std::size_t size_bytes = 0;
  std::size_t record_end = 0;  // in the records handed over with it and before it
};

// Group commit: shards append to `waiting_` under a short lock; the thread takes all of it, writes
// it as one batch (or several bounded ones), syncs, and posts completions, while the next batch
// gathers. Both sides keep their vectors' memory.
class SyncThread : public Journal {
 public:
  SyncThread(FileSystem& files, std::unique_ptr<Writer> writer, const JournalOptions& options);
  ~SyncThread() override;

  std::unique_ptr<LogStore> open_shard(RemotePost& post) override;
  void stop() override;
  void flushed(std::span<const FlushedGroup> groups, StoreTicket through) override;
  void store_room_changed() override;

  // Takes what a shard gathered; both are left empty. On the shard's thread.
  void hand_over(std::vector<LogRecord>& records, FlushMark mark);
  void hand_over(std::vector<LogRead>& reads);
  DiskRoom room() const { return room_.load(std::memory_order_relaxed); }  // any thread

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;

  void run();
  // Waits for work; false when stopping with nothing left.
  bool take_waiting();
  void write_taken();
  // False when the disk stayed full until the end: the records were not written.
  bool write_batch(std::span<const LogRecord> records);
  bool write_when_there_is_room(std::span<const LogRecord> records);
  // On a full disk: until something may have changed; false when stopping.
  bool wait_for_room();
  void look_for_room();
  void set_room(DiskRoom room, std::uint64_t free_bytes);
  void complete_up_to(std::size_t record_end);
  // Finds where what is asked for stands, and has it read.
  void begin_reads();
  void sync();
  void mark_idle();
  // Segments that are not needed leave, and whoever holds back the oldest one is told.
  void trim();
  bool ask_holders();  // whether there were any
  void name_overdue_holder();

  const std::unique_ptr<Writer> writer_;
  const std::chrono::nanoseconds sync_interval_;
  const std::function<void()> ask_for_flush_;
  const std::function<bool()> ask_whether_store_is_full_;
  std::vector<std::unique_ptr<ShardLog>> shards_;  // grows before the shards run

  // The thread's own.
  std::vector<LogRecord> taken_;
  std::vector<FlushMark> taken_marks_;
  std::vector<LogRead> taken_reads_;
  std::size_t marks_done_ = 0;
  SteadyTime last_sync_;
  std::vector<FlushedGroup> taken_flushed_;
  StoreTicket taken_flushed_through_;
  std::uint64_t segment_ = 0;  // for which a flush was asked for last
  const std::uint64_t reserve_bytes_;
  std::uint64_t fills_seen_ = 0;
  bool is_full_ = false;  // a write met a full disk, and no write has succeeded since
  bool is_store_full_ = false;
  bool is_store_room_news_ = false;  // has_store_room_changed_, as it was taken
  std::atomic<DiskRoom> room_{DiskRoom::kEnough};

  // Under the lock of worker_.
  std::vector<LogRecord> waiting_;
  std::vector<FlushMark> waiting_marks_;
  std::vector<LogRead> waiting_reads_;
  std::vector<FlushedGroup> flushed_;
  StoreTicket flushed_through_;
  bool has_store_room_changed_ = false;

  ReadThread reading_;
  WorkerThread worker_;
};

}  // namespace leat::journal
