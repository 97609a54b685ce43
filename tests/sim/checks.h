#pragma once

#include "tests/sim/models.h"
#include "tests/sim/plan.h"
#include "tests/sim/reader.h"

namespace leat::sim {

// What must hold of a stream that was read back after everything came to its end: everything
// acknowledged is there or has left for a reason of its stream, nothing is there that was removed,
// and every message that is there was delivered and settled.
// `now` is the steady time of the reading.
void check_contents(StreamPlan& plan, const Reader::Contents& contents, SteadyNs now);

// The newest revision of each key is the one acknowledged last, or a later one.
void check_keys(StreamPlan& plan, const KeyRecord& keys, const Reader::Contents& contents);

}  // namespace leat::sim
