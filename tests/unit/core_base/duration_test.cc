// Wrong in the world: a duration or time that a client wrote is taken for another one, or is shown
// to it in other words than the peer's.
#include "core/base/duration.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace leat {
namespace {

struct ReadCase {
  std::string_view text;
  std::int64_t value;
  std::string_view error;  // empty: none
};

struct WriteCase {
  std::int64_t value;
  std::string_view text;
};

// The expectations of this file are what Go 1.26 answers.

TEST(Duration, ATimeThatCannotBeReachedIsTheLastOne) {
  constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(time_after(5, 7), 12);
  EXPECT_EQ(time_after(5, -7), -2);
  EXPECT_EQ(time_after(5, kLast - 5), kLast);
  EXPECT_EQ(time_after(5, kLast - 4), kLast);
  EXPECT_EQ(time_after(1'700'000'000'000'000'000, kLast), kLast);
  EXPECT_EQ(time_after(kLast, 1), kLast);
  EXPECT_EQ(time_after(-5, kLast), kLast - 5);
}

TEST(Duration, IsReadAsInGo) {
  const ReadCase cases[] = {
      {"", 0, "time: invalid duration \"\""},
      {"0", 0, ""},
      {"-0", 0, ""},
      {"+", 0, "time: invalid duration \"+\""},
      {"-", 0, "time: invalid duration \"-\""},
      {"1", 0, "time: missing unit in duration \"1\""},
      {"1s", 1000000000, ""},
      {"1.5h", 5400000000000, ""},
      {"1h15m30.918273645s", 4530918273645, ""},
      {"-1.5ms", -1500000, ""},
      {"1us", 1000, ""},
      {"1\302\265s", 1000, ""},
      {"1\316\274s", 1000, ""},
      {"100ns", 100, ""},
      {"0.3333333333333333333h", 1200000000000, ""},
      {"9007199254.740993ms", 9007199254740993, ""},
      {"9223372036854775807ns", 9223372036854775807, ""},
      {"9223372036854775808ns", 0, "time: invalid duration \"9223372036854775808ns\""},
      {"-9223372036854775808ns", INT64_MIN, ""},
      {"9223372036.854775807s", 9223372036854775807, ""},
      {"9223372036s854ms775us808ns", 0, "time: invalid duration \"9223372036s854ms775us808ns\""},
      {"-9223372036s854ms775us808ns", INT64_MIN, ""},
      {"3000000h", 0, "time: invalid duration \"3000000h\""},
      {".5s", 500000000, ""},
      {"1.s", 1000000000, ""},
      {".s", 0, "time: invalid duration \".s\""},
      {"s", 0, "time: invalid duration \"s\""},
      {"1x", 0, "time: unknown unit \"x\" in duration \"1x\""},
      {"1s1", 0, "time: missing unit in duration \"1s1\""},
      {"1h 2m", 0, "time: unknown unit \"h \" in duration \"1h 2m\""},
      {"5d", 0, "time: unknown unit \"d\" in duration \"5d\""},
      {"1.0000000000000000000001s", 1000000000, ""},
      {"0.100000000000000000000h", 360000000000, ""},
      {"0.9223372036854775807h", 3320413933267, ""},
      {"+5s", 5000000000, ""},
      {"1e3s", 0, "time: unknown unit \"e\" in duration \"1e3s\""},
      {"\"1s", 0, "time: invalid duration \"\\\"1s\""},
      {"1m1ms", 60001000000, ""},
      {"-.s", 0, "time: invalid duration \"-.s\""},
      {"1..s", 0, "time: missing unit in duration \"1..s\""},
      {"1hh", 0, "time: unknown unit \"hh\" in duration \"1hh\""},
  };
  for (const ReadCase& c : cases) {
    const Result<DurationNs> read = parse_duration(c.text);
    EXPECT_EQ(read ? "" : read.error().text, c.error) << c.text;
    EXPECT_EQ(read.value_or(0), c.value) << c.text;
  }
}

TEST(Duration, IsShownAsInGo) {
  const WriteCase cases[] = {
      {0, "0s"},
      {1, "1ns"},
      {999, "999ns"},
      {1000, "1\302\265s"},
      {1001, "1.001\302\265s"},
      {1500, "1.5\302\265s"},
      {999999, "999.999\302\265s"},
      {1000000, "1ms"},
      {1000001, "1.000001ms"},
      {1500000, "1.5ms"},
      {999999999, "999.999999ms"},
      {1000000000, "1s"},
      {1000000001, "1.000000001s"},
      {59999999999, "59.999999999s"},
      {60000000000, "1m0s"},
      {90000000000, "1m30s"},
      {3600000000000, "1h0m0s"},
      {3661000000000, "1h1m1s"},
      {360000000000000, "100h0m0s"},
      {-1500, "-1.5\302\265s"},
      {-3600000000000, "-1h0m0s"},
      {9223372036854775807, "2562047h47m16.854775807s"},
      {INT64_MIN, "-2562047h47m16.854775808s"},
      {120000000000, "2m0s"},
      {100000000, "100ms"},
  };
  for (const WriteCase& c : cases) EXPECT_EQ(format_duration(c.value), c.text);
}

TEST(Time, IsReadAsInGo) {
  const ReadCase cases[] = {
      {"2020-01-01T00:00:00Z", 1577836800000000000, ""},
      {"1970-01-01T00:00:00.000000001Z", 1, ""},
      {"2026-08-21T13:50:11.1234Z", 1787320211123400000, ""},
      {"2026-08-21T13:50:11.1234567891Z", 1787320211123456789, ""},
      {"2024-02-29T00:00:00Z", 1709164800000000000, ""},
      {"2023-02-29T00:00:00Z", 0, "parsing time \"2023-02-29T00:00:00Z\": day out of range"},
      {"2020-01-01T01:00:00+01:30", 1577835000000000000, ""},
      {"2020-01-01T01:00:00-08:00", 1577869200000000000, ""},
      {"x", 0,
       "parsing time \"x\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"x\" as \"2006\""},
      {"", 0, "parsing time \"\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"\" as \"2006\""},
      {"2020", 0,
       "parsing time \"2020\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"\" as \"-\""},
      {"2020-", 0,
       "parsing time \"2020-\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"\" as \"01\""},
      {"2020-1-01T00:00:00Z", 0,
       "parsing time \"2020-1-01T00:00:00Z\" as \"2006-01-02T15:04:05Z07:00\": cannot parse "
       "\"1-01T00:00:00Z\" as \"01\""},
      {"2020-13-01T00:00:00Z", 0, "parsing time \"2020-13-01T00:00:00Z\": month out of range"},
      {"2020-00-01T00:00:00Z", 0, "parsing time \"2020-00-01T00:00:00Z\": month out of range"},
      {"2020-01-32T00:00:00Z", 0, "parsing time \"2020-01-32T00:00:00Z\": day out of range"},
      {"2020-01-00T00:00:00Z", 0, "parsing time \"2020-01-00T00:00:00Z\": day out of range"},
      {"2020-04-31T00:00:00Z", 0, "parsing time \"2020-04-31T00:00:00Z\": day out of range"},
      {"2020-01-01 00:00:00Z", 0,
       "parsing time \"2020-01-01 00:00:00Z\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \" "
       "00:00:00Z\" as \"T\""},
      {"2020-01-01T24:00:00Z", 0, "parsing time \"2020-01-01T24:00:00Z\": hour out of range"},
      {"2020-01-01T00:60:00Z", 0, "parsing time \"2020-01-01T00:60:00Z\": minute out of range"},
      {"2020-01-01T00:00:60Z", 0, "parsing time \"2020-01-01T00:00:60Z\": second out of range"},
      {"2020-01-01T00:00:00", 0,
       "parsing time \"2020-01-01T00:00:00\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"\" "
       "as \"Z07:00\""},
      {"2020-01-01T00:00:00.Z", 0,
       "parsing time \"2020-01-01T00:00:00.Z\" as \"2006-01-02T15:04:05Z07:00\": cannot parse "
       "\".Z\" as \"Z07:00\""},
      {"2020-01-01T00:00:00.5", 0,
       "parsing time \"2020-01-01T00:00:00.5\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"\" "
       "as \"Z07:00\""},
      {"2020-01-01T00:00:00Zx", 0, "parsing time \"2020-01-01T00:00:00Zx\": extra text: \"x\""},
      {"2020-01-01T00:00:00+25:00", 0,
       "parsing time \"2020-01-01T00:00:00+25:00\": time zone offset hour out of range"},
      {"2020-01-01T00:00:00+01:61", 0,
       "parsing time \"2020-01-01T00:00:00+01:61\": time zone offset minute out of range"},
      {"2020-01-01T00:00:00+0100", 0,
       "parsing time \"2020-01-01T00:00:00+0100\" as \"2006-01-02T15:04:05Z07:00\": cannot parse "
       "\"+0100\" as \"Z07:00\""},
      {"2020-01-01T00:00:00+aa:00", 0,
       "parsing time \"2020-01-01T00:00:00+aa:00\" as \"2006-01-02T15:04:05Z07:00\": cannot parse "
       "\"+aa:00\" as \"Z07:00\""},
      {"2020-01-01t00:00:00Z", 0,
       "parsing time \"2020-01-01t00:00:00Z\" as \"2006-01-02T15:04:05Z07:00\": cannot parse "
       "\"t00:00:00Z\" as \"T\""},
      {"1969-12-31T23:59:59.5Z", -500000000, ""},
      {"1677-09-21T00:12:43.145224192Z", INT64_MIN, ""},
      {"2262-04-11T23:47:16.854775807Z", 9223372036854775807, ""},
      {"2020-01-01T00:00:00+24:00", 1577750400000000000, ""},
      {"2020-99-99T99:99:99Z", 0, "parsing time \"2020-99-99T99:99:99Z\": month out of range"},
      {"2020-01-99T00:00:00", 0,
       "parsing time \"2020-01-99T00:00:00\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"\" "
       "as \"Z07:00\""},
  };
  for (const ReadCase& c : cases) {
    const Result<WallNs> read = parse_time(c.text);
    EXPECT_EQ(read ? "" : read.error().text, c.error) << c.text;
    EXPECT_EQ(read.value_or(0), c.value) << c.text;
  }
}

TEST(Time, IsShownAsInGo) {
  const WriteCase cases[] = {
      {0, "1970-01-01T00:00:00Z"},
      {1, "1970-01-01T00:00:00.000000001Z"},
      {-1, "1969-12-31T23:59:59.999999999Z"},
      {100, "1970-01-01T00:00:00.0000001Z"},
      {1500000000, "1970-01-01T00:00:01.5Z"},
      {1787320211123400000, "2026-08-21T13:50:11.1234Z"},
      {INT64_MIN, "1677-09-21T00:12:43.145224192Z"},
      {9223372036854775807, "2262-04-11T23:47:16.854775807Z"},
      {951782400000000000, "2000-02-29T00:00:00Z"},
      {1000000000000000000, "2001-09-09T01:46:40Z"},
  };
  for (const WriteCase& c : cases) EXPECT_EQ(format_time(c.value), c.text);
}

TEST(Time, WhatNanosecondsCannotHoldIsAnError) {
  EXPECT_FALSE(parse_time(kZeroTimeText));
  EXPECT_FALSE(parse_time("2262-04-11T23:47:16.854775808Z"));
  EXPECT_FALSE(parse_time("9999-12-31T23:59:59Z"));
}

TEST(Time, WhatIsOutOfReachIsTheNearerEndWhereThatIsAsked) {
  EXPECT_EQ(*parse_nearest_time(kZeroTimeText), kEarliestTime);
  EXPECT_EQ(*parse_nearest_time("1600-01-01T00:00:00Z"), kEarliestTime);
  EXPECT_EQ(*parse_nearest_time("9999-12-31T23:59:59Z"), kLatestTime);
  EXPECT_EQ(*parse_nearest_time("2263-01-01T00:00:00Z"), kLatestTime);
  EXPECT_EQ(*parse_nearest_time("1970-01-01T00:00:01.5Z"), 1'500'000'000);
  EXPECT_EQ(*parse_nearest_time("1969-12-31T23:59:59.5Z"), -500'000'000);
  EXPECT_EQ(parse_nearest_time("yesterday").error().text, parse_time("yesterday").error().text);
}

}  // namespace
}  // namespace leat
