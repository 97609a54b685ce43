#pragma once

#include <rocksdb/compaction_filter.h>

#include <deque>
#include <memory>
#include <vector>

#include "core/base/mutex.h"
#include "storage/api/horizon.h"
#include "storage/api/retention_floor.h"
#include "storage/api/write_set.h"

namespace leat::rocks {

// What one write makes true once it is flushed.
struct WrittenGroup {
  StoreTicket ticket;
  FlushedGroup group;
  StreamFloor floor;
};

// Follows writes to their flush: what was written waits here, in the order of its tickets, until a
// flush covers it. Any thread.
class FlushBook {
 public:
  void add(const WrittenGroup& written);
  // Everything up to `through` is durable: it leaves, in order.
  std::vector<WrittenGroup> complete(StoreTicket through);

 private:
  Mutex mutex_;
  std::deque<WrittenGroup> waiting_ LEAT_GUARDED_BY(mutex_);
};

// The floors of all streams as flushed. Any thread.
class RetentionBook {
 public:
  void raise(const std::vector<WrittenGroup>& flushed);
  RetentionFloor copy() const;
  StreamFloor of(GroupId stream) const;

 private:
  mutable Mutex mutex_;
  RetentionFloor::Floors floors_ LEAT_GUARDED_BY(mutex_);
};

// Drops blocks (or index rows) below the flushed floor of their stream while RocksDB rewrites
// tables. Each compaction has a copy of the floors from its start: it may lag and never leads.
// `book` outlives the database.
std::shared_ptr<rocksdb::CompactionFilterFactory> block_reclaimer(const RetentionBook& book);
std::shared_ptr<rocksdb::CompactionFilterFactory> index_row_reclaimer(const RetentionBook& book);

}  // namespace leat::rocks
