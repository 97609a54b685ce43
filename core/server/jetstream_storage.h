#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/node/jetstream_hosts.h"
#include "core/options/options.h"
#include "core/runtime/directory_lock.h"
#include "core/runtime/iana_time_zones.h"
#include "core/runtime/posix_file.h"
#include "core/runtime/shard.h"
#include "core/server/generation.h"
#include "storage/journal/journal.h"
#include "storage/memory/memory_log_store.h"
#include "storage/memory/memory_message_store.h"
#include "storage/rocks/rocks_store.h"
#include "storage/spill/spill_file.h"

namespace leat {

// The store directory of the process: its lock, journal and database, and the dependencies that
// each shard has to them. Owned by the server; made before the shards run, closed after they have
// stopped.
//
//   STORE_DIR/jetstream/lock        held while the process lives
//   STORE_DIR/jetstream/journal/    NNN.log
//   STORE_DIR/jetstream/db/         RocksDB
//   STORE_DIR/jetstream/spill/N     of shard N: what its indexes have beyond index_memory
class JetStreamStorage {
 public:
  // kNoSpace, with nothing changed or nothing lost, when the disk has no room for a start.
  static Result<std::unique_ptr<JetStreamStorage>> open(const JetStreamOptions& options,
                                                        std::size_t shards);
  JetStreamStorage(const JetStreamStorage&) = delete;
  JetStreamStorage& operator=(const JetStreamStorage&) = delete;

  // Once for each shard, in their order.
  JetStreamDependencies open_shard(Shard& shard);

  RecoveredStore& recovered_store() { return rocks_->recovered(); }
  const RecoveredLog& recovered_log() const { return *journal_.recovered; }
  void forget_recovered();  // when every stream is made: the log's index is large
  const std::string& directory() const { return directory_; }
  DiskWaits disk_waits() const { return rocks_->counts().reads; }  // any thread

  // Everything handed over reaches the disk. After the shards have stopped.
  void close();

 private:
  JetStreamStorage() = default;
  Status open_parts(const JetStreamOptions& options);
  std::string spill_directory() const { return directory_ + "/spill"; }

  struct ShardParts {
    std::unique_ptr<LogStore> log;
    std::unique_ptr<MessageStore> store;
    std::unique_ptr<MemoryLogStore> memory_log;
    std::unique_ptr<MemoryMessageStore> memory_store;
    std::unique_ptr<SpillFile> spill;
  };

  std::string directory_;
  IanaTimeZones zones_;
  std::unique_ptr<DirectoryLock> lock_;
  PosixFileSystem files_;
  OpenedJournal journal_;  // hears of flushes, so it goes after the database
  std::unique_ptr<RocksStore> rocks_;
  std::uint64_t reserve_bytes_ = 0;
  std::size_t shard_index_bytes_ = 0;  // what the indexes of one shard may take
  std::vector<ShardParts> shards_;
  StorageQuotas quotas_;
};

// What a generation says to the streams.
JetStreamSettings jetstream_settings(const Generation& generation);

}  // namespace leat
