#include "storage/rocks/store_thread.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/base/check.h"
#include "core/base/limits.h"
#include "core/base/log.h"
#include "storage/api/keys.h"
#include "storage/api/poison.h"
#include "storage/rocks/stored_row.h"

namespace leat::rocks {

namespace {

using Family = Database::Family;

constexpr std::chrono::milliseconds kRoomIntervalMin{limits::kDiskRoomIntervalMs};
constexpr std::chrono::milliseconds kRoomIntervalMax{limits::kStoreRoomIntervalMsMax};

void check(const rocksdb::Status& status) { LEAT_CHECK(status.ok()) << status.ToString(); }

}  // namespace

StoreThread::StoreThread(Database& database, FlushBook& book, const RetentionBook& retention,
                         Bounds bounds)
    : database_(database),
      book_(book),
      retention_(retention),
      bounds_(bounds),
      room_interval_(kRoomIntervalMin) {
  worker_.start([this] { run(); });
}

void StoreThread::submit(StoreJob job) {
  worker_.hand_over([&] {
    waiting_.push_back(std::move(job));
    return true;
  });
}

void StoreThread::ask_for_flush() {
  worker_.hand_over([this] { return is_flush_asked_ = true; });
}

void StoreThread::reclaim(const std::vector<GroupId>& streams) {
  worker_.hand_over([&] {
    lowered_.insert(lowered_.end(), streams.begin(), streams.end());
    return true;
  });
}

void StoreThread::run() {
  std::vector<StoreJob> taken;
  const auto has_work = [this] {
    return !waiting_.empty() || !lowered_.empty() || (is_flush_asked_ && !is_flushing_) ||
           database_.trouble() != Trouble::kNone;
  };
  while (true) {
    bool is_last = false;
    {
      WorkerThread::Lock lock = worker_.lock();
      worker_.wait(lock, has_work);
      taken.swap(waiting_);
      to_reclaim_.insert(to_reclaim_.end(), lowered_.begin(), lowered_.end());
      lowered_.clear();
      is_last = worker_.is_stopping(lock);
    }
    if (taken.empty() && is_last) return;
    mend();
    bool wants_flush = false;
    for (StoreJob& job : taken) {
      wants_flush |= job.set.wants_flush;
      do_job(job);
      wants_flush |= job.kind == StoreJob::Kind::kDelete && is_worth_reclaiming(job.set.group);
    }
    taken.clear();
    if (is_flush_due(wants_flush)) begin_flush();
    reclaim_some();
  }
}

// What is asked for during a flush is done together behind it.
bool StoreThread::is_flush_due(bool is_wanted) {
  if (database_.trouble() == Trouble::kNoSpace) return false;  // what resumes flushes as well
  const WorkerThread::Lock lock = worker_.lock();
  is_flush_asked_ |= is_wanted;
  return !is_flushing_ && std::exchange(is_flush_asked_, false);
}

void StoreThread::flush_ended() {
  worker_.hand_over([this] {
    is_flushing_ = false;
    return true;
  });
}

void StoreThread::trouble_changed() {
  worker_.hand_over([] { return true; });  // not between a look at the trouble and the wait
}

void StoreThread::mend() {
  switch (database_.trouble()) {
    case Trouble::kNone:
      return;
    case Trouble::kNoSpace:
      while (database_.trouble() == Trouble::kNoSpace && wait_for_room()) continue;
      return;
    case Trouble::kDamagedTable:
      if (const Status paused = database_.pause_compactions(); !paused) {
        poison_process("pausing compactions", paused.error());
      }
      return;
  }
}

// Each attempt flushes what it has room for, so that a disk that stays full is asked less often.
bool StoreThread::wait_for_room() {
  {
    WorkerThread::Lock lock = worker_.lock();
    worker_.wait_for(lock, room_interval_, [] { return false; });
    if (worker_.is_stopping(lock)) return false;
  }
  const Status resumed = database_.resume();
  if (!resumed && resumed.error().kind != ErrorKind::kNoSpace) {
    poison_process("writing the store again after its disk was full", resumed.error());
  }
  if (resumed) flush_ended();
  room_interval_ = resumed ? kRoomIntervalMin : std::min(2 * room_interval_, kRoomIntervalMax);
  return true;
}

bool StoreThread::write_when_there_is_room() {
  Status written = database_.write(batch_);
  while (!written) {
    if (written.error().kind != ErrorKind::kNoSpace) {
      poison_process("writing the store", written.error());
    }
    if (!wait_for_room()) return false;
    written = database_.write(batch_);
  }
  return true;
}

void StoreThread::do_job(StoreJob& job) {
  batch_.Clear();
  switch (job.kind) {
    case StoreJob::Kind::kWrite:
      fill_write(job.set);
      break;
    case StoreJob::Kind::kDelete:
      fill_delete(job.set.group);
      break;
  }
  if (!write_when_there_is_room()) return;
  const std::size_t size_bytes = job.set.size_bytes();
  write_sets_.fetch_add(1, std::memory_order_relaxed);
  written_bytes_.fetch_add(size_bytes, std::memory_order_relaxed);
  book_.add({.ticket = database_.last_ticket(),
             .group = {.group = job.set.group,
                       .stored = job.set.stored,
                       .hard_state = job.set.hard_state,
                       .is_deleted = job.kind == StoreJob::Kind::kDelete},
             .floor = {job.set.first_kept, job.set.first_row_kept}});
  bytes_since_flush_ += size_bytes;
  if (bytes_since_flush_ >= bounds_.flush_bytes && is_flush_due(true)) begin_flush();
  job.post->post(std::move(job.on_done));
}

void StoreThread::begin_flush() {
  {
    const WorkerThread::Lock lock = worker_.lock();
    is_flushing_ = true;
  }
  // The database also flushes by itself, when it resumes and when a memory table is full. Asked
  // with nothing left to flush it would never tell of an end.
  if (!database_.has_unflushed()) {
    bytes_since_flush_ = 0;
    return flush_ended();
  }
  const Status asked = database_.begin_flush();
  if (!asked && asked.error().kind == ErrorKind::kNoSpace) return flush_ended();
  if (!asked) poison_process("flushing the store", asked.error());
  bytes_since_flush_ = 0;
}

bool StoreThread::is_worth_reclaiming(GroupId deleted) const {
  return database_.table_bytes_of(keys::blocks_of(deleted)) >= bounds_.reclaim_step_bytes;
}

// Whole tables below a floor are dropped without being read; what shares a table with something
// that is kept waits for a compaction.
void StoreThread::reclaim_some() {
  for (std::size_t i = 0; i < limits::kReclaimedAtOnce && !to_reclaim_.empty(); ++i) {
    const GroupId stream = to_reclaim_.front();
    to_reclaim_.pop_front();
    const StreamFloor floor = retention_.of(stream);
    const keys::Range left = {keys::blocks_of(stream).begin, keys::block(stream, floor.first_kept)};
    if (!floor.first_kept || database_.table_bytes_of(left) < bounds_.reclaim_step_bytes) continue;
    const Status dropped = database_.drop_blocks(left);
    if (!dropped && dropped.error().kind == ErrorKind::kNoSpace) {
      to_reclaim_.push_back(stream);  // the list of tables could not grow; with the next work
      return;
    }
    if (!dropped) poison_process("reclaiming room in the store", dropped.error());
  }
}

void StoreThread::fill_write(const WriteSet& set) {
  for (const BlockRow& block : set.blocks) {
    put_or_delete(Family::kBlocks, keys::block(set.group, block.first).view(), block.value);
  }
  for (const BlockRow& row : set.index_rows) {
    put_or_delete(Family::kState, keys::index_row(set.group, row.first).view(), row.value);
  }
  for (const StatePage& page : set.pages) {
    put_or_delete(Family::kState, keys::state_page(set.group, page.key).view(), page.value);
  }
  for (const MetaRow& row : set.meta_rows) {
    put_or_delete(Family::kState, keys::meta_row(row.key), row.value);
  }
  put(Family::kState, keys::raft_row(set.group).view(), encode_stored_row(set));
}

// The rows go by range, which costs the same for a large stream as for a small one. Tombstone and
// ranges are flushed together, so that no crash brings back a part.
void StoreThread::fill_delete(GroupId stream) {
  check(batch_.Delete(database_.handle(Family::kState), slice(keys::raft_row(stream).view())));
  delete_range(Family::kState, keys::state_pages_of(stream));
  delete_range(Family::kState, keys::index_rows_of(stream));
  delete_range(Family::kBlocks, keys::blocks_of(stream));
  // The last one, so that the flush of `state` which covers it covers the whole piece.
  put(Family::kState, keys::tombstone(stream).view(), {});
}

void StoreThread::put(Family family, std::string_view key, std::string_view value) {
  check(batch_.Put(database_.handle(family), slice(key), slice(value)));
}

void StoreThread::put_or_delete(Family family, std::string_view key, const Bytes& value) {
  if (!value.empty()) return put(family, key, value.view());
  check(batch_.Delete(database_.handle(family), slice(key)));
}

void StoreThread::delete_range(Family family, const keys::Range& range) {
  check(batch_.DeleteRange(database_.handle(family), slice(range.begin.view()),
                           slice(range.end.view())));
}

}  // namespace leat::rocks
