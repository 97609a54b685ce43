#pragma once

#include <cstdint>

namespace leat {

// A time zone as machines see it: what its clocks show at a moment. Immutable, of the process'
// life.
class TimeZone {
 public:
  virtual ~TimeZone() = default;
  // Seconds that the zone's clocks are ahead of UTC at this Unix time.
  virtual std::int64_t offset_s(std::int64_t unix_s) const = 0;
};

}  // namespace leat
