#pragma once

#include <optional>
#include <string_view>

#include "core/base/ids.h"
#include "core/base/time_zone.h"
#include "streams/core/cron_pattern.h"

namespace leat {

// The text of `Nats-Schedule`: `@at <RFC 3339>`, `@every <Go duration of at least a second>`, six
// cron fields, or one of their names (@yearly, @annually, @monthly, @weekly, @daily, @midnight,
// @hourly). A plain value; pure.
class ScheduleExpression {
 public:
  static std::optional<ScheduleExpression> parse(std::string_view text);

  bool is_repeating() const { return kind_ != Kind::kAt; }
  // Only cron fields are read on the clocks of a zone.
  bool takes_zone() const { return kind_ == Kind::kCron; }

  // When it is due the first time, or again after it was due at `due`. What was missed by `now` is
  // passed over. None when that time never comes.
  struct Moment {
    WallNs due = 0;  // the first time: now
    WallNs now = 0;
    const TimeZone* zone = nullptr;  // null: UTC
  };
  std::optional<WallNs> next(const Moment& moment) const;

 private:
  enum class Kind { kAt, kEvery, kCron };

  std::optional<WallNs> next_interval(const Moment& moment) const;

  Kind kind_ = Kind::kAt;
  WallNs at_ = 0;
  DurationNs every_ = 0;
  CronPattern cron_;
};

}  // namespace leat
