#pragma once

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "storage/api/keys.h"
#include "storage/rocks/retention.h"
#include "storage/rocks/rocks_store.h"
#include "storage/rocks/store_inspector.h"
#include "storage/rocks/table_events.h"

namespace leat::rocks {

// RocksDB with our two column families and our options. Reads on any thread, writes and flushes on
// the store thread alone.
class Database {
 public:
  enum class Family { kBlocks, kState };
  using Visitor = std::function<Status(std::string_view key, std::string_view value)>;

  // `retention` says what compactions may drop, and outlives the database. A table that cannot be
  // read at all is logged, and every read that needs it fails; a missing one is refused, as is a
  // list of tables that cannot be read.
  static Result<std::unique_ptr<Database>> open(const RocksStoreOptions& options,
                                                const RetentionBook& retention);

  // Read only: nothing is changed, not even RocksDB's own log. As open(), and a missing table fails
  // when it is read.
  static Result<std::unique_ptr<Database>> open_to_inspect(const std::string& path);
  std::vector<StoreInspector::Table> tables() const;
  // Only of one that is opened to be inspected.
  Status verify(const StoreInspector::Table& table) const;

  // Called with each flush that has completed, by RocksDB's threads: everything up to the ticket is
  // durable. Once, before the first write.
  using FlushedCallback = TableEvents::FlushedCallback;
  void on_flushed(FlushedCallback callback);
  // Of the newest write.
  StoreTicket last_ticket() const { return StoreTicket(db_->GetLatestSequenceNumber()); }

  Trouble trouble() const;
  // When there is trouble, and when it is mended; by RocksDB's threads and by the store thread.
  // Once, as on_flushed.
  void on_trouble(std::function<void()> callback);
  // Flushes what a full disk did not let through. kNoSpace: it is full still.
  Status resume();
  Status pause_compactions();

  // Bytes in tables that hold this range of blocks.
  std::uint64_t table_bytes_of(const keys::Range& blocks) const;
  // Drops the tables that hold nothing but this range of blocks, and has the others rewritten soon.
  Status drop_blocks(const keys::Range& blocks);

  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  rocksdb::ColumnFamilyHandle* handle(Family family) const {
    return family == Family::kBlocks ? blocks_ : state_;
  }

  // One piece, in memory tables; durable only when a flush has completed.
  Status write(rocksdb::WriteBatch& batch);
  // kNotFound when there is no such key.
  Result<Bytes> get(Family family, std::string_view key) const;
  // One message of a block as a block of its own (cut_message).
  Result<Bytes> get_message(std::string_view block_key, StreamSeq sequence) const;
  // All rows of a range in key order; stops at the visitor's first failure.
  Status scan(Family family, const keys::Range& range, const Visitor& visit) const;
  // Whether a scan of this range can begin.
  bool is_readable(Family family, const keys::Range& range) const;

  // Whether a flush has something to do, or is doing it: then one completes later.
  bool has_unflushed() const;
  // Asks for a flush of both families together and returns at once.
  Status begin_flush();
  // The same, and waits for it.
  Status flush();
  // Flushes and closes; nothing may be called after it.
  Status close();

  void add_to(RocksStoreCounts& counts) const;

 private:
  // What a table that cannot be read at all is: a reason not to open, or left alone.
  enum class BadTables { kRefused, kKept };

  Database() = default;
  static Result<std::unique_ptr<Database>> open_as(const RocksStoreOptions& options,
                                                   const RetentionBook& retention,
                                                   BadTables bad_tables);
  static Result<std::unique_ptr<Database>> inspect_as(const std::string& path,
                                                      BadTables bad_tables);
  std::unique_ptr<rocksdb::Iterator> seek(Family family, const keys::Range& range,
                                          rocksdb::Slice& end) const;
  Status flush_all(rocksdb::FlushOptions options);
  Status pin(Family family, std::string_view key, rocksdb::PinnableSlice& value) const;
  void take(rocksdb::DB* db, const std::vector<rocksdb::ColumnFamilyHandle*>& handles);

  std::shared_ptr<TableEvents> events_;  // null when it is only looked at
  std::unique_ptr<rocksdb::DB> db_;
  rocksdb::ColumnFamilyHandle* default_ = nullptr;
  rocksdb::ColumnFamilyHandle* blocks_ = nullptr;
  rocksdb::ColumnFamilyHandle* state_ = nullptr;
};

inline rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

}  // namespace leat::rocks
