#include "storage/rocks/table_events.h"

#include <chrono>
#include <utility>

#include "core/base/limits.h"
#include "core/base/log.h"
#include "core/base/mutex.h"
#include "storage/api/poison.h"

namespace leat::rocks {

namespace {

constexpr char kStateName[] = "state";
constexpr std::chrono::milliseconds kCompactionPause{limits::kCompactionRetryMs};

ErrorKind kind_of(const rocksdb::Status& status) {
  if (status.IsNotFound()) return ErrorKind::kNotFound;
  if (status.IsCorruption()) return ErrorKind::kCorruption;
  if (status.IsNoSpace()) return ErrorKind::kNoSpace;
  return ErrorKind::kIo;
}

}  // namespace

Error error_of(const rocksdb::Status& status) {
  return {kind_of(status), "store: " + status.ToString()};
}

std::uint64_t TableEvents::trouble_count() const {
  const MutexLock lock(mutex_);
  return trouble_count_;
}

void TableEvents::mended(std::uint64_t count) {
  {
    const MutexLock lock(mutex_);
    if (trouble_count_ != count) return;
    trouble_.store(Trouble::kNone);
  }
  if (on_trouble_) on_trouble_();
}

std::string TableEvents::last_trouble() const {
  const MutexLock lock(mutex_);
  return last_trouble_;
}

void TableEvents::close() {
  {
    const MutexLock lock(mutex_);
    is_closing_ = true;
  }
  woken_.notify_all();
}

// A flush covers both families, and is told for each; every write has a row in `state`.
void TableEvents::OnFlushCompleted(rocksdb::DB*, const rocksdb::FlushJobInfo& flush) {
  flushes_.fetch_add(1, std::memory_order_relaxed);
  if (flush.cf_name == kStateName && on_flushed_) on_flushed_(StoreTicket(flush.largest_seqno));
  LEAT_LOG(kDebug) << "store: flushed " << flush.cf_name << " up to " << flush.largest_seqno;
}

void TableEvents::OnTableFileCreated(const rocksdb::TableFileCreationInfo& table) {
  table_bytes_.fetch_add(table.file_size, std::memory_order_relaxed);
}

// Each attempt takes all the room there is, from the journal and from flushes, before it fails. A
// flush that was resumed waits for this one, so that nothing holds it while there is trouble.
void TableEvents::OnCompactionBegin(rocksdb::DB*, const rocksdb::CompactionJobInfo&) {
  const MutexLock lock(mutex_);
  if (!are_compactions_short_) return;
  const auto until = std::chrono::steady_clock::now() + kCompactionPause;
  while (!is_closing_ && trouble_.load() != Trouble::kNoSpace) {
    if (!woken_.wait_until(mutex_, until)) return;
  }
}

void TableEvents::OnCompactionCompleted(rocksdb::DB*,
                                        const rocksdb::CompactionJobInfo& compaction) {
  if (!compaction.status.ok()) return;
  const MutexLock lock(mutex_);
  if (!std::exchange(are_compactions_short_, false)) return;
  LEAT_LOG(kInfo) << "store: compactions have room again";
}

void TableEvents::OnBackgroundError(rocksdb::BackgroundErrorReason reason,
                                    rocksdb::Status* status) {
  const bool is_compaction = reason == rocksdb::BackgroundErrorReason::kCompaction;
  if (status->IsNoSpace() && is_compaction) {
    note_compaction_without_room(*status);
    *status = rocksdb::Status::OK();
  } else if (status->IsNoSpace()) {
    note(Trouble::kNoSpace, *status);
  } else if (is_compaction && status->IsCorruption()) {
    note(Trouble::kDamagedTable, *status);
    *status = rocksdb::Status::OK();  // writes and flushes go on
  } else {
    poison_process("writing the store in the background", error_of(*status));
  }
}

void TableEvents::OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status error,
                                       bool* auto_recovery) {
  error.PermitUncheckedError();
  *auto_recovery = false;
}

void TableEvents::note(Trouble trouble, const rocksdb::Status& status) {
  {
    const MutexLock lock(mutex_);
    ++trouble_count_;
    last_trouble_ = status.ToString();
    if (trouble_.exchange(trouble) != trouble) {
      LEAT_LOG(kError) << error_of(status).text
                       << (trouble == Trouble::kNoSpace
                               ? ": flushed again when there is room"
                               : ": a table is damaged; compactions pause, check the store with "
                                 "leat-server inspect");
    }
  }
  woken_.notify_all();
  if (on_trouble_) on_trouble_();
}

void TableEvents::note_compaction_without_room(const rocksdb::Status& status) {
  const MutexLock lock(mutex_);
  if (std::exchange(are_compactions_short_, true)) return;
  LEAT_LOG(kError) << error_of(status).text
                   << ": compactions are tried again when there may be room; what has left its "
                      "streams keeps its place on the disk until then";
}

}  // namespace leat::rocks
