#include "storage/memory/memory_log_store.h"

#include <utility>

#include "core/base/check.h"

namespace leat {

LogTicket MemoryLogStore::append(LogRecord record) {
  LEAT_CHECK(listener_ != nullptr);
  gathered_bytes_ += sizeof(LogRecord) + record.payload.size();
  ++last_;
  return last_;
}

void MemoryLogStore::flush() {
  if (gathered_bytes_ == 0) return;
  const std::size_t size_bytes = gathered_bytes_;
  flushed_bytes_ += size_bytes;
  gathered_bytes_ = 0;
  scheduler_.post([this, through = last_, size_bytes] { acknowledge(through, size_bytes); });
}

void MemoryLogStore::read(GroupId group, LogIndex from, std::size_t, LogReadCallback callback) {
  scheduler_.post([group, from, callback = std::move(callback)]() mutable {
    callback(entry_has_left(group, from));
  });
}

void MemoryLogStore::acknowledge(LogTicket through, std::size_t size_bytes) {
  LEAT_CHECK(flushed_bytes_ >= size_bytes) << flushed_bytes_;
  flushed_bytes_ -= size_bytes;
  listener_->durable_through(through);
}

}  // namespace leat
