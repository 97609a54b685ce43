#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "core/base/limits.h"
#include "core/base/result.h"
#include "core/env/mailbox.h"
#include "storage/api/disk_waits.h"
#include "storage/api/horizon.h"
#include "storage/api/message_store.h"

namespace leat {

struct RocksStoreOptions {
  std::string path;  // made when absent
  std::size_t memtable_bytes = limits::kStoreMemtableBytes;
  int cold_read_threads = limits::kColdReadThreads;
  std::uint64_t reclaim_step_bytes = limits::kReclaimStepBytes;
};

// What the store has done since it was opened, and what is due; any thread, not during stop().
struct RocksStoreCounts {
  std::uint64_t write_sets = 0;
  std::uint64_t written_bytes = 0;  // as the sets count themselves
  std::uint64_t flushes = 0;
  std::uint64_t table_bytes_written = 0;  // by flushes and compactions
  std::uint64_t compactions_due = 0;      // running, or known to be needed
  DiskWaits reads;
};

// The store of the process on disk. Made and stopped by the server's main thread; outlives every
// shard that it was opened for.
class RocksStore {
 public:
  virtual ~RocksStore() = default;

  // What the disk held when it was opened; to be read before any shard writes.
  virtual RecoveredStore& recovered() = 0;

  // Hears of everything that is flushed, first of what the disk held; until stop(). Once, before
  // any shard writes.
  virtual Status set_flush_listener(FlushListener& listener) = 0;
  // The log has grown: flushes what was written, if anything was. Any thread, before stop().
  virtual void ask_for_flush() = 0;
  // The disk has no room for a flush; what is written waits until it has. Any thread.
  virtual bool is_full() const = 0;

  // The store of one shard, which is used on that shard's thread. Answers come by `post`; both must
  // outlive the shard's last turn.
  virtual std::unique_ptr<MessageStore> open_shard(RemotePost& post) = 0;

  // Writes what was handed over, flushes it to disk and ends the threads. Called once, when no
  // shard calls any more.
  virtual Status stop() = 0;

  virtual RocksStoreCounts counts() const = 0;
};

// Opens the database or makes a new one. Damaged tables are logged and kept, and reads of what they
// hold fail; kCorruption when the list of tables is damaged, or a table that the list does not hold
// yet. kUnavailable when another process has it open.
Result<std::unique_ptr<RocksStore>> open_rocks_store(RocksStoreOptions options);

}  // namespace leat
