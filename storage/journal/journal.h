#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/base/ids.h"
#include "core/base/limits.h"
#include "core/base/result.h"
#include "core/env/file.h"
#include "core/env/mailbox.h"
#include "storage/api/horizon.h"
#include "storage/api/log_store.h"

namespace leat {

struct JournalOptions {
  std::string directory;
  // 0: every entry is on disk before it is acknowledged. Otherwise entries are synced at most this
  // long after they were written; hard states always are before they count.
  DurationNs sync_interval_ns = 0;
  std::uint64_t segment_bytes = limits::kJournalSegmentBytes;
  // With more than this, groups that hold back the oldest segment are told to store what they have.
  std::uint64_t horizon_bytes = limits::kJournalHorizonBytes;
  // With less left on the disk the log has no room (LogStore::room); 0 looks at nothing.
  std::uint64_t reserve_bytes = limits::kDiskReserveBytes;
  // The newest write in the store that belongs to this journal.
  StoreTicket store_holds{};
  // Called by the journal's thread with each new segment: the store should flush what it has.
  std::function<void()> ask_for_flush{};
  // Whether the store finds no room for its flushes: the log has none then for anything new, since
  // nothing would leave it. Called by the journal's thread.
  std::function<bool()> is_store_full{};
  std::function<std::uint64_t()> random;  // life ids of segments
};

// The journal of the process: one thread that writes and syncs for all shards. Made and stopped by
// the server's main thread; outlives every shard that it was opened for. Hears of flushes on any
// thread, until it is stopped.
class Journal : public FlushListener {
 public:
  // The log of one shard, which is used on that shard's thread. Completions come by `post`; both
  // must outlive the shard's last turn.
  virtual std::unique_ptr<LogStore> open_shard(RemotePost& post) = 0;

  // Writes and syncs what was flushed, then ends the thread. Completions that are still under way
  // are posted. Called once, when no shard flushes any more.
  virtual void stop() = 0;
};

struct OpenedJournal {
  std::unique_ptr<RecoveredLog> recovered;
  std::unique_ptr<Journal> journal;
};

// Recovers the journal in options.directory (made when absent) and starts its thread. `files` must
// outlive both results. Fails when a file cannot be read or made, or when journal and store do not
// belong together; damage is in suspect_ranges().
Result<OpenedJournal> open_journal(FileSystem& files, JournalOptions options);

}  // namespace leat
