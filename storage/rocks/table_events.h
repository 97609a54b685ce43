#pragma once

#include <rocksdb/listener.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "core/base/ids.h"
#include "core/base/mutex.h"
#include "core/base/result.h"
#include "storage/api/horizon.h"

namespace leat::rocks {

// What has happened to flushes and compactions in the background, and was not mended yet. A full
// disk stops flushes and with them every write, until the database is resumed; a damaged table is
// found by a compaction again and again, so that they pause until the next start: what lies in it
// is lost, and what does not is served.
enum class Trouble : std::uint8_t { kNone, kNoSpace, kDamagedTable };

// What flushes and compactions tell, by RocksDB's threads; owned by the database. A background
// error stops the process, but for a full disk and for damage that a compaction finds.
//
// RocksDB never recovers by itself: its own thread, which starts on a compaction without room,
// waits for ever for a flush that another such compaction has made fail. So no compaction without
// room is an error to RocksDB: it is tried again, not too soon, and flushes go on beside it.
class TableEvents : public rocksdb::EventListener {
 public:
  using FlushedCallback = std::function<void(StoreTicket through)>;

  void on_flushed(FlushedCallback callback) { on_flushed_ = std::move(callback); }
  void on_trouble(std::function<void()> callback) { on_trouble_ = std::move(callback); }

  Trouble trouble() const { return trouble_.load(); }
  // How often there was trouble; what was done since it was `count` has mended all of it, or it is
  // there again.
  std::uint64_t trouble_count() const;
  void mended(std::uint64_t count);
  std::string last_trouble() const;  // in RocksDB's words
  // No compaction waits any more before it is tried again.
  void close();

  std::uint64_t flushes() const { return flushes_.load(std::memory_order_relaxed); }
  std::uint64_t table_bytes() const { return table_bytes_.load(std::memory_order_relaxed); }

  void OnFlushCompleted(rocksdb::DB* db, const rocksdb::FlushJobInfo& flush) override;
  void OnTableFileCreated(const rocksdb::TableFileCreationInfo& table) override;
  void OnCompactionBegin(rocksdb::DB* db, const rocksdb::CompactionJobInfo& compaction) override;
  void OnCompactionCompleted(rocksdb::DB* db,
                             const rocksdb::CompactionJobInfo& compaction) override;
  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* status) override;
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason reason, rocksdb::Status error,
                            bool* auto_recovery) override;

 private:
  void note(Trouble trouble, const rocksdb::Status& status);
  void note_compaction_without_room(const rocksdb::Status& status);

  FlushedCallback on_flushed_;
  std::function<void()> on_trouble_;
  std::atomic<Trouble> trouble_{Trouble::kNone};  // changes under mutex_
  std::atomic<std::uint64_t> flushes_{0};
  std::atomic<std::uint64_t> table_bytes_{0};

  mutable Mutex mutex_;
  CondVar woken_;
  std::uint64_t trouble_count_ LEAT_GUARDED_BY(mutex_) = 0;
  std::string last_trouble_ LEAT_GUARDED_BY(mutex_);
  bool are_compactions_short_ LEAT_GUARDED_BY(mutex_) = false;  // the last one found no room
  bool is_closing_ LEAT_GUARDED_BY(mutex_) = false;
};

Error error_of(const rocksdb::Status& status);

}  // namespace leat::rocks
