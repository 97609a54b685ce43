#include "streams/core/scheduled_message.h"

#include <algorithm>
#include <array>

#include "core/base/duration.h"
#include "proto/client/headers.h"
#include "streams/core/admit.h"
#include "streams/core/schedule_expression.h"

namespace leat {

namespace {

constexpr std::array<std::string_view, 3> kOfThePublish = {"Nats-Msg-Id", "Nats-TTL",
                                                           "Nats-Rollup"};

bool is_left_out(std::string_view key) {
  return key.starts_with("Nats-Schedule") || key.starts_with("Nats-Expected-") ||
         std::find(kOfThePublish.begin(), kOfThePublish.end(), key) != kOfThePublish.end();
}

// RFC 3339 on clocks that are ahead of UTC by this much.
std::string time_text(WallNs time, std::int64_t offset_s) {
  if (offset_s == 0) return format_time(time);
  std::string text = format_time(time + offset_s * kSecondNs);
  const std::int64_t minutes = (offset_s < 0 ? -offset_s : offset_s) / 60;
  const auto two_digits = [](std::int64_t number) {
    return std::string(number < 10 ? "0" : "") + std::to_string(number);
  };
  text.back() = offset_s < 0 ? '-' : '+';
  return text + two_digits(minutes / 60) + ":" + two_digits(minutes % 60);
}

}  // namespace

std::optional<Firing> read_firing(std::string_view subject, const ScheduleHeaders& schedule,
                                  const FiringMoment& moment) {
  const auto expression = ScheduleExpression::parse(schedule.pattern);
  if (!expression || (schedule.has_time_zone && moment.zone == nullptr)) return std::nullopt;
  Firing firing{.subject = std::string(subject),
                .target = std::string(schedule.target),
                .source = std::string(schedule.source),
                .ttl = std::string(schedule.ttl),
                .rollup = std::string(schedule.rollup)};
  if (!expression->is_repeating()) return firing;
  const auto next = expression->next({.due = moment.due, .now = moment.now, .zone = moment.zone});
  if (!next) return std::nullopt;
  firing.next = *next;
  if (moment.zone != nullptr) firing.next_offset_s = moment.zone->offset_s(*next / kSecondNs);
  return firing;
}

std::string scheduled_headers(std::string_view original, const Firing& firing) {
  HeaderBuilder block;
  block.start();
  for (HeaderCursor cursor(original); cursor.next();) {
    if (!is_left_out(cursor.key())) block.add_line(cursor.line());
  }
  block.add("Nats-Scheduler", firing.subject);
  if (firing.next == 0) {
    block.add("Nats-Schedule-Next", kScheduleNextPurge);
  } else {
    block.add("Nats-Schedule-Next", time_text(firing.next, firing.next_offset_s));
  }
  if (!firing.ttl.empty()) block.add("Nats-TTL", firing.ttl);
  if (!firing.rollup.empty()) block.add("Nats-Rollup", firing.rollup);
  return std::string(block.finish());
}

std::string schedule_headers(std::string_view block, const PublishHeaders& headers) {
  std::string room;
  const StoredHeaders stored = stored_headers(block, headers, room);
  std::string kept(stored.headers);
  kept += stored.headers_rest;
  if (headers.rollup != Rollup::kNone) return kept;
  HeaderBuilder with_rollup;
  return std::string(with_rollup.start_from(kept).add("Nats-Rollup", "sub").finish());
}

}  // namespace leat
