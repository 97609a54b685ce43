#pragma once

#include "core/env/clock.h"

namespace leat {

// The clocks of the machine. Any thread.
class SystemClock final : public Clock {
 public:
  SteadyNs steady_ns() const override;
  WallNs wall_ns() const override;
};

}  // namespace leat
