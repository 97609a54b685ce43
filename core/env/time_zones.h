#pragma once

#include <string_view>

#include "core/base/time_zone.h"

namespace leat {

// The interface to the time zones of the machine. Implementation: core/runtime. Called on any
// thread.
class TimeZones {
 public:
  virtual ~TimeZones() = default;
  // The zone of this IANA name, for the process' life; null when there is none.
  virtual const TimeZone* find(std::string_view name) = 0;
};

}  // namespace leat
