#include "storage/rocks/rocks_store.h"

#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/base/log.h"
#include "storage/api/keys.h"
#include "storage/rocks/cold_reader.h"
#include "storage/rocks/database.h"
#include "storage/rocks/recovered_rows.h"
#include "storage/rocks/store_thread.h"

namespace leat {

namespace {

using namespace rocks;  // NOLINT: this file puts its parts together
using Family = Database::Family;

// The store as one shard sees it; on that shard's thread.
class ShardStore : public MessageStore {
 public:
  ShardStore(StoreThread& writer, ColdReader& reader, RemotePost& post, std::size_t& pending_bytes)
      : writer_(writer), reader_(reader), post_(post), pending_bytes_(pending_bytes) {}

  void write(WriteSet set, Task on_written) override {
    LEAT_CHECK(set.group) << "a write set without a group";
    LEAT_CHECK(set.meta_rows.empty() || set.group == kMetaGroup) << set.group;
    submit(StoreJob::Kind::kWrite, std::move(set), std::move(on_written));
  }

  void delete_stream(GroupId stream, Task on_deleted) override {
    LEAT_CHECK(stream && stream != kMetaGroup) << stream;
    submit(StoreJob::Kind::kDelete, {.group = stream}, std::move(on_deleted));
  }

  void read_block(GroupId stream, StreamSeq first, ReadCallback callback) override {
    reader_.read({Family::kBlocks, keys::block(stream, first), {}, &post_, std::move(callback)});
  }

  void read_index_row(GroupId stream, StreamSeq first, ReadCallback callback) override {
    reader_.read({Family::kState, keys::index_row(stream, first), {}, &post_, std::move(callback)});
  }

  void read_message(GroupId stream, MessagePlace place, ReadCallback callback) override {
    reader_.read({Family::kBlocks, keys::block(stream, place.block), place.sequence, &post_,
                  std::move(callback)});
  }

  std::size_t pending_bytes() const override { return pending_bytes_; }

 private:
  // The count outlives this handle: a completion may run when it is gone.
  void submit(StoreJob::Kind kind, WriteSet set, Task on_done) {
    const std::size_t size_bytes = set.size_bytes();
    pending_bytes_ += size_bytes;
    writer_.submit({.kind = kind,
                    .set = std::move(set),
                    .post = &post_,
                    .on_done = [&pending = pending_bytes_, size_bytes,
                                on_done = std::move(on_done)]() mutable {
                      LEAT_CHECK(pending >= size_bytes) << pending;
                      pending -= size_bytes;
                      if (on_done) on_done();
                    }});
  }

  StoreThread& writer_;
  ColdReader& reader_;
  RemotePost& post_;
  std::size_t& pending_bytes_;  // owned by the store, used on the shard's thread
};

class RocksStoreOnDisk : public RocksStore {
 public:
  RocksStoreOnDisk(std::unique_ptr<RetentionBook> retention, std::unique_ptr<Database> database,
                   const RocksStoreOptions& options)
      : retention_(std::move(retention)),
        database_(std::move(database)),
        recovered_(*database_),
        writer_(*database_, book_, *retention_,
                {.flush_bytes = options.memtable_bytes / 2,
                 .reclaim_step_bytes = options.reclaim_step_bytes}),
        reader_(*database_, options.cold_read_threads) {
    database_->on_flushed([this](StoreTicket through) { flushed(through); });
    database_->on_trouble([this] {
      writer_.trouble_changed();
      if (listener_ != nullptr) listener_->store_room_changed();
    });
  }
  // A database that closes flushes, and tells the parts that stand on it: they go after it.
  ~RocksStoreOnDisk() override {
    if (const Status stopped = stop(); !stopped) {
      LEAT_LOG(kError) << stopped.error().text;
    }
  }
  RocksStoreOnDisk(const RocksStoreOnDisk&) = delete;
  RocksStoreOnDisk& operator=(const RocksStoreOnDisk&) = delete;

  RecoveredStore& recovered() override { return recovered_; }

  std::unique_ptr<MessageStore> open_shard(RemotePost& post) override {
    pending_bytes_.push_back(std::make_unique<std::size_t>(0));
    return std::make_unique<ShardStore>(writer_, reader_, post, *pending_bytes_.back());
  }

  Status set_flush_listener(FlushListener& listener) override {
    listener_ = &listener;
    LEAT_TRY_ASSIGN(const std::vector<WrittenGroup> found, recovered_.written_groups());
    tell(found, database_->last_ticket());
    return {};
  }

  void ask_for_flush() override { writer_.ask_for_flush(); }
  bool is_full() const override { return database_->trouble() == Trouble::kNoSpace; }

  Status stop() override {
    writer_.stop();
    reader_.stop();
    return database_->close();
  }

  RocksStoreCounts counts() const override {
    RocksStoreCounts counts;
    counts.write_sets = writer_.write_sets();
    counts.written_bytes = writer_.written_bytes();
    counts.reads = reader_.waits();
    database_->add_to(counts);
    return counts;
  }

 private:
  // By RocksDB's threads.
  void flushed(StoreTicket through) {
    tell(book_.complete(through), through);
    writer_.flush_ended();
  }

  void tell(const std::vector<WrittenGroup>& written, StoreTicket through) {
    retention_->raise(written);
    std::vector<FlushedGroup> groups;
    std::vector<GroupId> with_floor;
    for (const WrittenGroup& one : written) {
      groups.push_back(one.group);
      const bool has_floor = one.group.is_deleted || one.floor.first_kept > StreamSeq(1);
      if (has_floor) with_floor.push_back(one.group.group);
    }
    if (listener_ != nullptr) listener_->flushed(groups, through);
    if (!with_floor.empty()) writer_.reclaim(with_floor);
  }

  const std::unique_ptr<RetentionBook> retention_;
  FlushBook book_;
  FlushListener* listener_ = nullptr;  // set before the first write
  const std::unique_ptr<Database> database_;
  RecoveredRows recovered_;
  std::vector<std::unique_ptr<std::size_t>> pending_bytes_;  // one for each shard
  StoreThread writer_;
  ColdReader reader_;
};

}  // namespace

Result<std::unique_ptr<RocksStore>> open_rocks_store(RocksStoreOptions options) {
  auto retention = std::make_unique<RetentionBook>();
  LEAT_TRY_ASSIGN(std::unique_ptr<Database> database, Database::open(options, *retention));
  return std::make_unique<RocksStoreOnDisk>(std::move(retention), std::move(database), options);
}

}  // namespace leat
