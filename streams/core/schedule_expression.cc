#include "streams/core/schedule_expression.h"

#include <array>
#include <utility>

#include "core/base/duration.h"

namespace leat {

namespace {

constexpr std::string_view kAt = "@at ";
constexpr std::string_view kEvery = "@every ";

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kNamed = {{
    {"@yearly", "0 0 0 1 1 *"},
    {"@annually", "0 0 0 1 1 *"},
    {"@monthly", "0 0 0 1 * *"},
    {"@weekly", "0 0 0 * * 0"},
    {"@daily", "0 0 0 * * *"},
    {"@midnight", "0 0 0 * * *"},
    {"@hourly", "0 0 * * * *"},
}};

WallNs to_whole_second(WallNs time) { return (time + kSecondNs / 2) / kSecondNs * kSecondNs; }

std::optional<WallNs> to_wall(std::optional<std::int64_t> unix_s) {
  WallNs time = 0;
  if (!unix_s || __builtin_mul_overflow(*unix_s, kSecondNs, &time)) return std::nullopt;
  return time;
}

}  // namespace

std::optional<ScheduleExpression> ScheduleExpression::parse(std::string_view text) {
  ScheduleExpression expression;
  if (text.starts_with(kAt)) {
    const Result<WallNs> at = parse_time(text.substr(kAt.size()));
    if (!at) return std::nullopt;
    expression.at_ = *at;
    return expression;
  }
  if (text.starts_with(kEvery)) {
    const Result<DurationNs> every = parse_duration(text.substr(kEvery.size()));
    if (!every || *every < kSecondNs) return std::nullopt;
    expression.kind_ = Kind::kEvery;
    expression.every_ = *every;
    return expression;
  }
  for (const auto& [name, fields] : kNamed) {
    if (text == name) text = fields;
  }
  const std::optional<CronPattern> cron = CronPattern::parse(text);
  if (!cron) return std::nullopt;
  expression.kind_ = Kind::kCron;
  expression.cron_ = *cron;
  return expression;
}

std::optional<WallNs> ScheduleExpression::next(const Moment& moment) const {
  switch (kind_) {
    case Kind::kAt:
      return at_;
    case Kind::kEvery:
      return next_interval(moment);
    case Kind::kCron:
      break;
  }
  const auto after = [&](WallNs time) {
    return to_wall(cron_.next(time / kSecondNs, moment.zone));
  };
  const std::optional<WallNs> next = after(moment.due);
  if (!next || *next >= moment.now) return next;
  return after(to_whole_second(moment.now));
}

// On whole seconds.
std::optional<WallNs> ScheduleExpression::next_interval(const Moment& moment) const {
  WallNs next = 0;
  if (__builtin_add_overflow(to_whole_second(moment.due), every_, &next)) return std::nullopt;
  if (next >= moment.now) return next;
  if (__builtin_add_overflow(to_whole_second(moment.now), every_, &next)) return std::nullopt;
  return next;
}

}  // namespace leat
