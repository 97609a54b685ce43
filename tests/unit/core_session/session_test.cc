// What would be wrong: a client of the peer gets other answers here, or is left waiting.
#include "core/session/session.h"

#include <gtest/gtest.h>

#include "tests/unit/core_session/session_world.h"

namespace leat {
namespace {

using testing::kQuiet;
using testing::kSecond;
using testing::MemoryStream;
using testing::SessionWorld;

constexpr std::string_view kModern =
    R"({"verbose":false,"pedantic":false,"headers":true,"no_responders":true})";

TEST(SessionConnect, TheFirstInfo) {
  SessionWorld world;
  MemoryStream& stream = world.connect();
  EXPECT_EQ(world.take(stream),
            "INFO {\"server_id\":\"NSERVER\",\"server_name\":\"test\",\"version\":\"2.15.2\","
            "\"proto\":1,\"go\":\"go\",\"host\":\"127.0.0.1\",\"port\":4222,\"headers\":true,"
            "\"max_payload\":1048576,\"client_id\":1,\"client_ip\":\"127.0.0.1\",\"api_lvl\":5} "
            "\r\n");
}

TEST(SessionConnect, WithoutConnectTheDefaultsHold) {
  SessionWorld world;
  MemoryStream& stream = world.connect();
  world.take(stream);
  EXPECT_EQ(world.say(stream, "PING\r\nSUB foo 1\r\nPUB foo 2\r\nhi\r\n"),
            "PONG\r\n+OK\r\n+OK\r\nMSG foo 1 2\r\nhi\r\n");
}

TEST(SessionConnect, TheSecondInfoFollowsTheFirstPongOnce) {
  SessionWorld world;
  MemoryStream& stream = world.connect();
  world.take(stream);
  const std::string answer =
      world.say(stream, "CONNECT {\"pedantic\":false,\"protocol\":1}\r\nPING\r\nPING\r\n");
  EXPECT_TRUE(answer.starts_with("+OK\r\nPONG\r\nINFO {")) << answer;
  EXPECT_NE(answer.find("\"connect_info\":true,\"remote_account\":\"$G\",\"api_lvl\""),
            std::string::npos);
  EXPECT_TRUE(answer.ends_with("} \r\nPONG\r\n")) << answer;
  MemoryStream& old = world.connect_with(kQuiet);
  EXPECT_EQ(world.say(old, "PING\r\n"), "PONG\r\n");
}

TEST(SessionConnect, WhatIsRefused) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"no_responders":true})", "-ERR 'no responders requires headers support'\r\n<closed>"},
      {R"({"protocol":2})", "-ERR 'invalid client protocol'\r\n<closed>"},
      {R"({"account":"X"})", "-ERR 'Authorization Violation'\r\n<closed>"},
      {R"({"verbose":fal)", "<closed>"},
      {R"({"verbose":"no"})", "<closed>"},
  };
  for (const auto& [json, answer] : cases) {
    SessionWorld world;
    MemoryStream& stream = world.connect();
    world.take(stream);
    EXPECT_EQ(world.say(stream, "CONNECT " + json + "\r\nPING\r\n"), answer) << json;
  }
}

TEST(SessionConnect, ASecondOneDropsTheSubscriptions) {
  SessionWorld world;
  MemoryStream& stream = world.connect_with(kQuiet);
  EXPECT_EQ(
      world.say(stream, "SUB foo 1\r\nCONNECT {\"verbose\":false}\r\nPUB foo 1\r\nx\r\nPING\r\n"),
      "PONG\r\n");
  EXPECT_EQ(world.router->subscription_count(), 0U);
}

TEST(SessionProtocol, WaysToBeThrownOut) {
  const std::string unknown = "-ERR 'Unknown Protocol Operation'\r\n<closed>";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"FOO bar\r\n", unknown},       {"PUB foo 2\r\nabcd\r\n", unknown},
      {"UNSUB\r\n", unknown},         {"MSG foo 1 0\r\n", unknown},
      {"PUB foo\r\n", "<closed>"},    {"PUB foo bar baz 1\r\n", "<closed>"},
      {"PUB foo -1\r\n", "<closed>"}, {"SUB foo\r\n", "<closed>"},
      {"-ERR 'x'\r\n", "<closed>"},   {"HPUB h 12 12\r\nNATS/1.0\r\n\r\n\r\n", "<closed>"},
      {"INFO x\r\n", "<closed>"}};
  for (const auto& [input, answer] : cases) {
    SessionWorld world;
    EXPECT_EQ(world.say(world.connect_with(kQuiet), input + "PING\r\n"), answer) << input;
  }
}

TEST(SessionProtocol, WhatLeavesTheConnectionOpen) {
  SessionWorld world;
  MemoryStream& stream = world.connect_with(R"({"verbose":true,"pedantic":false})");
  EXPECT_EQ(world.say(stream,
                      "SUB foo..bar 1\r\nSUB foo.>.bar 2\r\nSUB .foo 3\r\nSUB foo _sys_ 5\r\n"
                      "PUB foo..bar 0\r\n\r\nPUB foo $JS.ACK.x 0\r\n\r\nPUB foo _R_.x 0\r\n\r\n"
                      "PUB foo $JS.API.STREAM.PURGE.S 0\r\n\r\nPUB foo $JS.x 0\r\n\r\n"
                      "PUB $GR.x 0\r\n\r\nPUB _GR_.a.b 0\r\n\r\nPUB $NRG.x 0\r\n\r\nPONG "
                      "x\r\n+OK\r\nINFO {}\r\n"
                      "PINGxyz\r\n"),
            "-ERR 'Invalid Subject'\r\n-ERR 'Invalid Subject'\r\n-ERR 'Invalid Subject'\r\n"
            "-ERR 'Permissions Violation for Subscription to \"foo\" using queue \"_sys_\"'\r\n"
            "+OK\r\n"
            "-ERR 'Permissions Violation for Publish with Reply of \"$JS.ACK.x\"'\r\n"
            "-ERR 'Permissions Violation for Publish with Reply of \"_R_.x\"'\r\n"
            "-ERR 'Permissions Violation for Publish with Reply of "
            "\"$JS.API.STREAM.PURGE.S\"'\r\n"
            "-ERR 'Permissions Violation for Publish with Reply of \"$JS.x\"'\r\n"
            "-ERR 'Permissions Violation for Publish to \"$GR.x\"'\r\n"
            "-ERR 'Permissions Violation for Publish to \"_GR_.a.b\"'\r\n"
            "-ERR 'Permissions Violation for Publish to \"$NRG.x\"'\r\nPONG\r\n");
}

TEST(SessionProtocol, PedanticComplainsAndGoesOn) {
  SessionWorld world;
  MemoryStream& stream = world.connect_with(R"({"verbose":true,"pedantic":true})");
  EXPECT_EQ(world.say(stream, "SUB > 1\r\nPUB foo.* 1\r\nx\r\nPUB foo..bar 1\r\ny\r\n"),
            "+OK\r\n-ERR 'Invalid Publish Subject'\r\n+OK\r\nMSG foo.* 1 1\r\nx\r\n"
            "-ERR 'Invalid Publish Subject'\r\n+OK\r\n");
}

TEST(SessionProtocol, LimitsOfTheConnection) {
  SessionSettings settings;
  settings.payload_bytes_max = 16;
  settings.control_line_bytes_max = 256;
  settings.subscriptions_max = 2;
  settings.subscription_tokens_max = 3;
  SessionWorld world(settings);
  EXPECT_EQ(world.say(world.connect_with(kQuiet), "PUB foo 17\r\n"),
            "-ERR 'Maximum Payload Violation'\r\n<closed>");
  EXPECT_EQ(world.say(world.connect_with(kQuiet), "SUB " + std::string(300, 'a') + " 1\r\n"),
            "-ERR 'maximum control line exceeded'\r\n<closed>");
  MemoryStream& stream = world.connect_with(R"({"verbose":true})");
  EXPECT_EQ(world.say(stream,
                      "SUB a 1\r\nSUB b 2\r\nSUB c 3\r\nUNSUB 2\r\nSUB a.b.c.d 4\r\n"
                      "SUB a.b.c 5\r\nPING\r\n"),
            "+OK\r\n+OK\r\n-ERR 'maximum subscriptions exceeded'\r\n+OK\r\n"
            "-ERR 'Permissions Violation for Subscription to \"a.b.c.d\", too many tokens'\r\n"
            "+OK\r\nPONG\r\n");
}

TEST(SessionProtocol, OneConnectionTooMany) {
  SessionSettings settings;
  settings.connections_max = 2;
  SessionWorld world(settings);
  MemoryStream& first = world.connect();
  world.connect();
  const std::string answer = world.take(world.connect());
  EXPECT_TRUE(answer.starts_with("INFO {")) << answer;
  EXPECT_TRUE(answer.ends_with("-ERR 'maximum connections exceeded'\r\n<closed>")) << answer;
  first.end();
  EXPECT_EQ(world.say(world.connect_with(kQuiet), "PING\r\n"), "PONG\r\n");
  EXPECT_EQ(world.ledger.open(), 2);
}

TEST(SessionProtocol, RequestsUnderTheDomainOfTheServer) {
  SessionSettings settings;
  settings.server.domain = "HUB";
  SessionWorld world(settings);
  MemoryStream& user = world.connect_with(
      R"({"verbose":false,"pedantic":false,"headers":true,"no_responders":true})");
  world.say(user, "SUB $KV.> 1\r\nSUB $JS.HUB.> 2\r\nSUB i 3\r\n");
  // Without JetStream the subject is like any other.
  EXPECT_EQ(world.say(user, "PUB $JS.HUB.API.$KV.b.k 0\r\n\r\n"),
            "MSG $JS.HUB.API.$KV.b.k 2 0\r\n\r\n");
  world.router->enable_jetstream(world.settings().accounts->global());
  EXPECT_EQ(world.say(user, "PUB $JS.HUB.API.$KV.b.k 0\r\n\r\n"), "MSG $KV.b.k 1 0\r\n\r\n");
  EXPECT_EQ(world.say(user, "PUB $JS.HUB.API.CONSUMER.MSG.NEXT.S.C i 0\r\n\r\n"),
            "HMSG i 3 61 61\r\nNATS/1.0 503\r\n"
            "Nats-Subject: $JS.API.CONSUMER.MSG.NEXT.S.C\r\n\r\n\r\n");
  for (const std::string other : {"$JS.HUB.API.NOPE", "$JS.HUB.API.STREAM", "$JS.HUB.APINFO"}) {
    EXPECT_EQ(world.say(user, "PUB " + other + " 0\r\n\r\n"), "MSG " + other + " 2 0\r\n\r\n");
  }
}

TEST(SessionDelivery, UnsubWithAMaximum) {
  SessionWorld world;
  MemoryStream& stream = world.connect_with(kQuiet);
  EXPECT_EQ(world.say(stream,
                      "SUB lim 1\r\nUNSUB 1 2\r\nPUB lim 1\r\n1\r\nPUB lim 1\r\n2\r\n"
                      "PUB lim 1\r\n3\r\nPING\r\n"),
            "MSG lim 1 1\r\n1\r\nMSG lim 1 1\r\n2\r\nPONG\r\n");
  EXPECT_EQ(world.router->subscription_count(), 0U);
  EXPECT_EQ(
      world.say(stream, "SUB l2 2\r\nPUB l2 1\r\n1\r\nUNSUB 2 1\r\nPUB l2 1\r\n2\r\nPING\r\n"),
      "MSG l2 2 1\r\n1\r\nPONG\r\n");
  // The sid of a subscription that has had its last message is free again, in the same read too.
  EXPECT_EQ(world.say(stream, "SUB a 3\r\nUNSUB 3 1\r\nPUB a 0\r\n\r\nSUB b 3\r\nPUB b 0\r\n\r\n"),
            "MSG a 3 0\r\n\r\nMSG b 3 0\r\n\r\n");
}

TEST(SessionDelivery, ASidInUseIsIgnored) {
  SessionWorld world;
  MemoryStream& stream = world.connect_with(kQuiet);
  EXPECT_EQ(world.say(stream, "SUB foo 1\r\nSUB other 1\r\nPUB other 1\r\nz\r\nPUB foo 1\r\ny\r\n"),
            "MSG foo 1 1\r\ny\r\n");
}

TEST(SessionDelivery, EchoOff) {
  SessionWorld world;
  MemoryStream& b = world.connect_with(R"({"verbose":false,"echo":false})");
  MemoryStream& a = world.connect_with(kQuiet);
  EXPECT_EQ(world.say(b, "SUB e 1\r\nPUB e 1\r\n1\r\nPING\r\n"), "PONG\r\n");
  world.say(a, "PUB e 1\r\n2\r\n");
  EXPECT_EQ(world.take(b), "MSG e 1 1\r\n2\r\n");
}

TEST(SessionDelivery, HeadersAreCutOffForWhoDidNotAsk) {
  SessionWorld world;
  MemoryStream& a = world.connect_with(kModern);
  MemoryStream& b = world.connect_with(kQuiet);
  world.say(b, "SUB h.> 1\r\n");
  EXPECT_EQ(world.say(a, "SUB h.> 1\r\nHPUB h.five r 18 22\r\nNATS/1.0\r\nA: b\r\n\r\nbody\r\n"),
            "HMSG h.five 1 r 18 22\r\nNATS/1.0\r\nA: b\r\n\r\nbody\r\n");
  EXPECT_EQ(world.take(b), "MSG h.five 1 r 4\r\nbody\r\n");
  EXPECT_EQ(world.say(a, "PUB h.four 1\r\np\r\n"), "MSG h.four 1 1\r\np\r\n");
}

TEST(SessionDelivery, NoResponders) {
  SessionWorld world;
  MemoryStream& stream = world.connect_with(kModern);
  EXPECT_EQ(world.say(stream,
                      "SUB _INBOX.a.* 2\r\nPUB nobody.here _INBOX.a.1 3\r\nabc\r\n"
                      "PUB nobody _INBOX.other 0\r\n\r\nSUB _INBOX.q grp 3\r\n"
                      "PUB nobody _INBOX.q 0\r\n\r\nPING\r\n"),
            "HMSG _INBOX.a.1 2 43 43\r\nNATS/1.0 503\r\nNats-Subject: nobody.here\r\n\r\n\r\n"
            "PONG\r\n");
  // It does not count for the maximum of UNSUB.
  EXPECT_EQ(world.say(stream,
                      "SUB _INBOX.m 4\r\nUNSUB 4 1\r\nPUB nobody _INBOX.m 0\r\n\r\n"
                      "PUB _INBOX.m 4\r\nreal\r\n"),
            "HMSG _INBOX.m 4 38 38\r\nNATS/1.0 503\r\nNats-Subject: nobody\r\n\r\n\r\n"
            "MSG _INBOX.m 4 4\r\nreal\r\n");
  // Own interest that echo keeps the message from is nobody.
  MemoryStream& mute =
      world.connect_with(R"({"verbose":false,"echo":false,"headers":true,"no_responders":true})");
  EXPECT_EQ(world.say(mute, "SUB s 1\r\nSUB r 2\r\nPUB s r 0\r\n\r\n"),
            "HMSG r 2 33 33\r\nNATS/1.0 503\r\nNats-Subject: s\r\n\r\n\r\n");
}

TEST(SessionDelivery, ALargePayloadInManyReads) {
  SessionWorld world;
  MemoryStream& stream = world.connect_with(kQuiet);
  const std::string payload(300'000, 'x');
  const std::string input = "SUB big 1\r\nPUB big 300000\r\n" + payload + "\r\nPING\r\n";
  std::string answer;
  for (std::size_t at = 0; at < input.size(); at += 7'001) {
    answer += world.say(stream, input.substr(at, 7'001));
  }
  EXPECT_EQ(answer, "MSG big 1 300000\r\n" + payload + "\r\nPONG\r\n");
}

TEST(SessionAuth, EveryFailureHasTheSameText) {
  SessionWorld world;
  world.add_user("alice", nullptr);
  const std::string violation = "-ERR 'Authorization Violation'\r\n<closed>";
  for (const char* input :
       {"CONNECT {\"user\":\"alice\",\"pass\":\"wrong\"}\r\n", "CONNECT {\"user\":\"eve\"}\r\n",
        "CONNECT {}\r\n", "PING\r\n", "F", "\r\n"}) {
    MemoryStream& stream = world.connect();
    EXPECT_NE(world.take(stream).find("\"auth_required\":true"), std::string::npos);
    EXPECT_EQ(world.say(stream, input), violation) << input;
  }
  MemoryStream& alice = world.connect();
  world.take(alice);
  EXPECT_EQ(world.say(alice,
                      "CONNECT {\"user\":\"alice\",\"pass\":\"p\"}\r\n"
                      "CONNECT {\"user\":\"alice\",\"pass\":\"wrong\"}\r\n"),
            "+OK\r\n" + violation);
}

TEST(SessionAuth, TheTimer) {
  SessionWorld world;
  world.add_user("alice", nullptr);
  MemoryStream& stream = world.connect();
  world.take(stream);
  world.shard.advance(2 * kSecond - 1);
  EXPECT_EQ(world.take(stream), "");
  world.shard.advance(1);
  EXPECT_EQ(world.take(stream), "-ERR 'Authentication Timeout'\r\n<closed>");
  ASSERT_EQ(world.sessions->closed_connections().size(), 1U);
  EXPECT_EQ(close_reason_text(world.sessions->closed_connections().front().reason),
            "Authentication Timeout");
}

TEST(SessionAuth, NothingIsTakenWhileTheAnswerIsOut) {
  SessionWorld world;
  world.add_user("alice", nullptr);
  world.authenticator.answers_later = true;
  MemoryStream& stream = world.connect();
  world.take(stream);
  EXPECT_EQ(world.say(stream, "CONNECT {\"user\":\"alice\",\"pass\":\"p\"}\r\nSUB a 1\r\nPING\r\n"),
            "");
  EXPECT_TRUE(stream.is_paused);
  world.shard.advance(60 * kSecond);
  world.authenticator.answer_all();
  EXPECT_EQ(world.take(stream), "+OK\r\n+OK\r\nPONG\r\n");
  EXPECT_FALSE(stream.is_paused);
}

TEST(SessionAuth, AnAnswerForAConnectionThatIsGone) {
  SessionWorld world;
  world.add_user("alice", nullptr);
  world.authenticator.answers_later = true;
  MemoryStream& stream = world.connect();
  world.say(stream, "CONNECT {\"user\":\"alice\",\"pass\":\"p\"}\r\n");
  stream.end();
  world.authenticator.answer_all();
  EXPECT_EQ(world.sessions->size(), 0U);
}

TEST(SessionAuth, WhoSaysNothingIsTheAnonymousUser) {
  SessionWorld world;
  world.add_user("guest", nullptr);
  world.authenticator.anonymous = "guest";
  MemoryStream& stream = world.connect();
  EXPECT_EQ(world.take(stream).find("auth_required"), std::string::npos);
  EXPECT_EQ(world.say(stream, "PING\r\n"), "PONG\r\n");
  EXPECT_EQ(world.sessions->open_connections(SessionSet::Detail::kPlain).front().user, "guest");
}

TEST(SessionAuth, TheNonceStandsInTheFirstInfoOnly) {
  SessionWorld world;
  world.authenticator.wants_nonce = true;
  MemoryStream& stream = world.connect();
  const std::string info = world.take(stream);
  const std::size_t at = info.find("\"nonce\":\"");
  ASSERT_NE(at, std::string::npos) << info;
  const std::string nonce = info.substr(at + 9, 15);
  EXPECT_EQ(nonce.find('"'), std::string::npos);
  const std::string answer = world.say(stream, "CONNECT {\"protocol\":1}\r\nPING\r\n");
  EXPECT_EQ(answer.find("nonce"), std::string::npos);
  EXPECT_EQ(world.authenticator.last.nonce, nonce);
}

std::shared_ptr<const PermissionSet> example_permissions() {
  PermissionSet set;
  set.publish_allow = {"a.>", "req"};
  set.publish_deny = {"a.no"};
  set.subscribe_allow = {{"a.>", ""}, {"_INBOX.>", ""}, {"jobs", "v1"}, {"only", "q.*"}};
  set.subscribe_deny = {{"a.secret", ""}};
  return std::make_shared<const PermissionSet>(set);
}

constexpr std::string_view kUser =
    R"({"verbose":true,"pedantic":false,"user":"u","pass":"p","headers":true})";

TEST(SessionPermissions, ViolationsNeverClose) {
  SessionWorld world;
  world.add_user("u", example_permissions());
  MemoryStream& stream = world.connect_with(kUser);
  EXPECT_EQ(
      world.say(stream,
                "PUB a.ok 0\r\n\r\nPUB a.no 0\r\n\r\nPUB other 0\r\n\r\nSUB other 1\r\n"
                "SUB a.secret 2\r\nSUB a.> 3\r\nSUB jobs v1 4\r\nSUB jobs v2 5\r\nSUB jobs 6\r\n"
                "SUB only q.1 7\r\nSUB \x7Fweird 8\r\nPING\r\n"),
      "+OK\r\n-ERR 'Permissions Violation for Publish to \"a.no\"'\r\n"
      "-ERR 'Permissions Violation for Publish to \"other\"'\r\n"
      "-ERR 'Permissions Violation for Subscription to \"other\"'\r\n"
      "-ERR 'Permissions Violation for Subscription to \"a.secret\"'\r\n+OK\r\n+OK\r\n"
      "-ERR 'Permissions Violation for Subscription to \"jobs\" using queue \"v2\"'\r\n"
      "-ERR 'Permissions Violation for Subscription to \"jobs\"'\r\n+OK\r\n"
      "-ERR 'Permissions Violation for Subscription to \"\\x7fweird\"'\r\nPONG\r\n");
}

TEST(SessionPermissions, DeniedMessagesAreFilteredAtTheSink) {
  SessionWorld world;
  world.add_user("u", example_permissions());
  world.add_user("root", nullptr);
  MemoryStream& user = world.connect_with(kUser);
  MemoryStream& root = world.connect_with(R"({"verbose":false,"user":"root","pass":"p"})");
  world.say(user, "SUB a.> 3\r\n");
  world.say(root, "PUB a.secret 1\r\n1\r\nPUB a.open 1\r\n2\r\n");
  EXPECT_EQ(world.take(user), "MSG a.open 3 1\r\n2\r\n");
}

TEST(SessionPermissions, AReplyMayBePublishedOnce) {
  SessionWorld world;
  PermissionSet set;
  set.subscribe_allow.emplace().push_back({.subject = "req", .queue = ""});
  set.responses = ResponsePermission{};
  world.add_user("svc", std::make_shared<const PermissionSet>(set));
  world.add_user("root", nullptr);
  MemoryStream& service =
      world.connect_with(R"({"verbose":true,"pedantic":false,"user":"svc","pass":"p"})");
  MemoryStream& root = world.connect_with(R"({"verbose":false,"user":"root","pass":"p"})");
  world.say(service, "SUB req 1\r\n");
  world.say(root, "SUB _INBOX.u 9\r\nPUB req _INBOX.u 1\r\n?\r\n");
  EXPECT_EQ(world.take(service), "MSG req 1 _INBOX.u 1\r\n?\r\n");
  EXPECT_EQ(
      world.say(service, "PUB _INBOX.u 1\r\n!\r\nPUB _INBOX.u 1\r\n!\r\nPUB elsewhere 0\r\n\r\n"),
      "+OK\r\n-ERR 'Permissions Violation for Publish to \"_INBOX.u\"'\r\n"
      "-ERR 'Permissions Violation for Publish to \"elsewhere\"'\r\n");
  EXPECT_EQ(world.take(root), "MSG _INBOX.u 9 1\r\n!\r\n");
}

TEST(SessionPermissions, AReloadRemovesWhatIsNoLongerAllowed) {
  SessionWorld world;
  world.add_user("u", nullptr);
  world.add_user("gone", nullptr);
  MemoryStream& user =
      world.connect_with(R"({"verbose":false,"pedantic":false,"user":"u","pass":"p"})");
  MemoryStream& gone = world.connect_with(R"({"verbose":false,"user":"gone","pass":"p"})");
  world.say(user, "SUB other 1\r\nSUB jobs v2 2\r\nSUB a.x 3\r\n");
  world.authenticator.users.erase("gone");
  world.add_user("u", example_permissions());
  world.sessions->reload(std::make_shared<const SessionSettings>(world.settings()));
  EXPECT_EQ(world.take(user),
            "-ERR 'Permissions Violation for Subscription to \"other\" (sid \"1\")'\r\n"
            "-ERR 'Permissions Violation for Subscription to \"jobs\" using queue \"v2\" (sid "
            "\"2\")'\r\n");
  EXPECT_EQ(world.take(gone), "-ERR 'Authorization Violation'\r\n<closed>");
  EXPECT_EQ(world.router->subscription_count(), 1U);
  EXPECT_EQ(world.say(user, "PUB a.x 0\r\n\r\nPUB other 0\r\n\r\n"),
            "MSG a.x 3 0\r\n\r\n-ERR 'Permissions Violation for Publish to \"other\"'\r\n");
}

TEST(SessionPermissions, AnAnswerAboutAnEarlierConnectIsNotHeard) {
  SessionWorld world;
  world.add_user("u", nullptr);
  world.add_user("v", nullptr);
  MemoryStream& client = world.connect_with(R"({"verbose":false,"user":"u","pass":"p"})");
  world.authenticator.answers_later = true;
  world.sessions->reload(std::make_shared<const SessionSettings>(world.settings()));
  world.authenticator.answers_later = false;
  world.say(client, "CONNECT {\"verbose\":false,\"user\":\"v\",\"pass\":\"p\"}\r\n");
  world.authenticator.users.erase("u");
  world.authenticator.answer_all();
  EXPECT_EQ(world.say(client, "PING\r\n"), "PONG\r\n");
}

TEST(SessionClose, TheReasonSaysWhatFailed) {
  using End = ByteStreamHandler::End;
  SessionWorld world;
  for (const auto& [end, reason] : {std::pair(End::kOrderly, CloseReason::kClientClosed),
                                    std::pair(End::kReadFailed, CloseReason::kReadError),
                                    std::pair(End::kWriteFailed, CloseReason::kWriteError)}) {
    world.connect_with(kQuiet).end(end);
    EXPECT_EQ(world.sessions->closed_connections().back().reason, reason);
  }
}

TEST(SessionPing, TheFirstComesEarlyThenSilenceIsAsked) {
  SessionWorld world;
  MemoryStream& stream = world.connect_with(kQuiet);
  world.shard.advance(2 * kSecond - 1);
  EXPECT_EQ(world.take(stream), "");
  world.shard.advance(kSecond / 2);
  EXPECT_EQ(world.take(stream), "PING\r\n");
  world.shard.advance(kSecond / 100);
  world.say(stream, "PONG\r\n");
  EXPECT_GT(world.sessions->open_connections(SessionSet::Detail::kPlain).front().rtt_ns, 0);
  // Data in the interval: not asked. The client's own PONG is no data.
  world.shard.advance(100 * kSecond);
  world.say(stream, "PUB x 0\r\n\r\n");
  world.shard.advance(30 * kSecond);
  EXPECT_EQ(world.take(stream), "");
  world.shard.advance(120 * kSecond);
  EXPECT_EQ(world.take(stream), "PING\r\n");
}

TEST(SessionPing, AStaleConnectionIsClosed) {
  SessionSettings settings;
  settings.ping_interval_ns = kSecond;
  SessionWorld world(settings);
  MemoryStream& stream = world.connect_with(kQuiet);
  world.shard.advance(2 * kSecond + kSecond / 2);
  EXPECT_EQ(world.take(stream), "PING\r\nPING\r\n");
  world.shard.advance(kSecond);
  EXPECT_EQ(world.take(stream), "-ERR 'Stale Connection'\r\n<closed>");
  EXPECT_EQ(world.sessions->counts().stale_connections, 1U);
}

TEST(SessionSlow, TooMuchPendingClosesWithoutAWord) {
  SessionSettings settings;
  settings.pending_bytes_max = 100'000;
  SessionWorld world(settings);
  MemoryStream& slow = world.connect_with(kQuiet);
  world.say(slow, "SUB s 1\r\n");
  slow.is_blocked = true;
  // Its own messages: nothing is paused for them.
  const std::string publish = "PUB s 10000\r\n" + std::string(10'000, 'x') + "\r\n";
  for (int i = 0; i < 12; ++i) world.say(slow, publish);
  EXPECT_EQ(world.take(slow), "<closed>");
  EXPECT_TRUE(slow.was_cut_off);
  EXPECT_EQ(world.sessions->counts().slow_consumers(), 1U);
  EXPECT_EQ(close_reason_text(world.sessions->closed_connections().front().reason),
            "Slow Consumer (Pending Bytes)");
}

TEST(SessionSlow, APublisherIsPausedUntilTheSubscriberDrains) {
  SessionSettings settings;
  settings.pending_bytes_max = 100'000;
  SessionWorld world(settings);
  MemoryStream& slow = world.connect_with(kQuiet);
  MemoryStream& publisher = world.connect_with(kQuiet);
  world.say(slow, "SUB s 1\r\n");
  slow.is_blocked = true;
  const std::string publish = "PUB s 10000\r\n" + std::string(10'000, 'x') + "\r\n";
  std::string all;
  for (int i = 0; i < 20; ++i) all += publish;
  EXPECT_EQ(world.say(publisher, all + "PING\r\n"), "");
  EXPECT_TRUE(publisher.is_paused);
  EXPECT_NE(slow.handler, nullptr);
  slow.is_blocked = false;
  slow.finish_write();
  EXPECT_EQ(world.take(publisher), "PONG\r\n");
  EXPECT_FALSE(publisher.is_paused);
  EXPECT_EQ(world.take(slow).size(), 20 * (publish.size() + 2));  // "MSG s 1 " for "PUB s "
  EXPECT_EQ(world.sessions->counts().stalled_publishers, 2U);
}

TEST(SessionSlow, AWriteThatDoesNotEndClosesAndFreesThePublisher) {
  SessionSettings settings;
  settings.pending_bytes_max = 100'000;
  SessionWorld world(settings);
  MemoryStream& slow = world.connect_with(kQuiet);
  MemoryStream& publisher = world.connect_with(kQuiet);
  world.say(slow, "SUB s 1\r\n");
  slow.is_blocked = true;
  std::string all;
  for (int i = 0; i < 9; ++i) all += "PUB s 10000\r\n" + std::string(10'000, 'x') + "\r\n";
  world.say(publisher, all + "PING\r\n");
  EXPECT_TRUE(publisher.is_paused);
  world.shard.advance(12 * kSecond);
  EXPECT_EQ(world.take(slow), "<closed>");
  EXPECT_EQ(close_reason_text(world.sessions->closed_connections().front().reason),
            "Slow Consumer (Write Deadline)");
  EXPECT_TRUE(world.take(publisher).ends_with("PONG\r\n"));
}

TEST(SessionEnd, LastWordsThatNobodyReadsDoNotKeepTheConnection) {
  SessionWorld world;
  MemoryStream& stream = world.connect_with(kQuiet);
  stream.is_blocked = true;
  world.say(stream, "PING\r\n");
  world.say(stream, "FOO\r\n");
  EXPECT_NE(stream.handler, nullptr);
  world.shard.advance(10 * kSecond);
  EXPECT_EQ(stream.handler, nullptr);
}

TEST(SessionEnd, LameDuckTellsThoseWhoUnderstandAndClosesAll) {
  SessionWorld world;
  MemoryStream& modern = world.connect_with(R"({"verbose":false,"protocol":1})");
  MemoryStream& fresh = world.connect_with(R"({"verbose":false,"protocol":1})");
  MemoryStream& old = world.connect_with(kQuiet);
  world.say(modern, "PING\r\n");
  world.say(old, "PING\r\n");
  world.sessions->announce_lame_duck({});
  const std::string info = world.take(modern);
  EXPECT_NE(info.find("\"client_ip\":\"127.0.0.1\",\"ldm\":true,\"api_lvl\":5"), std::string::npos);
  EXPECT_EQ(info.find("connect_info"), std::string::npos);
  EXPECT_EQ(world.take(fresh), "");
  EXPECT_EQ(world.take(old), "");
  world.sessions->close_over(30 * kSecond);
  world.shard.run();
  EXPECT_EQ(world.sessions->size(), 2U);
  world.shard.advance(kSecond);
  EXPECT_EQ(world.sessions->size(), 1U);
  world.shard.advance(kSecond);
  EXPECT_EQ(world.sessions->size(), 0U);
  EXPECT_EQ(world.take(old), "<closed>");
}

TEST(SessionEnd, AnIdleStrangerIsSmall) { EXPECT_LE(sizeof(Session), 1024U); }

}  // namespace
}  // namespace leat
