#pragma once

#include "core/base/ids.h"

namespace leat {

class Stream;

// For who waits for one message after the other to be read. A block may have been written anew
// while it was read, so that a message of the stream is not in what came: then it is read once
// more. Twice it has no such message, and reading on would not end. Owned by who waits.
class MissingMessage {
 public:
  // When the block of this message was read.
  bool is_missing_again(Stream& stream, StreamSeq sequence);

 private:
  StreamSeq last_;
};

}  // namespace leat
