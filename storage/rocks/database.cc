#include "storage/rocks/database.h"

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/experimental.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/table_properties_collectors.h>
#include <rocksdb/write_buffer_manager.h>

#include <chrono>
#include <cstdarg>
#include <cstdio>
#include <filesystem>
#include <future>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/limits.h"
#include "core/base/log.h"
#include "storage/api/block_format.h"
#include "storage/api/poison.h"
#include "storage/rocks/state_blocks.h"

namespace leat::rocks {

namespace {

constexpr char kBlocksName[] = "blocks";
constexpr char kStateName[] = "state";

class SilentLog : public rocksdb::Logger {
 public:
  using Logger::Logv;
  void Logv(const char*, va_list) override {}
};

// RocksDB's own warnings among our lines. Not in a file of its own: that would stand on the disk of
// the store, and a line that finds no room there ends the process (an assertion of Debian's build).
class LogLines : public rocksdb::Logger {
 public:
  LogLines() : Logger(rocksdb::InfoLogLevel::WARN_LEVEL) {}
  using Logger::Logv;
  void LogHeader(const char*, va_list) override {}
  void Logv(const char* format, va_list words) override {
    char line[1024];
    std::vsnprintf(line, sizeof(line), format, words);
    LEAT_LOG(kDebug) << "rocksdb: " << line;
  }
};

// A flush of all that is in memory tables takes a part of this.
constexpr std::chrono::milliseconds kResumeTime{limits::kStoreResumeMsMax};
constexpr std::size_t kBlockCacheBytes = 32u << 20;
constexpr std::uint64_t kPeriodicCompactionSeconds = 7 * 24 * 3600;
// Memory tables waiting for their flush; the store's own bound makes publishers wait before.
constexpr int kMemtablesMax = 8;
// Far above what our own bound lets through: RocksDB never slows the store thread down by itself.
constexpr int kLevel0FilesSlowdown = 1000;
constexpr int kLevel0FilesStop = 2000;
// A table with so many deleted blocks among neighbours is compacted soon, as are those that come of
// it, until the blocks are met: each stands for 64 KiB.
constexpr std::size_t kNeighbours = 256;
constexpr std::size_t kDeletedNeighbours = 64;

// Whether every table of a database is there, as far as its own lists tell.
bool has_all_tables(const Database& database) {
  std::error_code unused;
  for (const StoreInspector::Table& table : database.tables()) {
    if (!std::filesystem::exists(table.name, unused)) return false;
  }
  return true;
}

rocksdb::DBOptions database_options(const RocksStoreOptions& options) {
  rocksdb::DBOptions db;
  db.create_if_missing = true;
  db.create_missing_column_families = true;
  db.atomic_flush = true;
  db.enable_pipelined_write = false;
  db.allow_concurrent_memtable_write = false;  // one store thread writes
  db.max_background_jobs = 2;
  db.write_buffer_manager =
      std::make_shared<rocksdb::WriteBufferManager>(2 * options.memtable_bytes);
  db.info_log = std::make_shared<LogLines>();
  return db;
}

// No policy: blocks by their size alone.
rocksdb::ColumnFamilyOptions family_options(
    const RocksStoreOptions& options, const std::shared_ptr<rocksdb::Cache>& cache,
    std::shared_ptr<rocksdb::FlushBlockPolicyFactory> block_policy) {
  rocksdb::ColumnFamilyOptions family;
  family.write_buffer_size = options.memtable_bytes;
  family.max_write_buffer_number = kMemtablesMax;
  family.min_write_buffer_number_to_merge = 1;
  family.level0_slowdown_writes_trigger = kLevel0FilesSlowdown;
  family.level0_stop_writes_trigger = kLevel0FilesStop;
  family.soft_pending_compaction_bytes_limit = 0;
  family.hard_pending_compaction_bytes_limit = 0;
  family.periodic_compaction_seconds = kPeriodicCompactionSeconds;
  family.compression = rocksdb::kNoCompression;
  rocksdb::BlockBasedTableOptions table;
  table.checksum = rocksdb::kXXH3;
  table.block_cache = cache;
  table.flush_block_policy_factory = std::move(block_policy);
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return family;
}

Status status_of(const rocksdb::Status& status) {
  if (status.ok()) return {};
  return tl::unexpected(error_of(status));
}

}  // namespace

// A database with a bad table is opened to be written only when all its files are there: RocksDB
// removes tables that its list does not name, and an old list would name too few.
Result<std::unique_ptr<Database>> Database::open(const RocksStoreOptions& options,
                                                 const RetentionBook& retention) {
  std::error_code error;
  std::filesystem::create_directories(options.path, error);
  if (error) {
    return failure(ErrorKind::kIo, "making the directory " + options.path + ": " + error.message());
  }
  Result<std::unique_ptr<Database>> whole = open_as(options, retention, BadTables::kRefused);
  if (whole || whole.error().kind != ErrorKind::kCorruption) return whole;
  {
    const Result<std::unique_ptr<Database>> looked = inspect_as(options.path, BadTables::kKept);
    if (!looked || !has_all_tables(**looked)) return whole;
  }
  Result<std::unique_ptr<Database>> damaged = open_as(options, retention, BadTables::kKept);
  if (!damaged) return whole;
  LEAT_LOG(kError) << whole.error().text
                   << ": nothing in this table can be read; compactions pause, check the store "
                      "with leat-server inspect";
  return damaged;
}

// RocksDB calls it paranoid to refuse a bad table when it opens; without that, reads fail.
Result<std::unique_ptr<Database>> Database::open_as(const RocksStoreOptions& options,
                                                    const RetentionBook& retention,
                                                    BadTables bad_tables) {
  std::unique_ptr<Database> database(new Database);  // NOLINT: private
  database->events_ = std::make_shared<TableEvents>();
  rocksdb::DBOptions db_options = database_options(options);
  db_options.paranoid_checks = bad_tables == BadTables::kRefused;
  db_options.listeners.push_back(database->events_);
  const auto cache = rocksdb::NewLRUCache(kBlockCacheBytes);
  rocksdb::ColumnFamilyOptions blocks = family_options(options, cache, nullptr);
  blocks.compaction_filter_factory = block_reclaimer(retention);
  blocks.table_properties_collector_factories.push_back(
      rocksdb::NewCompactOnDeletionCollectorFactory(kNeighbours, kDeletedNeighbours));
  rocksdb::ColumnFamilyOptions state = family_options(options, cache, state_blocks());
  state.compaction_filter_factory = index_row_reclaimer(retention);
  for (rocksdb::ColumnFamilyOptions* family : {&blocks, &state}) {
    family->disable_auto_compactions = bad_tables == BadTables::kKept;
  }
  const std::vector<rocksdb::ColumnFamilyDescriptor> families = {
      {rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions()},
      {kBlocksName, blocks},
      {kStateName, state}};
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status opened =
      rocksdb::DB::Open(db_options, options.path, families, &handles, &db);
  if (!opened.ok()) {
    const bool is_locked =
        opened.IsIOError() && opened.ToString().find("LOCK") != std::string::npos;
    Error why = error_of(opened);
    if (is_locked) why.kind = ErrorKind::kUnavailable;
    return tl::unexpected(std::move(why));
  }
  database->take(db, handles);
  return database;
}

Result<std::unique_ptr<Database>> Database::open_to_inspect(const std::string& path) {
  Result<std::unique_ptr<Database>> whole = inspect_as(path, BadTables::kRefused);
  if (whole || whole.error().kind != ErrorKind::kCorruption) return whole;
  Result<std::unique_ptr<Database>> damaged = inspect_as(path, BadTables::kKept);
  return damaged ? std::move(damaged) : std::move(whole);
}

Result<std::unique_ptr<Database>> Database::inspect_as(const std::string& path,
                                                       BadTables bad_tables) {
  rocksdb::DBOptions options;
  options.info_log = std::make_shared<SilentLog>();
  options.paranoid_checks = bad_tables == BadTables::kRefused;
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const std::string& name :
       {rocksdb::kDefaultColumnFamilyName, std::string(kBlocksName), std::string(kStateName)}) {
    families.emplace_back(name, rocksdb::ColumnFamilyOptions());
  }
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  LEAT_TRY(status_of(rocksdb::DB::OpenForReadOnly(options, path, families, &handles, &db)));
  std::unique_ptr<Database> database(new Database);  // NOLINT: private
  database->take(db, handles);
  return database;
}

void Database::take(rocksdb::DB* db, const std::vector<rocksdb::ColumnFamilyHandle*>& handles) {
  db_.reset(db);
  default_ = handles[0];
  blocks_ = handles[1];
  state_ = handles[2];
}

std::vector<StoreInspector::Table> Database::tables() const {
  std::vector<rocksdb::LiveFileMetaData> files;
  db_->GetLiveFilesMetaData(&files);
  std::vector<StoreInspector::Table> tables;
  for (const rocksdb::LiveFileMetaData& file : files) {
    tables.push_back({.name = file.db_path + file.name, .size_bytes = file.size});
  }
  return tables;
}

Status Database::verify(const StoreInspector::Table& table) const {
  return status_of(
      rocksdb::VerifySstFileChecksum(db_->GetOptions(blocks_), rocksdb::EnvOptions(), table.name));
}

Database::~Database() {
  const Status closed = close();
  if (!closed) {
    LEAT_LOG(kError) << closed.error().text;
  }
}

Status Database::write(rocksdb::WriteBatch& batch) {
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  return status_of(db_->Write(options, &batch));
}

Status Database::pin(Family family, std::string_view key, rocksdb::PinnableSlice& value) const {
  rocksdb::ReadOptions options;
  options.fill_cache = family != Family::kBlocks;  // the shards keep those themselves
  return status_of(db_->Get(options, handle(family), slice(key), &value));
}

Result<Bytes> Database::get(Family family, std::string_view key) const {
  rocksdb::PinnableSlice value;
  LEAT_TRY(pin(family, key, value));
  return Bytes::copy_of({value.data(), value.size()});
}

Result<Bytes> Database::get_message(std::string_view block_key, StreamSeq sequence) const {
  rocksdb::PinnableSlice block;
  LEAT_TRY(pin(Family::kBlocks, block_key, block));
  return cut_message({block.data(), block.size()}, sequence);
}

// `end` is what the iterator points to as its bound.
std::unique_ptr<rocksdb::Iterator> Database::seek(Family family, const keys::Range& range,
                                                  rocksdb::Slice& end) const {
  end = slice(range.end.view());
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &end;
  options.fill_cache = false;
  std::unique_ptr<rocksdb::Iterator> row(db_->NewIterator(options, handle(family)));
  row->Seek(slice(range.begin.view()));
  return row;
}

Status Database::scan(Family family, const keys::Range& range, const Visitor& visit) const {
  rocksdb::Slice end;
  const auto row = seek(family, range, end);
  for (; row->Valid(); row->Next()) {
    LEAT_TRY(
        visit({row->key().data(), row->key().size()}, {row->value().data(), row->value().size()}));
  }
  return status_of(row->status());
}

bool Database::is_readable(Family family, const keys::Range& range) const {
  rocksdb::Slice end;
  return seek(family, range, end)->status().ok();
}

// Every write has a row in `state`, whose flush is the one that is told.
bool Database::has_unflushed() const {
  for (const std::string& property : {rocksdb::DB::Properties::kNumEntriesActiveMemTable,
                                      rocksdb::DB::Properties::kNumImmutableMemTable}) {
    std::uint64_t count = 0;
    if (db_->GetIntProperty(state_, property, &count) && count > 0) return true;
  }
  return false;
}

Status Database::flush_all(rocksdb::FlushOptions options) {
  options.allow_write_stall = true;
  return status_of(db_->Flush(options, {blocks_, state_}));
}

Status Database::begin_flush() {
  rocksdb::FlushOptions options;
  options.wait = false;
  return flush_all(options);
}

Status Database::flush() { return flush_all(rocksdb::FlushOptions()); }

void Database::on_flushed(FlushedCallback callback) { events_->on_flushed(std::move(callback)); }

void Database::on_trouble(std::function<void()> callback) {
  events_->on_trouble(std::move(callback));
}

Trouble Database::trouble() const { return events_->trouble(); }

// On a thread of its own, which is left behind when it hangs: a flush of RocksDB 7.8 that is under
// way when a compaction cannot write the list of tables never gives its memory tables back, and
// whoever flushes after it waits for them for ever. The journal has what is in them.
Status Database::resume() {
  const std::uint64_t count = events_->trouble_count();
  std::promise<rocksdb::Status> promise;
  std::future<rocksdb::Status> resumed = promise.get_future();
  std::thread([db = db_.get(), promise = std::move(promise)]() mutable {
    promise.set_value(db->Resume());
  }).detach();
  if (resumed.wait_for(kResumeTime) != std::future_status::ready) {
    poison_process("writing the store again after its disk was full",
                   {ErrorKind::kIo, "store: RocksDB hangs; " + events_->last_trouble() +
                                        " came first, and a new start reads the journal instead"});
  }
  LEAT_TRY(status_of(resumed.get()));
  events_->mended(count);
  LEAT_LOG(kInfo) << "store: there is room again";
  return {};
}

Status Database::pause_compactions() {
  events_->mended(events_->trouble_count());
  for (rocksdb::ColumnFamilyHandle* family : {blocks_, state_}) {
    LEAT_TRY(status_of(db_->SetOptions(family, {{"disable_auto_compactions", "true"}})));
  }
  return {};
}

std::uint64_t Database::table_bytes_of(const keys::Range& blocks) const {
  const rocksdb::Range range(slice(blocks.begin.view()), slice(blocks.end.view()));
  rocksdb::SizeApproximationOptions options;
  options.files_size_error_margin = 0.1;
  std::uint64_t size_bytes = 0;
  if (!db_->GetApproximateSizes(options, blocks_, &range, 1, &size_bytes).ok()) return 0;
  return size_bytes;
}

Status Database::drop_blocks(const keys::Range& blocks) {
  const rocksdb::Slice begin = slice(blocks.begin.view());
  const rocksdb::Slice end = slice(blocks.end.view());
  LEAT_TRY(status_of(rocksdb::DeleteFilesInRange(db_.get(), blocks_, &begin, &end, false)));
  return status_of(rocksdb::experimental::SuggestCompactRange(db_.get(), blocks_, &begin, &end));
}

Status Database::close() {
  if (db_ == nullptr) return {};
  if (events_ != nullptr) events_->close();
  Status flushed = events_ == nullptr ? Status() : flush();
  for (rocksdb::ColumnFamilyHandle* family : {default_, blocks_, state_}) {
    db_->DestroyColumnFamilyHandle(family);
  }
  const rocksdb::Status closed = db_->Close();
  db_.reset();
  if (!flushed) return flushed;
  return status_of(closed);
}

void Database::add_to(RocksStoreCounts& counts) const {
  counts.flushes += events_->flushes();
  counts.table_bytes_written += events_->table_bytes();
  if (db_ == nullptr) return;
  for (rocksdb::ColumnFamilyHandle* family : {blocks_, state_}) {
    std::uint64_t due = 0;
    if (db_->GetIntProperty(family, rocksdb::DB::Properties::kCompactionPending, &due)) {
      counts.compactions_due += due;
    }
  }
  std::uint64_t running = 0;  // of the whole database, whichever family is asked
  if (db_->GetIntProperty(rocksdb::DB::Properties::kNumRunningCompactions, &running)) {
    counts.compactions_due += running;
  }
}

}  // namespace leat::rocks
