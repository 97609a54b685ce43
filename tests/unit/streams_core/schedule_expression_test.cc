// Wrong here: a schedule that is due at another time than its author meant, or one that no server
// could ever read and that is taken all the same.
#include "streams/core/schedule_expression.h"

#include <gtest/gtest.h>

#include <string>

#include "core/base/duration.h"

namespace leat {
namespace {

// Clocks that go forward by an hour at `begin` and back at `end`.
class SummerZone : public TimeZone {
 public:
  SummerZone(std::int64_t winter_offset_s, std::string_view begin, std::string_view end)
      : winter_s_(winter_offset_s), begin_(unix_s(begin)), end_(unix_s(end)) {}
  std::int64_t offset_s(std::int64_t at) const override {
    return at >= begin_ && at < end_ ? winter_s_ + 3600 : winter_s_;
  }

 private:
  static std::int64_t unix_s(std::string_view text) { return *parse_time(text) / 1'000'000'000; }
  std::int64_t winter_s_;
  std::int64_t begin_;
  std::int64_t end_;
};

// Berlin in 2026.
const SummerZone& berlin() {
  static const SummerZone zone(3600, "2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z");
  return zone;
}
// Havana in 2026: the change is at midnight.
const SummerZone& havana() {
  static const SummerZone zone(-18000, "2026-03-08T05:00:00Z", "2026-11-01T05:00:00Z");
  return zone;
}

bool is_good(std::string_view text) { return ScheduleExpression::parse(text).has_value(); }

// The times at which it is due, from a first look on.
std::string due(std::string_view text, std::string_view from, int count = 1,
                const TimeZone* zone = nullptr) {
  const auto expression = ScheduleExpression::parse(text);
  if (!expression) return "bad";
  std::string all;
  WallNs at = *parse_time(from);
  for (int i = 0; i < count; ++i) {
    const auto next = expression->next({.due = at, .now = at, .zone = zone});
    if (!next) return all + "never";
    at = *next;
    all += (i == 0 ? "" : " ") + format_time(at);
  }
  return all;
}

TEST(ScheduleExpressionTest, AtIsOnceAndMayHaveBeen) {
  EXPECT_EQ(due("@at 2020-01-01T00:00:00.5+02:00", "2026-01-01T00:00:00Z"),
            "2019-12-31T22:00:00.5Z");
  EXPECT_FALSE(ScheduleExpression::parse("@at 2020-01-01T00:00:00Z")->is_repeating());
  for (const char* bad :
       {"@at", "@at ", "@at tomorrow", "@at 2020-01-01", "@at 2020-13-01T00:00:00Z",
        "@at  2020-01-01T00:00:00Z", "@At 2020-01-01T00:00:00Z", "@at 0001-01-01T00:00:00Z"}) {
    EXPECT_FALSE(is_good(bad)) << bad;
  }
}

TEST(ScheduleExpressionTest, EveryIsOnWholeSecondsAndAtLeastOne) {
  EXPECT_EQ(due("@every 5s", "2026-01-01T00:00:00.4Z", 2),
            "2026-01-01T00:00:05Z 2026-01-01T00:00:10Z");
  EXPECT_EQ(due("@every 1s", "2026-01-01T00:00:00.5Z"), "2026-01-01T00:00:02Z");
  EXPECT_EQ(due("@every 1m1.5s", "2026-01-01T00:00:00Z"), "2026-01-01T00:01:01.5Z");
  for (const char* bad :
       {"@every", "@every ", "@every 999ms", "@every 0s", "@every -5s", "@every 5", "@every day"}) {
    EXPECT_FALSE(is_good(bad)) << bad;
  }
  EXPECT_EQ(due("@every 2562047h", "2026-01-01T00:00:00Z"), "never");
}

TEST(ScheduleExpressionTest, WhatWasMissedIsPassedOver) {
  const auto every = ScheduleExpression::parse("@every 10s");
  const WallNs due = *parse_time("2026-01-01T00:00:00Z");
  const WallNs late = *parse_time("2026-01-01T00:00:35.6Z");
  EXPECT_EQ(every->next({.due = due, .now = due + 1}), *parse_time("2026-01-01T00:00:10Z"));
  EXPECT_EQ(every->next({.due = due, .now = late}), *parse_time("2026-01-01T00:00:46Z"));
  const auto cron = ScheduleExpression::parse("*/10 * * * * *");
  EXPECT_EQ(cron->next({.due = due, .now = late}), *parse_time("2026-01-01T00:00:40Z"));
}

TEST(ScheduleExpressionTest, NamesStandForFields) {
  const std::string from = "2026-08-20T13:14:15Z";
  EXPECT_EQ(due("@hourly", from), "2026-08-20T14:00:00Z");
  EXPECT_EQ(due("@daily", from), "2026-08-21T00:00:00Z");
  EXPECT_EQ(due("@midnight", from), "2026-08-21T00:00:00Z");
  EXPECT_EQ(due("@weekly", from), "2026-08-23T00:00:00Z");
  EXPECT_EQ(due("@monthly", from), "2026-09-01T00:00:00Z");
  EXPECT_EQ(due("@yearly", from), "2027-01-01T00:00:00Z");
  EXPECT_EQ(due("@annually", from), "2027-01-01T00:00:00Z");
  EXPECT_FALSE(is_good("@fortnightly"));
  EXPECT_FALSE(is_good(""));
}

TEST(ScheduleExpressionTest, OnlyFieldsTakeAZone) {
  EXPECT_TRUE(ScheduleExpression::parse("@daily")->takes_zone());
  EXPECT_FALSE(ScheduleExpression::parse("@every 5s")->takes_zone());
  EXPECT_FALSE(ScheduleExpression::parse("@at 2020-01-01T00:00:00Z")->takes_zone());
}

TEST(CronPatternTest, RangesListsStepsAndNames) {
  const std::string from = "2026-08-20T13:14:15Z";  // a Thursday
  EXPECT_EQ(due("* * * * * *", from, 2), "2026-08-20T13:14:16Z 2026-08-20T13:14:17Z");
  EXPECT_EQ(due("*/20 * * * * ?", from, 3),
            "2026-08-20T13:14:20Z 2026-08-20T13:14:40Z 2026-08-20T13:15:00Z");
  EXPECT_EQ(due("50/5 * * * * *", from, 3),
            "2026-08-20T13:14:50Z 2026-08-20T13:14:55Z 2026-08-20T13:15:50Z");
  EXPECT_EQ(due("0 10-30/10 9,17 * * MON-fri", from, 4),
            "2026-08-20T17:10:00Z 2026-08-20T17:20:00Z 2026-08-20T17:30:00Z 2026-08-21T09:10:00Z");
  EXPECT_EQ(due("0 0 0 1 Feb,OCT *", from, 2), "2026-10-01T00:00:00Z 2027-02-01T00:00:00Z");
  EXPECT_EQ(due("\t0  0\n12 * * sat ", from), "2026-08-22T12:00:00Z");
  EXPECT_EQ(due("0 0 0 29 2 *", from), "2028-02-29T00:00:00Z");
  EXPECT_EQ(due("+5,, 0 0 * * *", from), "2026-08-21T00:00:05Z");
}

TEST(CronPatternTest, EitherDayFieldMatchesWhereNoneHasAStar) {
  const std::string from = "2026-08-20T13:14:15Z";
  EXPECT_EQ(due("0 0 0 13 * FRI", from, 3),
            "2026-08-21T00:00:00Z 2026-08-28T00:00:00Z 2026-09-04T00:00:00Z");
  EXPECT_EQ(due("0 0 0 */1 * FRI", from), "2026-08-21T00:00:00Z");
  // A step makes the star a list.
  EXPECT_EQ(due("0 0 0 */2 * SAT", from, 2), "2026-08-21T00:00:00Z 2026-08-22T00:00:00Z");
  EXPECT_EQ(due("0 0 0 13 * *", from), "2026-09-13T00:00:00Z");
}

TEST(CronPatternTest, WhatCannotBeReadIsRefused) {
  for (const char* bad : {"* * * * *",      "* * * * * * *", "60 * * * * *",
                          "* 60 * * * *",   "* * 24 * * *",  "* * * 0 * *",
                          "* * * 32 * *",   "* * * * 13 *",  "* * * * 0 *",
                          "* * * * * 7",    "5-1 * * * * *", "1-2-3 * * * * *",
                          "*/0 * * * * *",  "*/x * * * * *", "1/2/3 * * * * *",
                          "-1 * * * * *",   "1- * * * * *",  "x * * * * *",
                          "* * * * * mond", "jan * * * * *", "99999999999 * * * * *",
                          "/5 * * * * *",   "1.5 * * * * *"}) {
    EXPECT_FALSE(is_good(bad)) << bad;
  }
}

TEST(CronPatternTest, WhatNeverComesIsNever) {
  EXPECT_EQ(due("0 0 0 30 2 *", "2026-08-20T13:14:15Z"), "never");
  EXPECT_EQ(due(", * * * * *", "2026-08-20T13:14:15Z"), "never");
  EXPECT_EQ(due("0 0 0 29 2 *", "2097-01-01T00:00:00Z"), "never");  // 2100 is no leap year
}

TEST(CronPatternTest, AZonesClocksCount) {
  EXPECT_EQ(due("0 30 9 * * *", "2026-01-10T00:00:00Z", 1, &berlin()), "2026-01-10T08:30:00Z");
  EXPECT_EQ(due("0 30 9 * * *", "2026-07-10T00:00:00Z", 1, &berlin()), "2026-07-10T07:30:00Z");
  EXPECT_EQ(due("0 0 0 1 * *", "2026-07-10T00:00:00Z", 1, &havana()), "2026-08-01T04:00:00Z");
  // The hour from two to three is left out, and the one in autumn comes twice.
  EXPECT_EQ(due("0 30 2 * * *", "2026-03-28T12:00:00Z", 2, &berlin()),
            "2026-03-30T00:30:00Z 2026-03-31T00:30:00Z");
  EXPECT_EQ(due("0 30 2 * * *", "2026-10-24T12:00:00Z", 3, &berlin()),
            "2026-10-25T00:30:00Z 2026-10-25T01:30:00Z 2026-10-26T01:30:00Z");
}

TEST(CronPatternTest, ADayThatBeginsWithAChangeIsFound) {
  // 8 March begins at one o'clock there.
  EXPECT_EQ(due("0 0 1 8 3 *", "2026-01-10T00:00:00Z", 1, &havana()), "2026-03-08T05:00:00Z");
  EXPECT_EQ(due("0 0 0 8 3 *", "2026-01-10T00:00:00Z", 1, &havana()), "2027-03-08T05:00:00Z");
  EXPECT_EQ(due("0 0 12 8 3 *", "2026-01-10T00:00:00Z", 1, &havana()), "2026-03-08T16:00:00Z");
}

}  // namespace
}  // namespace leat
