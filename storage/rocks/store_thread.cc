#include "storage/rocks/store_thread.h"

#include <utility>

#include "core/base/check.h"
#include "core/base/limits.h"
#include "storage/api/keys.h"
#include "storage/api/poison.h"
#include "storage/rocks/stored_row.h"

namespace leat::rocks {

namespace {

using Family = Database::Family;

void check(const rocksdb::Status& status) { LEAT_CHECK(status.ok()) << status.ToString(); }

}  // namespace

StoreThread::StoreThread(Database& database, std::size_t flush_bytes)
    : database_(database), flush_bytes_(flush_bytes) {
  thread_ = std::thread([this] { run(); });
}

StoreThread::~StoreThread() { stop(); }

void StoreThread::submit(StoreJob job) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(job));
  }
  work_.notify_one();
}

void StoreThread::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  work_.notify_one();
  thread_.join();
}

void StoreThread::run() {
  std::vector<StoreJob> taken;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      work_.wait(lock, [this] { return !waiting_.empty() || is_stopping_; });
      taken.swap(waiting_);
    }
    if (taken.empty()) return;
    for (StoreJob& job : taken) do_job(job);
    taken.clear();
  }
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
  if (const Status written = database_.write(batch_); !written) {
    poison_process("writing the store", written.error());
  }
  const std::size_t size_bytes = job.set.size_bytes();
  write_sets_.fetch_add(1, std::memory_order_relaxed);
  written_bytes_.fetch_add(size_bytes, std::memory_order_relaxed);
  bytes_since_flush_ += size_bytes;
  if (bytes_since_flush_ >= flush_bytes_) {
    if (const Status asked = database_.begin_flush(); !asked) {
      poison_process("flushing the store", asked.error());
    }
    bytes_since_flush_ = 0;
  }
  job.post->post(std::move(job.on_done));
}

void StoreThread::fill_write(const WriteSet& set) {
  for (const BlockRow& block : set.blocks) {
    put(Family::kBlocks, keys::block(set.group, block.first).view(), block.value.view());
  }
  for (const BlockRow& row : set.index_rows) {
    put(Family::kState, keys::index_row(set.group, row.first).view(), row.value.view());
  }
  for (const StatePage& page : set.pages) {
    put_or_delete(keys::state_page(set.group, page.key).view(), page.value);
  }
  for (const MetaRow& row : set.meta_rows) put_or_delete(keys::meta_row(row.key), row.value);
  put(Family::kState, keys::raft_row(set.group).view(), encode_stored_row(set));
}

// The rows go by range, which costs the same for a large stream as for a small one. Tombstone and
// ranges are flushed together, so that no crash brings back a part.
void StoreThread::fill_delete(GroupId stream) {
  put(Family::kState, keys::tombstone(stream).view(), {});
  check(batch_.Delete(database_.handle(Family::kState), slice(keys::raft_row(stream).view())));
  delete_range(Family::kState, keys::state_pages_of(stream));
  delete_range(Family::kState, keys::index_rows_of(stream));
  delete_range(Family::kBlocks, keys::blocks_of(stream));
}

void StoreThread::put(Family family, std::string_view key, std::string_view value) {
  check(batch_.Put(database_.handle(family), slice(key), slice(value)));
}

void StoreThread::put_or_delete(std::string_view key, const Bytes& value) {
  if (!value.empty()) return put(Family::kState, key, value.view());
  check(batch_.Delete(database_.handle(Family::kState), slice(key)));
}

void StoreThread::delete_range(Family family, const keys::Range& range) {
  check(batch_.DeleteRange(database_.handle(family), slice(range.begin.view()),
                           slice(range.end.view())));
}

}  // namespace leat::rocks
