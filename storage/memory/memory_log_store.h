#pragma once

#include <cstddef>

#include "core/env/scheduler.h"
#include "storage/api/log_store.h"

namespace leat {

// The log of streams in memory: what was flushed is called durable in a later turn, and nothing is
// kept, because such a group starts empty after a restart: whoever reads hears that it has left
// (kNotFound), and a group keeps in memory what others may need. Owned by the shard's host, on its
// thread. Destroyed only when the scheduler runs no more of its tasks.
class MemoryLogStore : public LogStore {
 public:
  explicit MemoryLogStore(Scheduler& scheduler) : scheduler_(scheduler) {}

  void set_listener(LogListener& listener) override { listener_ = &listener; }
  LogTicket append(LogRecord record) override;
  void flush() override;
  void read(GroupId group, LogIndex from, std::size_t bytes, LogReadCallback callback) override;
  std::size_t pending_bytes() const override { return gathered_bytes_ + flushed_bytes_; }

 private:
  void acknowledge(LogTicket through, std::size_t size_bytes);

  Scheduler& scheduler_;
  LogListener* listener_ = nullptr;
  LogTicket last_;
  std::size_t gathered_bytes_ = 0;  // since the last flush
  std::size_t flushed_bytes_ = 0;   // flushed, acknowledgement under way
};

}  // namespace leat
