#pragma once

#include "core/base/bytes.h"
#include "storage/api/block_format.h"
#include "streams/core/stream_state.h"

namespace leat {

// The index row of a block whose own was lost, as far as the block tells: message ids only of what
// was stored. `state` has its pages.
Bytes rebuilt_index_row(const BlockReader& block, const StreamState& state);

}  // namespace leat
