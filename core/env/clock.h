#pragma once

#include "core/base/ids.h"

namespace leat {

// The time of one shard or of one simulated server. Implementations: core/runtime (real) and
// tests/sim (virtual). Called on any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual SteadyNs steady_ns() const = 0;  // never goes back; no meaning beyond differences
  virtual WallNs wall_ns() const = 0;      // Unix time; may jump in both directions
};

}  // namespace leat
