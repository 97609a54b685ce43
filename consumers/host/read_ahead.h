#pragma once

#include <cstddef>

#include "consumers/core/select.h"
#include "core/base/ids.h"
#include "core/base/limits.h"
#include "core/base/ring.h"
#include "streams/host/reader.h"

namespace leat {

// What one consumer will read next: while it waits for a block, those of the matching messages
// behind it are read as well, and no others. Owned by the consumer, on its shard.
//
//   wait  | block | ahead | ahead | ...      the window doubles with each wait, from one block up
//
// Holds between calls: `blocks_` names the blocks asked for ahead, ascending; whether they have
// come, or were dropped again, only the reader knows.
class ReadAhead {
 public:
  ReadAhead(Reader& reader, const Selector& selector) : reader_(reader), selector_(selector) {}

  // What to read of the block of `sequence`: all of it when the next message that matches lies
  // there as well.
  Reader::Extent extent_of(StreamSeq sequence) const;
  // The consumer waits for `sequence`.
  void waiting_for(StreamSeq sequence);

 private:
  bool share_block(StreamSeq a, StreamSeq b) const {
    return reader_.behind_block_of(a) == reader_.behind_block_of(b);
  }

  Reader& reader_;
  const Selector& selector_;
  Ring<StreamSeq> blocks_;  // one message of each
  StreamSeq from_;          // not looked at yet
  std::size_t window_ = 1;
};

}  // namespace leat
