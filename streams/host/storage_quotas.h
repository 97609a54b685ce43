#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <unordered_map>

#include "core/base/ids.h"
#include "core/base/mutex.h"
#include "proto/api/info.h"
#include "proto/api/stream_config.h"

namespace leat {

// What the streams of one account hold together on all shards, and the most they may hold. Any
// thread.
class StorageQuota {
 public:
  // -1: no bound.
  void set_bounds(std::int64_t file_max, std::int64_t memory_max) {
    file_.max.store(file_max, std::memory_order_relaxed);
    memory_.max.store(memory_max, std::memory_order_relaxed);
  }
  void add(StorageType storage, std::int64_t size_bytes) {
    part(storage).used.fetch_add(size_bytes, std::memory_order_relaxed);
  }
  bool is_bounded(StorageType storage) const {
    return part(storage).max.load(std::memory_order_relaxed) >= 0;
  }
  bool has(StorageType storage, std::int64_t size_bytes) const {
    const std::int64_t max = part(storage).max.load(std::memory_order_relaxed);
    return max < 0 || part(storage).used.load(std::memory_order_relaxed) + size_bytes <= max;
  }

 private:
  struct Part {
    std::atomic<std::int64_t> used{0};
    std::atomic<std::int64_t> max{-1};
  };
  Part& part(StorageType storage) { return storage == StorageType::kFile ? file_ : memory_; }
  const Part& part(StorageType storage) const {
    return storage == StorageType::kFile ? file_ : memory_;
  }

  Part file_;
  Part memory_;
};

// The quotas of all accounts, shared by the shards, and that of the server, in which they all are.
// Outlives every stream. Any thread.
class StorageQuotas {
 public:
  // Valid as long as this is.
  StorageQuota& of(AccountId account);
  StorageQuota& server() { return server_; }
  // Accounts that are not named have no bounds.
  void set_bounds(const std::unordered_map<AccountId, AccountLimits>& limits);

 private:
  StorageQuota server_;
  Mutex mutex_;  // the one lock of a host: taken when a stream is made, never for a message
  std::unordered_map<AccountId, std::unique_ptr<StorageQuota>> accounts_ LEAT_GUARDED_BY(mutex_);
};

}  // namespace leat
