// Wrong here: a message that a schedule makes would not be stored, would be a schedule itself, or
// would not say where it comes from and what becomes of its schedule.
#include "streams/core/scheduled_message.h"

#include <gtest/gtest.h>

#include "core/base/duration.h"

namespace leat {
namespace {

class NoSummerZone : public TimeZone {
 public:
  std::int64_t offset_s(std::int64_t) const override { return 7200; }
};

TEST(ScheduledMessageTest, LeavesOutWhatBelongsToTheSchedule) {
  const Firing firing{
      .subject = "s.a", .target = "t.a", .next = *parse_time("2026-01-01T00:00:05Z")};
  EXPECT_EQ(scheduled_headers(
                "NATS/1.0 200\r\nA:b\r\nNats-Schedule: @every 5s\r\nNats-Schedule-Target: t.a\r\n"
                "Nats-Scheduler: x\r\nNats-Expected-Stream: S\r\nNats-Msg-Id: 1\r\n"
                "Nats-TTL: 5s\r\nNats-Rollup: sub\r\nnats-rollup: all\r\nA: c\r\n\r\n",
                firing),
            "NATS/1.0\r\nA:b\r\nnats-rollup: all\r\nA: c\r\nNats-Scheduler: s.a\r\n"
            "Nats-Schedule-Next: 2026-01-01T00:00:05Z\r\n\r\n");
}

TEST(ScheduledMessageTest, AddsWhatTheScheduleAsksFor) {
  const Firing firing{.subject = "s.a", .target = "t.a", .ttl = "5m", .rollup = "sub"};
  EXPECT_EQ(scheduled_headers("", firing),
            "NATS/1.0\r\nNats-Scheduler: s.a\r\nNats-Schedule-Next: purge\r\nNats-TTL: 5m\r\n"
            "Nats-Rollup: sub\r\n\r\n");
}

TEST(ScheduledMessageTest, ReadsTheScheduleAndItsNextTime) {
  const NoSummerZone zone;
  const WallNs due = *parse_time("2026-01-01T00:00:00Z");
  const ScheduleHeaders daily{
      .pattern = "@daily", .target = "t", .source = "c", .time_zone = "Z", .has_time_zone = true};
  const auto firing = read_firing("s", daily, {.due = due, .now = due, .zone = &zone});
  ASSERT_TRUE(firing.has_value());
  EXPECT_EQ(firing->next, *parse_time("2026-01-01T22:00:00Z"));
  EXPECT_EQ(firing->source, "c");
  EXPECT_EQ(
      scheduled_headers("", *firing),
      "NATS/1.0\r\nNats-Scheduler: s\r\nNats-Schedule-Next: 2026-01-02T00:00:00+02:00\r\n\r\n");
  const Firing west{
      .subject = "s", .next = *parse_time("2026-01-02T00:00:00Z"), .next_offset_s = -12600};
  EXPECT_NE(scheduled_headers("", west).find("Next: 2026-01-01T20:30:00-03:30\r\n"),
            std::string::npos);
  const ScheduleHeaders once{.pattern = "@at 2026-01-01T00:00:00Z", .target = "t"};
  EXPECT_EQ(read_firing("s", once, {.due = due, .now = due})->next, 0);
  // The zone has left the database; no such day comes; nobody can read it.
  EXPECT_FALSE(read_firing("s", daily, {.due = due, .now = due}).has_value());
  EXPECT_FALSE(
      read_firing("s", {.pattern = "0 0 0 30 2 *", .target = "t"}, {.due = due, .now = due}));
  EXPECT_FALSE(read_firing("s", {.pattern = "soon", .target = "t"}, {.due = due, .now = due}));
}

TEST(ScheduledMessageTest, AScheduleReplacesWhatWasOnItsSubject) {
  const std::string_view plain = "NATS/1.0\r\nNats-Schedule: @daily\r\n\r\n";
  EXPECT_EQ(schedule_headers(plain, scan_publish_headers(plain)),
            "NATS/1.0\r\nNats-Schedule: @daily\r\nNats-Rollup: sub\r\n\r\n");
  const std::string_view rolled = "NATS/1.0\r\nNats-Schedule: @daily\r\nNats-Rollup: sub\r\n\r\n";
  EXPECT_EQ(schedule_headers(rolled, scan_publish_headers(rolled)), rolled);
  const std::string_view asked =
      "NATS/1.0\r\nNats-Schedule: @daily\r\nNats-Request-Info: {}\r\n\r\n";
  EXPECT_EQ(schedule_headers(asked, scan_publish_headers(asked)),
            "NATS/1.0\r\nNats-Schedule: @daily\r\nNats-Rollup: sub\r\n\r\n");
}

}  // namespace
}  // namespace leat
