#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "core/base/ids.h"
#include "core/base/result.h"

namespace leat {

inline constexpr DurationNs kSecondNs = 1'000'000'000;

// time.ParseDuration: "1h15m30.5s", "-1.5ms", "0"; the error text is Go's.
Result<DurationNs> parse_duration(std::string_view text);

// Duration.String: "1h15m30.5s", "1.5ms", "0s".
std::string format_duration(DurationNs duration);

// Go's zero time.Time, which a count of nanoseconds cannot hold.
inline constexpr std::string_view kZeroTimeText = "0001-01-01T00:00:00Z";

// RFC 3339 in UTC with the fraction's trailing zeros trimmed: "2026-08-21T13:50:11.1234Z".
std::string format_time(WallNs time);

// The ends of what nanoseconds in 64 bits can hold, in the years 1677 and 2262.
inline constexpr WallNs kEarliestTime = std::numeric_limits<WallNs>::min();
inline constexpr WallNs kLatestTime = std::numeric_limits<WallNs>::max();

// The time that is `wait` after `time`. What the count of nanoseconds cannot reach, as with the
// longest duration that a client may write, is its last moment, which never comes.
constexpr std::int64_t time_after(std::int64_t time, DurationNs wait) {
  return wait > 0 && time > kLatestTime - wait ? kLatestTime : time + wait;
}

// Reads RFC 3339, with a fraction and any offset. The error text is Go's. What lies beyond the ends
// (and so kZeroTimeText) is an error of its own.
Result<WallNs> parse_time(std::string_view text);
// The same, but what lies beyond the ends is the nearer end.
Result<WallNs> parse_nearest_time(std::string_view text);

}  // namespace leat
