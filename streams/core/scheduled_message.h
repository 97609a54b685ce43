#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/ids.h"
#include "core/base/time_zone.h"
#include "proto/ack/publish_headers.h"
#include "streams/core/schedule_table.h"

namespace leat {

// A schedule whose time has come, as its message says it.
struct Firing {
  std::string subject{};  // of the schedule
  std::string target{};
  std::string source{};  // the newest message there is what is sent; empty: the schedule itself
  std::string ttl{};
  std::string rollup{};
  WallNs next = 0;                 // 0: it was the last time
  std::int64_t next_offset_s = 0;  // of the schedule's zone from UTC, then
};

// Reads the headers of a schedule that was due at `moment.due`. Nothing when it cannot be due any
// more: its expression has no next time, or its zone is gone.
struct FiringMoment {
  WallNs due = 0;
  WallNs now = 0;
  const TimeZone* zone = nullptr;
};
std::optional<Firing> read_firing(std::string_view subject, const ScheduleHeaders& schedule,
                                  const FiringMoment& moment);

// The header block of the message that is made: that of `original` (which may be empty) without
// what belongs to the schedule or to the publish of it, and what the firing adds.
std::string scheduled_headers(std::string_view original, const Firing& firing);

// The header block of a schedule as it is stored: it replaces what was on its subject before.
std::string schedule_headers(std::string_view block, const PublishHeaders& headers);

}  // namespace leat
