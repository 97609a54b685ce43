#pragma once

#include <memory>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/limits.h"
#include "proto/record/entry.h"

namespace leat {

// An entry that one stream is writing, with its buffer.
struct OpenEntry {
  ByteBuffer buffer{ByteBuffer::Sizes{.first = limits::kTailEntryBytes, .full = 64 * 1024}};
  EntryWriter writer{buffer};
};

// The buffers in which the streams of one shard write entries: a stream has one only while it
// has an entry open, so that a quiet one costs nothing. Owned by the StreamSet, on its thread.
class EntryBuffers {
 public:
  std::unique_ptr<OpenEntry> open(WallNs stamp) {
    std::unique_ptr<OpenEntry> entry;
    if (spare_.empty()) {
      entry = std::make_unique<OpenEntry>();
    } else {
      entry = std::move(spare_.back());
      spare_.pop_back();
    }
    entry->writer.begin(stamp);
    return entry;
  }

  // Small entries share a block, and nobody keeps them. A larger one, which the tail cache keeps,
  // has its bytes for itself, and its buffer is used again.
  Bytes finish(std::unique_ptr<OpenEntry> entry) {
    Bytes bytes = entry->writer.finish();
    if (bytes.size() >= limits::kTailEntryBytes) bytes = Bytes::copy_of(bytes.view());
    if (bytes.size() <= limits::kSpareEntryBytes && spare_.size() < limits::kSpareEntries) {
      spare_.push_back(std::move(entry));
    }
    return bytes;
  }

 private:
  std::vector<std::unique_ptr<OpenEntry>> spare_;
};

}  // namespace leat
