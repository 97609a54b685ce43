// Wrong in the world: monitoring shows a connection that works as idle, or a client that may answer
// requests may make them.
#include <gtest/gtest.h>

#include "tests/unit/core_session/session_world.h"

namespace leat {
namespace {

using testing::kSecond;
using testing::MemoryStream;
using testing::SessionWorld;

TEST(SessionEnd, WhatMonitoringSees) {
  SessionWorld world;
  MemoryStream& stream = world.connect_with(
      R"({"verbose":false,"name":"n","lang":"cpp","version":"1","headers":true})");
  world.say(stream, "SUB a.* g 7\r\nPUB a.b 3\r\nabc\r\nPUB x 2\r\nab\r\n");
  const auto open = world.sessions->open_connections(SessionSet::Detail::kWithSubscriptions);
  ASSERT_EQ(open.size(), 1U);
  EXPECT_EQ(open[0].in.messages, 2U);
  EXPECT_EQ(open[0].in.bytes, 5U);
  EXPECT_EQ(open[0].out.messages, 1U);
  EXPECT_EQ(open[0].out.bytes, 3U);
  EXPECT_EQ(open[0].name + open[0].lang + open[0].version + open[0].account, "ncpp1$G");
  ASSERT_EQ(open[0].subscriptions.size(), 1U);
  EXPECT_EQ(open[0].subscriptions[0].sid, "7");
  EXPECT_EQ(open[0].subscriptions[0].messages, 1U);
  EXPECT_EQ(world.sessions->counts().subscriptions, 1U);
  stream.end();
  ASSERT_EQ(world.sessions->closed_connections().size(), 1U);
  EXPECT_EQ(close_reason_text(world.sessions->closed_connections()[0].reason), "Client Closed");
  EXPECT_EQ(world.sessions->closed_connections()[0].subscription_count, 1U);
  EXPECT_EQ(world.sessions->counts().subscriptions, 0U);
  // What an account did is not forgotten with its connections.
  const auto traffic = world.sessions->account_traffic();
  ASSERT_EQ(traffic.size(), 1U);
  EXPECT_EQ(traffic.begin()->second.connections, 0U);
  EXPECT_EQ(traffic.begin()->second.in.messages, 2U);
  EXPECT_EQ(traffic.begin()->second.out.bytes, 3U);
  EXPECT_EQ(world.ledger.open(), 0);
}

TEST(SessionEnd, AConnectionThatOnlyReceivesIsNotIdle) {
  SessionWorld world;
  MemoryStream& reader = world.connect_with(R"({"verbose":false,"name":"reader"})");
  MemoryStream& writer = world.connect_with(R"({"verbose":false,"name":"writer"})");
  const auto seen = [&](const std::string& name) {
    for (const ConnectionSnapshot& one :
         world.sessions->open_connections(SessionSet::Detail::kPlain)) {
      if (one.name == name) return one.last_activity;
    }
    return WallNs{0};
  };
  world.say(reader, "SUB a 1\r\n");
  const WallNs before = seen("reader");
  world.shard.advance(kSecond);
  world.say(writer, "PUB b 0\r\n\r\n");
  EXPECT_EQ(seen("reader"), before);
  world.say(writer, "PUB a 0\r\n\r\n");
  EXPECT_EQ(seen("reader"), before + kSecond);
  // A ping is no activity.
  world.shard.advance(kSecond);
  world.say(reader, "PING\r\n");
  EXPECT_EQ(seen("reader"), before + kSecond);
}

// A server may pass on a reply that no client can name; to answer it is no right to ask.
TEST(SessionPermissions, AnAnswerIsNoRequestOfJetStream) {
  SessionWorld world;
  PermissionSet set;
  set.subscribe_allow.emplace().push_back({.subject = "req", .queue = ""});
  set.responses = ResponsePermission{};
  world.add_user("svc", std::make_shared<const PermissionSet>(set));
  MemoryStream& service =
      world.connect_with(R"({"verbose":false,"pedantic":false,"user":"svc","pass":"p"})");
  world.say(service, "SUB req 1\r\n");
  for (const std::string reply : {"$JS.API.STREAM.PURGE.S", "$JS.hub.API.INFO"}) {
    RoutedMessage message;
    message.account = world.settings().accounts->global();
    message.subject = "req";
    message.reply = reply;
    world.router->publish(message);
    EXPECT_EQ(world.say(service, "PUB " + reply + " 0\r\n\r\n"),
              "MSG req 1 " + reply + " 0\r\n\r\n-ERR 'Permissions Violation for Publish to \"" +
                  reply + "\"'\r\n");
  }
}

}  // namespace
}  // namespace leat
