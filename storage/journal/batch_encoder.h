#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "storage/journal/format.h"

namespace leat::journal {

// Puts the records of one batch into one buffer, header first and padded to whole sectors, so that
// a batch is one write. Owned by a Writer, on its thread. Keeps its memory from batch to batch.
class BatchEncoder {
 public:
  // `place` gives life, segment, offset, number, durable_through and previous_count. The view is
  // valid until the next call.
  std::string_view encode(const BatchHeader& place, std::span<const LogRecord> records);

 private:
  void mark_groups(std::span<const LogRecord> records);
  char* room(std::size_t size);

  BatchHeader header_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
};

}  // namespace leat::journal
