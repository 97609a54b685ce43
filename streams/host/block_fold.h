#pragma once

#include <cstddef>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "streams/core/stream_machine.h"

namespace leat {

// A block and its index row without the messages that the stream no longer has, and without the
// message ids that the duplicate window has left.
struct FoldedBlock {
  Bytes block{};      // empty when no message is left
  Bytes index_row{};  // empty when no message and no id is left
  std::size_t live_count = 0;
};

// Between entries of the machine. kCorruption when one of the two cannot be read.
Result<FoldedBlock> fold(const Bytes& block, const Bytes& index_row, const StreamMachine& machine);

}  // namespace leat
