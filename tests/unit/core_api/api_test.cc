// If these fail, requests are lost, answered twice or answered before they hold.
#include <gtest/gtest.h>

#include <string>

#include "core/base/limits.h"
#include "tests/unit/core_api/test_server.h"

namespace leat {
namespace {

using testing::TestServer;

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(Api, RefusesWhatIsNotBuiltByName) {
  TestServer server;
  server.request("$JS.API.STREAM.CREATE.S", R"({"name":"S"})");
  server.request("$JS.API.CONSUMER.CREATE.S.c", R"({"stream_name":"S","config":{"name":"c"}})");
  for (const std::string name : {"STREAM.SNAPSHOT", "STREAM.RESTORE"}) {
    EXPECT_TRUE(has(server.request("$JS.API." + name + ".S", ""),
                    R"("err_code":10052,"description":")" + name + " is not supported"))
        << name;
  }
  for (const std::string name : {"CONSUMER.PAUSE", "CONSUMER.UNPIN", "CONSUMER.RESET"}) {
    EXPECT_TRUE(has(server.request("$JS.API." + name + ".S.c", ""),
                    R"("err_code":10012,"description":")" + name + " is not supported"))
        << name;
  }
  for (const std::string name :
       {"STREAM.LEADER.STEPDOWN.S", "STREAM.PEER.REMOVE.S", "STREAM.PEER.EVACUATE.S",
        "STREAM.CANCEL_MOVE.S", "CONSUMER.LEADER.STEPDOWN.S.c", "CONSUMER.PEER.REMOVE.S.c"}) {
    EXPECT_TRUE(has(server.request("$JS.API." + name, ""), R"("err_code":10010)")) << name;
  }
}

TEST(Api, ChangesWaitForAMetaGroupThatLeads) {
  TestServer server(2);
  server.meta_group().step_down();
  server.run();
  EXPECT_EQ(server.request("$JS.API.STREAM.CREATE.S", R"({"name":"S","subjects":["s"]})"), "--");
  EXPECT_EQ(server.stream_count(), 0u);
  server.meta_group().lead();
  server.run();
  EXPECT_TRUE(has(server.request("$JS.API.STREAM.CREATE.S", R"({"name":"S","subjects":["s"]})"),
                  R"("did_create":true)"));
  EXPECT_EQ(server.stream_count(), 1u);
}

// The meta group leads under another term from each possible turn on.
TEST(Api, ACreationIsAnsweredAndCarriedOutOnceWheneverTheTermChanges) {
  for (int turn = 0; turn < 12; ++turn) {
    TestServer server;
    server.received.clear();
    server.send("$JS.API.STREAM.CREATE.S", R"({"name":"S","subjects":["s"]})");
    for (int i = 0; i < turn; ++i) server.run_turn();
    server.meta_group().step_down();
    server.meta_group().lead();
    server.run();
    EXPECT_EQ(server.stream_count(), 1u) << turn;
    ASSERT_EQ(server.received.size(), 1u) << turn;
    EXPECT_TRUE(has(server.received[0].second, R"("did_create":true)")) << turn;
    EXPECT_EQ(server.meta().find("$G", "S")->members, std::vector<NodeId>{NodeId(1)});
  }
}

TEST(Api, AnAccountWithoutJetStreamIsToldSo) {
  TestServer server(2);
  server.request("$JS.API.STREAM.CREATE.S", R"({"name":"S","subjects":["s"]})");
  server.use_account_without_jetstream();
  constexpr std::string_view kNotEnabled =
      R"("error":{"code":503,"err_code":10039,"description":"JetStream not enabled for account"})";
  for (const std::string name : {"INFO",
                                 "STREAM.NAMES",
                                 "STREAM.LIST",
                                 "STREAM.CREATE.S",
                                 "STREAM.UPDATE.S",
                                 "STREAM.INFO.S",
                                 "STREAM.DELETE.S",
                                 "STREAM.PURGE.S",
                                 "STREAM.MSG.GET.S",
                                 "STREAM.MSG.DELETE.S",
                                 "STREAM.SNAPSHOT.S",
                                 "STREAM.RESTORE.S",
                                 "CONSUMER.CREATE.S",
                                 "CONSUMER.CREATE.S.c",
                                 "CONSUMER.DURABLE.CREATE.S.c",
                                 "CONSUMER.NAMES.S",
                                 "CONSUMER.LIST.S",
                                 "CONSUMER.INFO.S.c",
                                 "CONSUMER.DELETE.S.c",
                                 "CONSUMER.PAUSE.S.c",
                                 "CONSUMER.UNPIN.S.c"}) {
    const std::string reply = server.request("$JS.API." + name, "");
    EXPECT_TRUE(has(reply, kNotEnabled)) << name << " " << reply;
    EXPECT_TRUE(has(reply, R"({"type":"io.nats.jetstream.api.v1.)")) << reply;
  }
  EXPECT_TRUE(has(server.request("$JS.API.CONSUMER.CREATE.S", "{x"), "10025"));
  EXPECT_TRUE(has(server.request("$JS.API.CONSUMER.INFO.S.c", "{x"), "10038"));
  EXPECT_TRUE(has(server.request("$JS.API.STREAM.LEADER.STEPDOWN.S", ""), "10010"));
  EXPECT_EQ(server.request("$JS.API.NOPE", ""), "--");
  // What has no JSON answer has no responders.
  for (const std::string subject :
       {"$JS.API.CONSUMER.MSG.NEXT.S.c", "$JS.API.DIRECT.GET.S", "$JS.ACK.S.c.1.1.1.1.0", "s"}) {
    EXPECT_EQ(server.request(subject, ""), "503") << subject;
  }
}

TEST(Api, StreamsAreListedByNameAndPage) {
  TestServer server;
  for (const std::string name : {"c", "a", "b"}) {
    server.request("$JS.API.STREAM.CREATE." + name,
                   R"({"name":")" + name + R"(","subjects":[")" + name + R"(.>"]})");
  }
  EXPECT_TRUE(has(server.request("$JS.API.STREAM.NAMES", ""), R"("streams":["a","b","c"])"));
  EXPECT_TRUE(has(server.request("$JS.API.STREAM.NAMES", R"({"offset":2})"),
                  R"("total":3,"offset":2,"limit":1024,"streams":["c"])"));
  EXPECT_TRUE(has(server.request("$JS.API.STREAM.NAMES", R"({"subject":"b.x"})"),
                  R"("total":1,"offset":0,"limit":1024,"streams":["b"])"));
  EXPECT_TRUE(has(server.request("$JS.API.STREAM.NAMES", R"({"offset":-1})"), R"(["a","b","c"])"));
  const std::string list = server.request("$JS.API.STREAM.LIST", R"({"offset":1})");
  EXPECT_TRUE(has(list, R"("total":3,"offset":1,"limit":256)"));
  EXPECT_FALSE(has(list, R"({"name":"a")"));
  EXPECT_LT(list.find(R"({"name":"b")"), list.find(R"({"name":"c")"));
}

TEST(Api, StreamsAreSpreadOverShardsAndFoundFromAll) {
  TestServer server(4);
  for (int i = 0; i < 8; ++i) {
    const std::string name = "S" + std::to_string(i);
    server.use_shard(static_cast<std::size_t>(i) % 4);
    EXPECT_FALSE(has(server.request("$JS.API.STREAM.CREATE." + name, R"({"name":")" + name + "\"}"),
                     "error"));
    // Who has read the answer may publish at once, from any shard.
    server.use_shard(static_cast<std::size_t>(i + 1) % 4);
    EXPECT_EQ(server.request(name, "x"), R"({"stream":")" + name + R"(","seq":1})");
  }
  EXPECT_EQ(server.spread(), (std::vector<std::size_t>{2, 2, 2, 2}));
  server.restart();
  EXPECT_EQ(server.spread(), (std::vector<std::size_t>{2, 2, 2, 2}));
  for (std::size_t shard = 0; shard < 4; ++shard) {
    server.use_shard(shard);
    const std::string info = server.request("$JS.API.INFO", "");
    EXPECT_TRUE(has(info, R"("storage":264,)")) << info;
    EXPECT_TRUE(has(info, R"("streams":8,)")) << info;
    const std::string list = server.request("$JS.API.STREAM.LIST", "");
    EXPECT_TRUE(has(list, R"("total":8,)"));
    EXPECT_LT(list.find(R"({"name":"S1")"), list.find(R"({"name":"S2")"));
    EXPECT_TRUE(has(server.request("$JS.API.STREAM.INFO.S5", ""), R"("messages":1,)"));
    EXPECT_TRUE(has(server.request("$JS.API.STREAM.INFO.S9", ""), "10059"));
  }
}

TEST(Api, StreamsAndConsumersComeBackAfterARestart) {
  TestServer server;
  server.request("$JS.API.STREAM.CREATE.S", R"({"name":"S","subjects":["s.>"]})");
  server.request("$JS.API.STREAM.CREATE.GONE", R"({"name":"GONE"})");
  server.request("$JS.API.CONSUMER.DURABLE.CREATE.S.d",
                 R"({"stream_name":"S","config":{"durable_name":"d","ack_policy":"explicit"}})");
  EXPECT_EQ(server.request("s.a", "1"), R"({"stream":"S","seq":1})");
  server.request("$JS.API.STREAM.UPDATE.S",
                 R"({"name":"S","subjects":["s.>"],"description":"new"})");
  server.request("$JS.API.STREAM.DELETE.GONE", "");
  for (int restarts = 0; restarts < 3; ++restarts) {
    server.restart();
    const std::string info = server.request("$JS.API.STREAM.INFO.S", "");
    EXPECT_TRUE(has(info, R"("description":"new")")) << info;
    EXPECT_TRUE(has(info, R"("messages":1,)")) << info;
    EXPECT_TRUE(has(info, R"("consumer_count":1)")) << info;
    EXPECT_TRUE(has(server.request("$JS.API.CONSUMER.INFO.S.d", ""), R"("num_pending":1)"));
    EXPECT_TRUE(has(server.request("$JS.API.STREAM.NAMES", ""), R"("streams":["S"])"));
    EXPECT_TRUE(has(server.request("$JS.API.STREAM.INFO.GONE", ""), "10059"));
    EXPECT_TRUE(
        has(server.request("$JS.API.STREAM.MSG.GET.S", R"({"seq":1})"), R"("data":"MQ==")"));
  }
  EXPECT_EQ(server.request("s.a", "2"), R"({"stream":"S","seq":2})");
  EXPECT_FALSE(has(server.request("$JS.API.STREAM.CREATE.GONE", R"({"name":"GONE"})"), "error"));
}

TEST(Api, RequestsSentTogetherHoldInTheirOrder) {
  TestServer server;
  const std::string config = R"({"name":"S","subjects":["s"]})";
  server.received.clear();
  server.send("$JS.API.STREAM.CREATE.S", config);
  server.send("$JS.API.STREAM.CREATE.S", config);
  server.send("$JS.API.STREAM.DELETE.S", "");
  server.send("$JS.API.STREAM.CREATE.S", config);
  server.send("$JS.API.STREAM.DELETE.S", "");
  server.send("$JS.API.STREAM.DELETE.S", "");
  server.run();
  ASSERT_EQ(server.received.size(), 6U);
  int good = 0;
  int gone = 0;
  for (const auto& [inbox, reply] : server.received) {
    good += has(reply, "\"error\"") ? 0 : 1;
    gone += has(reply, "10059") ? 1 : 0;
  }
  EXPECT_EQ(good, 5);
  EXPECT_EQ(gone, 1);
  EXPECT_EQ(server.meta().stream_count(), 0U);
  EXPECT_EQ(server.stream_count(), 0U);
  EXPECT_EQ(server.request("s", "x"), "503");
}

TEST(Api, ARequestSeesWhatWasPublishedBeforeIt) {
  TestServer server;
  server.request("$JS.API.STREAM.CREATE.S", R"({"name":"S","subjects":["s"]})");
  server.received.clear();
  server.send("s", "1");
  server.send("$JS.API.STREAM.MSG.GET.S", R"({"seq":1})");
  server.send("$JS.API.STREAM.INFO.S", "");
  server.run();
  ASSERT_EQ(server.received.size(), 3U);
  EXPECT_TRUE(has(server.received[1].second, R"("data":"MQ==")")) << server.received[1].second;
  EXPECT_TRUE(has(server.received[2].second, R"("messages":1,)")) << server.received[2].second;
}

TEST(Api, ACallWhoseStreamGoesIsAnswered) {
  TestServer server;
  server.request("$JS.API.STREAM.CREATE.S", R"({"name":"S","subjects":["s"]})");
  server.received.clear();
  server.send("$JS.API.STREAM.DELETE.S", "");
  server.send("$JS.API.CONSUMER.CREATE.S.c", R"({"stream_name":"S","config":{"name":"c"}})");
  server.send("$JS.API.STREAM.PURGE.S", "");
  server.run();
  EXPECT_EQ(server.received.size(), 3U);
}

TEST(Api, ReservationsAndLimitsOfTheServer) {
  ApiSettings settings;
  settings.file_bytes_max = 1000;
  TestServer server(1, settings);
  EXPECT_TRUE(has(server.request("$JS.API.STREAM.CREATE.S", R"({"name":"S","max_bytes":1001})"),
                  R"("err_code":10047,"description":"insufficient storage resources available")"));
  EXPECT_FALSE(
      has(server.request("$JS.API.STREAM.CREATE.S", R"({"name":"S","max_bytes":600})"), "error"));
  EXPECT_TRUE(has(server.request("$JS.API.INFO", ""), R"("reserved_storage":600,"streams":1)"));
}

TEST(Api, MoreRequestsThanMayWaitAreRefused) {
  TestServer server;
  server.received.clear();
  const std::size_t over = 5;
  for (std::size_t i = 0; i < limits::kApiRequestsPending + over; ++i) {
    server.send("$JS.API.STREAM.INFO.NONE", "");
  }
  server.run();
  EXPECT_EQ(server.received.size(), limits::kApiRequestsPending + over);
  std::size_t refused = 0;
  for (const auto& [inbox, reply] : server.received) refused += has(reply, "10167") ? 1 : 0;
  EXPECT_EQ(refused, over);
}

class Listener : public Sink {
 public:
  bool deliver(const RoutedMessage& message, SinkCookie) override {
    subjects.emplace_back(message.subject);
    bodies.emplace_back(message.body);
    return true;
  }
  std::vector<std::string> subjects;
  std::vector<std::string> bodies;
};

TEST(Api, EventsTellOfChangesAndRequests) {
  TestServer server;
  Listener listener;
  server.subscribe("$JS.EVENT.ADVISORY.>", listener);
  server.request("$JS.API.STREAM.CREATE.S", R"({"name":"S","subjects":["s"]})");
  EXPECT_EQ(listener.subjects, (std::vector<std::string>{"$JS.EVENT.ADVISORY.STREAM.CREATED.S",
                                                         "$JS.EVENT.ADVISORY.API"}));
  EXPECT_TRUE(has(listener.bodies.back(), R"("subject":"$JS.API.STREAM.CREATE.S")"));
  listener.subjects.clear();
  server.request("$JS.API.CONSUMER.CREATE.S.c", R"({"stream_name":"S","config":{"name":"c"}})");
  server.request("$JS.API.CONSUMER.DELETE.S.c", "");
  server.request("$JS.API.STREAM.UPDATE.S", R"({"name":"S","subjects":["s","t"]})");
  server.request("$JS.API.STREAM.DELETE.S", "");
  EXPECT_EQ(
      listener.subjects,
      (std::vector<std::string>{"$JS.EVENT.ADVISORY.CONSUMER.CREATED.S.c", "$JS.EVENT.ADVISORY.API",
                                "$JS.EVENT.ADVISORY.CONSUMER.DELETED.S.c", "$JS.EVENT.ADVISORY.API",
                                "$JS.EVENT.ADVISORY.STREAM.UPDATED.S", "$JS.EVENT.ADVISORY.API",
                                "$JS.EVENT.ADVISORY.STREAM.DELETED.S", "$JS.EVENT.ADVISORY.API"}));
}

TEST(Api, AnswersNameTheDomainAsRecorded) {
  ApiSettings settings;
  settings.domain = "HUB";
  TestServer server(2, settings);
  Listener events;
  server.subscribe("$JS.EVENT.ADVISORY.STREAM.>", events);
  const std::string config = R"({"name":"S","subjects":["s"]})";
  EXPECT_FALSE(has(server.request("$JS.API.STREAM.CREATE.S", config), "HUB"));
  EXPECT_EQ(server.request("s", "a"), R"({"stream":"S","domain":"HUB","seq":1})");
  const std::string in_stream = R"("consumer_count":0},"domain":"HUB",)";
  EXPECT_TRUE(has(server.request("$JS.API.STREAM.UPDATE.S", config), in_stream + R"("ts":)"));
  EXPECT_TRUE(has(server.request("$JS.API.STREAM.INFO.S", ""), in_stream + R"("cluster":)"));
  EXPECT_TRUE(has(server.request("$JS.API.STREAM.LIST", ""), in_stream + R"("ts":)"));
  EXPECT_TRUE(has(server.request("$JS.API.INFO", ""), R"(false},"domain":"HUB","api":{)"));
  ASSERT_FALSE(events.bodies.empty());
  EXPECT_TRUE(has(events.bodies[0], R"("action":"create","domain":"HUB"})"));
}

TEST(Api, APushConsumersFirstMessagesComeBehindTheAnswerThatNamesIt) {
  for (const std::uint16_t shards : std::initializer_list<std::uint16_t>{1, 2, 4}) {
    TestServer server(shards);
    server.use_shard(shards - 1U);
    server.request("$JS.API.STREAM.CREATE.S", R"({"name":"S","subjects":["s"]})");
    server.request("s", "first");
    Listener client;
    server.subscribe("push.p", client, shards - 1U);
    server.subscribe("_INBOX.>", client, shards - 1U);
    server.request("$JS.API.CONSUMER.CREATE.S.p",
                   R"({"stream_name":"S","config":{"name":"p","deliver_subject":"push.p"}})");
    // Time for the client to set its limits.
    EXPECT_EQ(client.subjects, (std::vector<std::string>{"_INBOX.3"})) << shards;
    server.advance(1'000'000);
    EXPECT_EQ(client.subjects, (std::vector<std::string>{"_INBOX.3", "s"})) << shards;
  }
}

TEST(Api, PushConsumersThatAreBoundKeepTheirSubject) {
  TestServer server;
  server.request("$JS.API.STREAM.CREATE.S", R"({"name":"S","subjects":["s"]})");
  const auto make = [&server](const std::string& subject) {
    return server.request("$JS.API.CONSUMER.CREATE.S.p",
                          R"({"stream_name":"S","config":{"durable_name":"p","deliver_subject":")" +
                              subject + "\"}}");
  };
  EXPECT_FALSE(has(make("free.a"), "error"));
  EXPECT_FALSE(has(make("free.b"), "error"));
  Listener listener;
  server.subscribe("free.b", listener);
  EXPECT_TRUE(has(make("free.c"), R"("err_code":10013)"));
}

TEST(Api, OfPushConsumersThatAreMadeTogetherTheFirstKeepsItsSubject) {
  TestServer server;
  server.request("$JS.API.STREAM.CREATE.S", R"({"name":"S","subjects":["s"]})");
  Listener listener;
  for (const char* subject : {"to.a", "to.b", "to.c"}) server.subscribe(subject, listener);
  server.run();
  server.received.clear();
  for (const char* subject : {"to.a", "to.b", "to.c"}) {
    server.send("$JS.API.CONSUMER.CREATE.S.p", R"({"stream_name":"S","config":{"durable_name":"p",)"
                                               R"("deliver_subject":")" +
                                                   std::string(subject) + "\"}}");
  }
  server.run();
  ASSERT_EQ(server.received.size(), 3u);
  EXPECT_TRUE(has(server.received[0].second, R"("deliver_subject":"to.a")"));
  EXPECT_TRUE(has(server.received[1].second, R"("err_code":10013)"));
  EXPECT_TRUE(has(server.received[2].second, R"("err_code":10013)"));
}

}  // namespace
}  // namespace leat
