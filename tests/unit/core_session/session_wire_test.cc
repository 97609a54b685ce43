// What would be wrong: a client that breaks the protocol does not find out, or is told something
// else when its bytes come in other pieces.
#include <gtest/gtest.h>

#include "tests/unit/core_session/session_world.h"

namespace leat {
namespace {

using testing::kQuiet;
using testing::MemoryStream;
using testing::SessionWorld;

// A client that only writes would send all the rest of a payload that nobody takes.
TEST(SessionWire, NothingIsReadBehindWhatCannotBeUnderstoodAndTheConnectionIsCutOff) {
  for (const std::string_view input :
       {"PUB foo 99999999\r\n", "XYZ\r\n", "PUB foo bar baz 1 2\r\n", "PUB foo 1\r\nxyz",
        "-ERR 'x'\r\n", "INFO x\r\n", "CONNECT {\r\n"}) {
    SessionWorld world;
    MemoryStream& stream = world.connect_with(kQuiet);
    world.say(stream, input);
    EXPECT_EQ(stream.handler, nullptr) << input;
    EXPECT_TRUE(stream.is_paused) << input;
    EXPECT_TRUE(stream.was_cut_off) << input;
  }
  // What a stranger sent with its CONNECT must not take the answer from it.
  SessionWorld world;
  world.add_user("u", nullptr);
  MemoryStream& stranger = world.connect();
  world.take(stranger);
  EXPECT_EQ(world.say(stranger, "CONNECT {\"user\":\"x\",\"pass\":\"p\"}\r\nPING\r\n"),
            "-ERR 'Authorization Violation'\r\n<closed>");
  EXPECT_FALSE(stranger.was_cut_off);
}

TEST(SessionWire, PedanticComplainsOfAPublishOnceAndWhenItIsWhole) {
  SessionWorld world;
  MemoryStream& stream = world.connect_with(R"({"verbose":true,"pedantic":true})");
  EXPECT_EQ(world.say(stream, "PUB foo..bar 2\r\nx"), "");
  EXPECT_EQ(world.say(stream, "x\r"), "");
  EXPECT_EQ(world.say(stream, "\n"), "-ERR 'Invalid Publish Subject'\r\n+OK\r\n");
  EXPECT_EQ(world.say(stream, "PUB foo..bar 2\r\nxxx"),
            "-ERR 'Unknown Protocol Operation'\r\n<closed>");
}

TEST(SessionWire, SubscriptionsOfOneConnectionGetAMessageInAFixedOrder) {
  SessionWorld world;
  MemoryStream& stream = world.connect_with(kQuiet);
  EXPECT_EQ(world.say(stream,
                      "SUB > 1\r\nSUB foo.* 2\r\nSUB foo.bar 3\r\nSUB foo.bar 4\r\n"
                      "PUB foo.bar 0\r\n\r\n"),
            "MSG foo.bar 3 0\r\n\r\nMSG foo.bar 4 0\r\n\r\nMSG foo.bar 1 0\r\n\r\n"
            "MSG foo.bar 2 0\r\n\r\n");
}

}  // namespace
}  // namespace leat
