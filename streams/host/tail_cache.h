#pragma once

#include <cstddef>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/ring.h"
#include "streams/host/message_view.h"

namespace leat {

// The newest messages of one stream, as views into the log entries that brought them, so that a
// consumer that keeps up never touches the store. Entries below limits::kTailEntryBytes are not
// brought here. Owned by its stream, on its shard.
//
// Holds between calls: messages stand in ascending order of sequence without a hole in between that
// could have been found (a sequence that is not here has an empty place); every view points
// into an entry of entries_. Bounded in bytes of entries: the oldest entry leaves with all its
// messages.
class TailCache {
 public:
  explicit TailCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // Messages added until the next call point into `entry`.
  void begin_entry(const Bytes& entry);
  // Sequences ascend.
  void add(const MessageView& message);

  // None when the sequence is not cached, was skipped, or lies ahead.
  const MessageView* find(StreamSeq sequence) const;

 private:
  struct Entry {
    Bytes bytes;
    StreamSeq last;  // of the messages it brought
  };

  void drop_oldest();

  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  Ring<Entry> entries_;
  Ring<MessageView> messages_;  // by sequence from first_
  StreamSeq first_;
};

}  // namespace leat
