// Wrong here: a scheduled message that comes too early, twice or never, or not as it was asked for.
#include <string>
#include <vector>

#include "core/base/duration.h"
#include "core/base/limits.h"
#include "streams/host/stream.h"
#include "tests/unit/streams_host/world.h"

namespace leat {
namespace {

class ScheduleTest : public World {
 protected:
  static StreamConfig scheduled() {
    StreamConfig config = orders();
    config.allow_msg_schedules = config.allow_msg_ttl = true;
    return config;
  }
  // What the stream answers to a schedule; `more`: further header lines.
  std::string schedule(std::string_view subject, std::string_view payload,
                       std::string_view expression, const std::string& more = {}) {
    const std::string headers = "NATS/1.0\r\nNats-Schedule: " + std::string(expression) +
                                "\r\nNats-Schedule-Target: s.to\r\n" + more + "\r\n";
    const std::vector<Got> got = publish(subject, payload, "_INBOX.1", headers);
    return got.size() == 1 ? got[0].payload : std::to_string(got.size()) + " answers";
  }
  std::string at(DurationNs from_start) { return "@at " + format_time(begin_ + from_start); }
  // Subject, headers from the second line on, and payload of what stands at a sequence.
  std::string message(std::uint64_t sequence) {
    std::string text = "not here";
    stream().get_message(StreamSeq(sequence), [&](const Result<MessageView>& found) {
      if (!found) return;
      std::string headers(found->headers);
      if (headers.size() > 10) headers = headers.substr(10, headers.size() - 14);
      text = std::string(found->subject) + " | " + headers + " | " + std::string(found->payload());
    });
    shard_.run();
    return text;
  }
  const WallNs begin_ = shard_.wall_ns();
  std::uint64_t last() { return stream().machine().last_sequence().value; }
};

TEST_F(ScheduleTest, AMessageComesOnceAndTakesItsScheduleWithIt) {
  make_stream(scheduled());
  client_->subscribe("s.to");
  EXPECT_EQ(schedule("s.a", "hello", at(10 * kSecond), "A: b\r\n"), R"({"stream":"S","seq":1})");
  shard_.advance(10 * kSecond - 1);
  EXPECT_EQ(last(), 1u);
  shard_.advance(1);
  EXPECT_EQ(message(2), "s.to | A: b\r\nNats-Scheduler: s.a\r\nNats-Schedule-Next: purge | hello");
  EXPECT_EQ(message(1), "not here");
  shard_.advance(100 * kSecond);
  EXPECT_EQ(last(), 2u);
  EXPECT_EQ(shard_.timer_count(), 1u);  // the look at the clock
}

TEST_F(ScheduleTest, AClockThatIsSetMovesWhatIsDue) {
  make_stream(scheduled());
  client_->subscribe("s.to");
  EXPECT_EQ(schedule("s.a", "hello", at(3600 * kSecond)), R"({"stream":"S","seq":1})");
  shard_.advance(kSecond);
  shard_.jump_wall(-1800 * kSecond);
  shard_.advance(3600 * kSecond);
  EXPECT_EQ(last(), 1u);
  shard_.jump_wall(1800 * kSecond);
  shard_.advance(2 * kSecond);
  EXPECT_EQ(last(), 2u);
}

TEST_F(ScheduleTest, WhatHasBeenComesAtOnce) {
  make_stream(scheduled());
  schedule("s.a", "late", "@at 2020-01-01T00:00:00Z");
  shard_.advance(limits::kExpiryIntervalNs);
  EXPECT_EQ(last(), 2u);
}

TEST_F(ScheduleTest, AnIntervalComesAgainAndAgain) {
  make_stream(scheduled());
  schedule("s.a", "tick", "@every 5s", "Nats-Schedule-TTL: 1h\r\nNats-Schedule-Rollup: sub\r\n");
  shard_.advance(5 * kSecond);
  EXPECT_EQ(message(2), "s.to | Nats-Scheduler: s.a\r\nNats-Schedule-Next: " +
                            format_time(begin_ + 10 * kSecond) +
                            "\r\nNats-TTL: 1h\r\nNats-Rollup: sub | tick");
  shard_.advance(20 * kSecond);
  EXPECT_EQ(last(), 6u);
  // The schedule, and what was made last.
  EXPECT_EQ(stream().machine().message_count(), 2u);
}

TEST_F(ScheduleTest, AKilledServerMakesItOnceAfterTheRestart) {
  make_stream(scheduled());
  schedule("s.a", "hello", at(10 * kSecond));
  schedule("s.b", "tick", "@every 10s");
  crash_and_restart();
  shard_.advance(3 * kSecond);
  EXPECT_EQ(last(), 2u);
  const std::uint64_t before = stream().machine().state_hash();
  crash_and_restart();
  EXPECT_EQ(stream().machine().state_hash(), before);
  shard_.advance(7 * kSecond);
  EXPECT_EQ(last(), 4u);
  crash_and_restart();
  shard_.advance(9 * kSecond);
  EXPECT_EQ(last(), 4u);
}

TEST_F(ScheduleTest, ACrashBeforeTheSyncMakesItAgainNotTwice) {
  make_stream(scheduled());
  schedule("s.a", "hello", at(10 * kSecond));
  log_.sync_by_itself(nullptr);
  shard_.advance(11 * kSecond);
  EXPECT_EQ(last(), 1u);
  crash_and_restart();
  shard_.advance(kSecond);
  EXPECT_EQ(last(), 2u);
  EXPECT_EQ(stream().machine().message_count(), 1u);
}

TEST_F(ScheduleTest, SchedulesComeBackFromThePagesOfACleanStop) {
  make_stream(scheduled());
  schedule("s.a", "hello", at(10 * kSecond));
  schedule("s.b", "tick", "@every 5s");
  shard_.advance(6 * kSecond);
  stop_and_restart();
  EXPECT_EQ(stream().machine().due_schedules(INT64_MAX, 9).size(), 2u);
  shard_.advance(4 * kSecond);
  EXPECT_EQ(last(), 5u);
}

TEST_F(ScheduleTest, WhatWasMissedWhileItWasDownComesOnce) {
  make_stream(scheduled());
  schedule("s.a", "tick", "@every 5s");
  crash_and_restart_after(63 * kSecond);
  shard_.advance(kSecond);
  EXPECT_EQ(last(), 2u);
  shard_.advance(4 * kSecond);
  EXPECT_EQ(last(), 3u);
}

TEST_F(ScheduleTest, TheNewestMessageOfTheSourceIsSent) {
  make_stream(scheduled());
  schedule("s.a", "own", "@every 5s", "Nats-Schedule-Source: s.from\r\n");
  shard_.advance(5 * kSecond);
  EXPECT_EQ(message(2).substr(message(2).rfind('|')), "| own");
  publish("s.from", "1");
  publish("s.from", "2", {}, "NATS/1.0\r\nB: c\r\nNats-Msg-Id: 7\r\n\r\n");
  shard_.advance(5 * kSecond);
  EXPECT_EQ(message(5), "s.to | B: c\r\nNats-Scheduler: s.a\r\nNats-Schedule-Next: " +
                            format_time(begin_ + 15 * kSecond) + " | 2");
}

TEST_F(ScheduleTest, FieldsAreReadOnTheClocksOfTheirZone) {
  make_stream(scheduled());
  // The test begins at 22:13:20 UTC, when it is past midnight there.
  EXPECT_EQ(schedule("s.a", "x", "0 20 0 * * *", "Nats-Schedule-Time-Zone: Two/Ahead\r\n"),
            R"({"stream":"S","seq":1})");
  EXPECT_EQ(*stream().machine().next_schedule(), *parse_time("2023-11-14T22:20:00Z"));
  const std::string unknown =
      schedule("s.b", "x", "@daily", "Nats-Schedule-Time-Zone: No/Where\r\n");
  EXPECT_NE(unknown.find("\"err_code\":10223"), std::string::npos) << unknown;
  const std::string empty = schedule("s.b", "x", "@daily", "Nats-Schedule-Time-Zone:\r\n");
  EXPECT_NE(empty.find("\"err_code\":10223"), std::string::npos) << empty;
  const std::string interval =
      schedule("s.b", "x", "@every 5s", "Nats-Schedule-Time-Zone: Two/Ahead\r\n");
  EXPECT_NE(interval.find("\"err_code\":10189"), std::string::npos) << interval;
}

TEST_F(ScheduleTest, AScheduleThatCanNeverBeDueAgainEndsAndStays) {
  make_stream(scheduled());
  schedule("s.a", "x", "*/5 * * * * *", "Nats-Schedule-Time-Zone: Two/Ahead\r\n");
  zones_.is_gone = true;
  shard_.advance(kSecond * 60);
  EXPECT_EQ(last(), 1u);
  EXPECT_EQ(stream().machine().next_schedule(), std::nullopt);
  EXPECT_EQ(stream().machine().message_count(), 1u);
}

TEST_F(ScheduleTest, WhatIsTooLargeForTheStreamIsNotMade) {
  StreamConfig config = scheduled();
  config.max_msg_size = 100;
  make_stream(config);
  const std::string headers =
      "NATS/1.0\r\nNats-Schedule: @every 5s\r\nNats-Schedule-Target: s.t\r\n\r\n";
  publish("s.a", std::string(100 - headers.size(), 'x'), {}, headers);
  EXPECT_EQ(last(), 1u);
  shard_.advance(10 * kSecond);
  EXPECT_EQ(last(), 1u);
  EXPECT_EQ(stream().machine().next_schedule(), std::nullopt);
}

TEST_F(ScheduleTest, ManyThatAreDueAtOnceComeInTheOrderTheyWereTaken) {
  make_stream(scheduled());
  const std::size_t count = limits::kSchedulesPerLook + 10;
  for (std::size_t i = 0; i < count; ++i) {
    client_->publish(
        "s.a." + std::to_string(i), std::to_string(i), {},
        "NATS/1.0\r\nNats-Schedule: " + at(5 * kSecond) + "\r\nNats-Schedule-Target: s.to\r\n\r\n");
  }
  shard_.run();
  EXPECT_EQ(last(), count);
  shard_.advance(5 * kSecond + limits::kExpiryIntervalNs);
  EXPECT_EQ(last(), 2 * count);
  EXPECT_EQ(stream().machine().message_count(), count);
  EXPECT_EQ(message(count + 1).substr(message(count + 1).rfind('|')), "| 0");
  EXPECT_EQ(message(2 * count).substr(message(2 * count).rfind('|')),
            "| " + std::to_string(count - 1));
}

TEST_F(ScheduleTest, OneThatIsReplacedInTimeIsNotMade) {
  make_stream(scheduled());
  schedule("s.a", "old", at(10 * kSecond));
  shard_.advance(9 * kSecond);
  schedule("s.a", "new", at(20 * kSecond));
  shard_.advance(9 * kSecond);
  EXPECT_EQ(last(), 2u);
  EXPECT_EQ(message(1), "not here");
  shard_.advance(2 * kSecond);
  EXPECT_EQ(message(3), "s.to | Nats-Scheduler: s.a\r\nNats-Schedule-Next: purge | new");
}

}  // namespace
}  // namespace leat
