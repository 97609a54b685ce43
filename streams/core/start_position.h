#pragma once

#include "consumers/core/consumer_machine.h"
#include "consumers/core/filter_set.h"
#include "proto/api/consumer_config.h"
#include "streams/core/stream_state.h"

namespace leat {

// Where a new consumer of the stream begins by its deliver policy, and how much lies before it.
StartPosition start_position(const StreamState& stream, const ConsumerConfig& config,
                             const FilterSet& filters);

}  // namespace leat
