// What would be wrong: a trace shows less than what passed, or a held publisher is read on.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/base/log.h"
#include "tests/unit/core_session/session_world.h"

namespace leat {
namespace {

using testing::MemoryStream;
using testing::SessionWorld;
using Lines = std::vector<std::string>;

constexpr std::string_view kWithHeaders = R"({"verbose":false,"pedantic":false,"headers":true})";

Lines& lines() {
  static Lines all;
  return all;
}

// What the log says of a connection while it runs, behind the prefix of the connection.
Lines traced(SessionSettings settings, std::string_view input) {
  SessionWorld world(std::move(settings));
  MemoryStream& stream = world.connect_with(kWithHeaders);
  lines().clear();
  set_log_sink([](LogLevel level, std::string_view text) {
    if (level != LogLevel::kTrace) return;
    lines().emplace_back(text.substr(text.find("\" - ") + 4));
  });
  set_log_level(LogLevel::kTrace);
  world.say(stream, input);
  set_log_level(LogLevel::kInfo);
  return lines();
}

constexpr std::string_view kExchange =
    "SUB foo.* 1\r\nPUB foo.a rep 5\r\nhello\r\n"
    "HPUB foo.b 18 20\r\nNATS/1.0\r\nA: b\r\n\r\nhi\r\nPUB foo.c 0\r\n\r\nPING\r\n";

TEST(SessionTrace, BothWaysWithBodies) {
  EXPECT_EQ(traced({}, kExchange),
            (Lines{"<<- [SUB foo.* 1]", "<<- [PUB foo.a rep 5]", R"(<<- MSG_PAYLOAD: ["hello"])",
                   "->> [MSG foo.a 1 rep 5]", R"(->> MSG_PAYLOAD: ["hello"])",
                   "<<- [HPUB foo.b 18 20]", R"(<<- MSG_PAYLOAD: ["NATS/1.0\r\nA: b\r\n\r\nhi"])",
                   "->> [HMSG foo.b 1 18 20]", R"(->> MSG_PAYLOAD: ["NATS/1.0\r\nA: b\r\n\r\nhi"])",
                   "<<- [PUB foo.c 0]", "->> [MSG foo.c 1 0]", "<<- [PING]", "->> [PONG]"}));
}

TEST(SessionTrace, BodiesAsTheSettingsSay) {
  SessionSettings cut;
  cut.traced_bytes_max = 7;
  EXPECT_EQ(traced(cut, "PUB foo 7\r\n1234567\r\nPUB foo 8\r\n1\n345678\r\n"),
            (Lines{"<<- [PUB foo 7]", R"(<<- MSG_PAYLOAD: ["1234567"])", "<<- [PUB foo 8]",
                   R"(<<- MSG_PAYLOAD: ["1\n34567..."])"}));
  SessionSettings headers;
  headers.traced_body = SessionSettings::TracedBody::kHeaders;
  EXPECT_EQ(traced(headers, "PUB foo 2\r\nhi\r\nHPUB foo 18 20\r\nNATS/1.0\r\nA: b\r\n\r\nhi\r\n"),
            (Lines{"<<- [PUB foo 2]", "<<- [HPUB foo 18 20]",
                   R"(<<- MSG_PAYLOAD: ["NATS/1.0\r\nA: b"])"}));
}

TEST(SessionBrake, AHeldPublisherIsReadOnWhenAllWhoHoldItLetGo) {
  SessionWorld world;
  MemoryStream& stream = world.connect_with(kWithHeaders);
  world.say(stream, "SUB foo 1\r\n");
  const ConnectionId held(1);
  world.sessions->hold(ShardId(0), held);
  world.sessions->hold(ShardId(0), held);
  EXPECT_TRUE(stream.is_paused);
  EXPECT_EQ(world.say(stream, "PUB foo 1\r\nx\r\n"), "");
  world.sessions->release(ShardId(0), held);
  EXPECT_EQ(world.take(stream), "");
  world.sessions->release(ShardId(0), held);
  EXPECT_EQ(world.take(stream), "MSG foo 1 1\r\nx\r\n");
  EXPECT_FALSE(stream.is_paused);
}

}  // namespace
}  // namespace leat
