// Wrong here: a pull that hangs, gets a wrong status, or gets a message twice or never.
#include <algorithm>

#include "core/base/limits.h"
#include "tests/unit/streams_host/world.h"

namespace leat {
namespace {

using Payloads = std::vector<std::string>;

class PullTest : public World {
 protected:
  void SetUp() override {
    StreamConfig config;
    config.name = "S";
    config.subjects = {"s.>"};
    make_stream(config);
  }
  std::string timeout(int messages) {
    return "NATS/1.0 408 Request Timeout\r\nNats-Pending-Messages: " + std::to_string(messages) +
           "\r\nNats-Pending-Bytes: 0\r\n\r\n";
  }
};

TEST_F(PullTest, DeliversWithTheSubjectOfTheMessageAndItsAckSubject) {
  make_consumer("p", durable("p"));
  publish("s.a", "m1");
  publish("s.b", "m2", {}, "NATS/1.0\r\nK: v\r\n\r\n");
  const std::vector<Got> got = pull("p", R"({"batch":2})");
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(got[0].subject, "s.a");
  EXPECT_TRUE(got[0].reply.starts_with("$JS.ACK.S.p.1.1.1.")) << got[0].reply;
  EXPECT_TRUE(got[0].reply.ends_with(".1")) << got[0].reply;
  EXPECT_EQ(got[0].payload, "m1");
  EXPECT_TRUE(got[1].reply.starts_with("$JS.ACK.S.p.1.2.2.")) << got[1].reply;
  EXPECT_TRUE(got[1].reply.ends_with(".0")) << got[1].reply;
  EXPECT_EQ(got[1].headers, "NATS/1.0\r\nK: v\r\n\r\n");
  EXPECT_EQ(got[1].payload, "m2");
  EXPECT_EQ(info("p").num_ack_pending, 2u);
}

TEST_F(PullTest, APullThatCameWithAnAckIsToldOfTheEnd) {
  make_consumer("p", durable("p"));
  publish("s.a", "m1");
  const std::vector<Got> first = pull("p", R"({"batch":1})");
  ASSERT_EQ(first.size(), 1u);
  log_.sync_by_itself(nullptr);  // the ack is not applied yet
  client_->publish(first[0].reply, R"(+NXT {"batch":2})", "_INBOX.next");
  shard_.run();
  client_->take();
  hosts_->consumers.stopping(stream(), StreamListener::Stop::kShutdown);
  shard_.run();
  const std::vector<Got> told = client_->take();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].subject, "_INBOX.next");
  EXPECT_TRUE(told[0].headers.starts_with("NATS/1.0 409 Server Shutdown")) << told[0].headers;
  log_.sync_by_itself(&shard_);
}

TEST_F(PullTest, ACreationUnderWayIsForgottenWithItsStreamOnly) {
  const auto create = [this](const char* name) {
    ConsumerCreateCommand command;
    command.name = name;
    command.config.ack_policy = AckPolicy::kExplicit;
    hosts_->consumers.create(stream(), command, [](const CommandOutcome&) {});
  };
  log_.sync_by_itself(nullptr);
  create("a");
  shard_.run();
  hosts_->consumers.stopping(stream(), StreamListener::Stop::kShutdown);
  create("c");
  log_.sync_by_itself(&shard_);
  shard_.run();
  EXPECT_FALSE(hosts_->consumers.is_being_made(stream(), "a"));
  EXPECT_FALSE(hosts_->consumers.is_being_made(stream(), "c"));
}

TEST_F(PullTest, WhatIsPendingIsWhatTheStreamHolds) {
  make_consumer("c", durable("c"));
  client_->publish("$JS.API.CONSUMER.MSG.NEXT.S.c", R"({"batch":3,"expires":5000000000})",
                   "_INBOX.pull");
  shard_.run();
  // Two that come in one read are stored together; the third comes when they are gone.
  client_->publish("s.1", "a");
  client_->publish("s.2", "b");
  shard_.run();
  const std::vector<Got> got = publish("s.3", "c");
  const auto last_token = [](const Got& one) { return one.reply.substr(one.reply.rfind('.') + 1); };
  ASSERT_EQ(got.size(), 3u);
  EXPECT_EQ(last_token(got[0]), "1");
  EXPECT_EQ(last_token(got[1]), "0");
  EXPECT_EQ(last_token(got[2]), "0");
}

TEST_F(PullTest, StatusesOfPullsThatFindNothing) {
  make_consumer("p", durable("p"));
  EXPECT_EQ(payloads(pull("p", R"({"batch":1,"no_wait":true})")), Payloads{kNoMessages});
  EXPECT_TRUE(pull("p", R"({"batch":2,"expires":300000000})").empty());
  shard_.advance(300 * kMs);
  EXPECT_EQ(payloads(client_->take()), Payloads{timeout(2)});
  pull("p", R"({"batch":1,"expires":500000000,"idle_heartbeat":200000000})");
  shard_.advance(600 * kMs);
  const std::string beat =
      "NATS/1.0 100 Idle Heartbeat\r\nNats-Last-Consumer: 0\r\nNats-Last-Stream: 0\r\n\r\n";
  EXPECT_EQ(payloads(client_->take()), (Payloads{beat, beat, timeout(1)}));
  EXPECT_EQ(payloads(pull("p", R"({"batch":1,"expires":500000000,"idle_heartbeat":400000000})")),
            Payloads{"NATS/1.0 400 Bad Request - heartbeat value too large\r\n\r\n"});
}

TEST_F(PullTest, NoWaitWithExpiresEndsAfterTheFirstMessages) {
  make_consumer("p", durable("p"));
  EXPECT_TRUE(pull("p", R"({"batch":2,"no_wait":true,"expires":5000000000})").empty());
  EXPECT_EQ(payloads(publish("s.zero", "m0")), (Payloads{"m0", kNoMessages}));
}

TEST_F(PullTest, AFilledBatchEndsQuietlyAndAShortOneOfNoWaitWith404) {
  make_consumer("p", durable("p"));
  for (const char* m : {"m1", "m2", "m3"}) publish("s.a", m);
  EXPECT_EQ(payloads(pull("p", "")), Payloads{"m1"});
  EXPECT_EQ(payloads(pull("p", R"({"batch":5,"no_wait":true})")),
            (Payloads{"m2", "m3", kNoMessages}));
}

TEST_F(PullTest, LimitsOfTheConsumer) {
  ConsumerConfig config = durable("p");
  config.max_batch = 10;
  config.max_expires = 60 * kSecond;
  config.max_bytes = 4096;
  config.max_waiting = 1;
  make_consumer("p", config);
  const auto status = [&](std::string_view body) { return payloads(pull("p", body)); };
  EXPECT_EQ(status(R"({"batch":11})"),
            Payloads{"NATS/1.0 409 Exceeded MaxRequestBatch of 10\r\n\r\n"});
  EXPECT_EQ(status(R"({"batch":1,"expires":120000000000})"),
            Payloads{"NATS/1.0 409 Exceeded MaxRequestExpires of 1m0s\r\n\r\n"});
  EXPECT_EQ(status(R"({"batch":1,"max_bytes":5000})"),
            Payloads{"NATS/1.0 409 Exceeded MaxRequestMaxBytes of 4096\r\n\r\n"});
  EXPECT_EQ(status(R"({"batch":)"),
            Payloads{"NATS/1.0 400 Bad Request - unexpected end of JSON input\r\n\r\n"});
  EXPECT_EQ(status(R"({"batch":-1,"no_wait":true})"), Payloads{kNoMessages});
  EXPECT_EQ(payloads(publish("$JS.API.CONSUMER.MSG.NEXT.S.p", "1", "_INBOX.9",
                             "NATS/1.0\r\nNats-Required-Api-Level: 6\r\n\r\n")),
            Payloads{"NATS/1.0 412 Required Api Level\r\n\r\n"});
  EXPECT_TRUE(status("2").empty());
  EXPECT_EQ(status(R"({"batch":1,"expires":1000000000})"),
            Payloads{"NATS/1.0 409 Exceeded MaxWaiting\r\n\r\n"});
  EXPECT_TRUE(status(R"({"batch":1,"expires":1000000000,"idle_heartbeat":100000000})").empty());
  EXPECT_EQ(info("p").num_waiting, 1u);
  publish("s.d", "m4");
  publish("s.e", "m5");
  publish("s.f", std::string(300, 'z'));
  EXPECT_EQ(status(R"({"batch":1,"max_bytes":100,"expires":1000000000})"),
            Payloads{"NATS/1.0 409 Message Size Exceeds MaxBytes\r\nNats-Pending-Messages: 1\r\n"
                     "Nats-Pending-Bytes: 100\r\n\r\n"});
  const std::vector<Got> got = pull("p", R"({"batch":1,"max_bytes":1000,"expires":1000000000})");
  ASSERT_EQ(got.size(), 2u);
  const std::size_t left = 1000 - got[0].subject.size() - got[0].reply.size() - 300;
  EXPECT_EQ(got[1].headers,
            "NATS/1.0 409 Batch Completed\r\nNats-Pending-Messages: 0\r\n"
            "Nats-Pending-Bytes: " +
                std::to_string(left) + "\r\n\r\n");
}

TEST_F(PullTest, AnAckThatNobodyTakesHasNoResponders) {
  make_consumer("none", durable("none", AckPolicy::kNone));
  make_consumer("w", durable("w"));
  publish("s.a", "m1");
  const std::vector<Got> got = pull("none", R"({"batch":1,"no_wait":true})");
  ASSERT_EQ(got.size(), 1u);
  for (const char* body : {"+ACK", "-NAK", "+NXT", "+WPI"}) {
    client_->publish(got[0].reply, body, "_INBOX.1");
    EXPECT_FALSE(client_->was_taken) << body;
  }
  client_->publish("$JS.FC.S.w.abcd", "", "_INBOX.1");
  EXPECT_FALSE(client_->was_taken);
}

TEST_F(PullTest, UnbuiltFieldsAreRefusedByName) {
  make_consumer("p", durable("p"));
  EXPECT_EQ(payloads(pull("p", R"({"batch":1,"group":"g"})")),
            Payloads{"NATS/1.0 400 Bad Request - group is not supported by this server\r\n\r\n"});
}

TEST_F(PullTest, APullWhoseSubscriberHasGoneIsNotServed) {
  make_consumer("p", durable("p"));
  const SubscriptionId other = client_->subscribe("other.inbox");
  EXPECT_TRUE(pull("p", R"({"batch":5})", "other.inbox").empty());
  hosts_->router.unsubscribe(other);
  EXPECT_TRUE(pull("p", R"({"batch":1})").empty());
  EXPECT_EQ(payloads(publish("s.a", "m1")), Payloads{"m1"});
  EXPECT_EQ(info("p").num_waiting, 0u);
}

TEST_F(PullTest, PullsOfClientsThatAreGoneTakeNoPlaceFromOthers) {
  ConsumerConfig config = durable("p");
  config.max_waiting = 3;
  config.max_ack_pending = 1;
  make_consumer("p", config);
  const std::string forever = R"({"batch":10,"expires":60000000000})";
  const auto leave = [&] {
    const SubscriptionId gone = client_->subscribe("gone.>");
    for (int i = 0; i < 3; ++i) pull("p", forever, "gone." + std::to_string(i));
    EXPECT_EQ(info("p").num_waiting, 3u);
    EXPECT_TRUE(
        pull("p", R"({"batch":1})")[0].headers.starts_with("NATS/1.0 409 Exceeded MaxWaiting"));
    hosts_->router.unsubscribe(gone);
  };
  leave();
  EXPECT_EQ(info("p").num_waiting, 0u);
  leave();
  EXPECT_TRUE(pull("p", R"({"batch":1,"expires":1000000000,"idle_heartbeat":200000000})").empty());
  EXPECT_EQ(info("p").num_waiting, 1u);
  EXPECT_EQ(payloads(publish("s.a", "m1")), Payloads{"m1"});
  // It holds all that may be out. What is left is not what others wait for.
  publish("s.a", "m2");
  leave();
  EXPECT_EQ(payloads(pull("p", R"({"batch":1,"no_wait":true})")), Payloads{});
  EXPECT_EQ(info("p").num_waiting, 1u);
}

TEST_F(PullTest, VeryManyPullsAreNotLookedThroughForEachThatComes) {
  ConsumerConfig config = durable("p");
  config.max_waiting = 5000;
  make_consumer("p", config);
  const SubscriptionId gone = client_->subscribe("gone.>");
  for (int i = 0; i < 5000; ++i) client_->publish("$JS.API.CONSUMER.MSG.NEXT.S.p", "1", "gone.x");
  shard_.run();
  EXPECT_EQ(info("p").num_waiting, 5000u);
  hosts_->router.unsubscribe(gone);
  EXPECT_EQ(info("p").num_waiting, 5000u);
  shard_.advance(100 * kMs);
  EXPECT_EQ(info("p").num_waiting, 0u);
}

TEST_F(PullTest, TheEndOfAConsumerEndsItsPulls) {
  make_consumer("p", durable("p"));
  pull("p", R"({"batch":1,"expires":5000000000})");
  bool is_done = false;
  hosts_->consumers.remove(stream(), "p", [&](const CommandOutcome& outcome) {
    is_done = outcome.is_applied() && !outcome.reply->error;
  });
  shard_.run();
  EXPECT_TRUE(is_done);
  EXPECT_EQ(payloads(client_->take()), Payloads{"NATS/1.0 409 Consumer Deleted\r\n\r\n"});
  client_->publish("$JS.API.CONSUMER.MSG.NEXT.S.p", "", "_INBOX.8");
  EXPECT_FALSE(client_->was_taken);
}

TEST_F(PullTest, TheEndOfAStreamEndsThePullsOfItsConsumers) {
  make_consumer("p", durable("p"));
  pull("p", R"({"batch":1,"expires":5000000000})");
  hosts_->streams.remove(kUid, [](Status) {});
  shard_.run();
  EXPECT_EQ(payloads(client_->take()), Payloads{"NATS/1.0 409 Consumer Deleted\r\n\r\n"});
  EXPECT_EQ(shard_.timer_count(), 0u);
}

TEST_F(PullTest, PullsAreToldThatTheServerGoes) {
  make_consumer("c", durable("c"));
  EXPECT_TRUE(pull("c", R"({"batch":3,"expires":60000000000})", "_INBOX.a").empty());
  client_->publish("$JS.API.CONSUMER.MSG.NEXT.S.c", R"({"batch":2,"max_bytes":9})", "_INBOX.b");
  hosts_->streams.stop([] {});
  shard_.run();
  std::vector<Got> got = client_->take();
  ASSERT_EQ(got.size(), 2u);
  std::sort(got.begin(), got.end(),
            [](const Got& a, const Got& b) { return a.subject < b.subject; });
  EXPECT_EQ(got[0].headers,
            "NATS/1.0 409 Server Shutdown\r\nNats-Pending-Messages: 3\r\n"
            "Nats-Pending-Bytes: 0\r\n\r\n");
  EXPECT_EQ(got[1].headers,
            "NATS/1.0 409 Server Shutdown\r\nNats-Pending-Messages: 2\r\n"
            "Nats-Pending-Bytes: 9\r\n\r\n");
}

TEST_F(PullTest, APushConsumerTakesNoPulls) {
  ConsumerConfig config = durable("push", AckPolicy::kNone);
  config.deliver_subject = "to.x";
  make_consumer("push", config);
  EXPECT_EQ(payloads(pull("push", "")), Payloads{"NATS/1.0 409 Consumer is push based\r\n\r\n"});
}

TEST_F(PullTest, ManyPullsShareTheMessagesRoundRobin) {
  make_consumer("p", durable("p"));
  for (int i = 0; i < 6; ++i) publish("s.a", std::to_string(i));
  client_->subscribe("in.*");
  client_->publish("$JS.API.CONSUMER.MSG.NEXT.S.p", R"({"batch":3})", "in.1");
  client_->publish("$JS.API.CONSUMER.MSG.NEXT.S.p", R"({"batch":3})", "in.2");
  shard_.run();
  EXPECT_EQ(payloads(client_->take()), (Payloads{"0", "1", "2", "3", "4", "5"}));
  EXPECT_EQ(info("p").num_waiting, 0u);
}

TEST_F(PullTest, OldMessagesComeFromBlocksAndKeepTheirOrder) {
  make_consumer("p", durable("p", AckPolicy::kNone));
  const int count = static_cast<int>(limits::kBlockMessages) * 3;
  for (int i = 0; i < count; ++i) {
    client_->publish("s.a", std::to_string(i));
    if (i % 200 == 0) shard_.run();
  }
  shard_.run();
  stop_and_restart();
  const std::vector<Got> got = pull("p", R"({"batch":100000,"no_wait":true})");
  ASSERT_EQ(got.size(), static_cast<std::size_t>(count) + 1);
  for (int i = 0; i < count; ++i) {
    ASSERT_EQ(got[static_cast<std::size_t>(i)].payload, std::to_string(i));
  }
  EXPECT_EQ(got.back().headers, kNoMessages);
}

TEST_F(PullTest, AFilterThatMatchesLittleReadsLittle) {
  // One message of s.rare in every third block, two next to each other in the last of them.
  const std::size_t block = limits::kBlockMessages;
  for (std::size_t i = 0; i < 30 * block; ++i) {
    const bool is_rare = i % (3 * block) == block / 2 || i == 27 * block + block / 2 + 1;
    client_->publish(is_rare ? "s.rare" : "s.a", std::to_string(i));
    if (i % block == block - 1) shard_.run();
  }
  stop_and_restart();
  for (const std::string& name : {std::string("first"), std::string("second")}) {
    ConsumerConfig config = durable(name, AckPolicy::kNone);
    config.filter_subject = "s.rare";
    make_consumer(name, config);
    const std::vector<Got> got = pull(name, R"({"batch":100,"no_wait":true})");
    ASSERT_EQ(got.size(), 12u);
    for (std::size_t i = 0; i < 10; ++i) {
      EXPECT_EQ(got[i].payload, std::to_string(i * 3 * block + block / 2));
    }
    EXPECT_EQ(got[10].payload, std::to_string(27 * block + block / 2 + 1));
    // The second consumer finds all of it in memory.
    EXPECT_EQ(store_.messages_read, 9u);
    EXPECT_EQ(store_.blocks_read, 1u);
  }
  // What was read alone is no reason not to find its neighbours.
  make_consumer("all", durable("all", AckPolicy::kNone));
  const std::vector<Got> all = pull("all", R"({"batch":100000,"no_wait":true})");
  ASSERT_EQ(all.size(), 30 * block + 1);
  for (std::size_t i = 0; i < 30 * block; ++i) ASSERT_EQ(all[i].payload, std::to_string(i));
  EXPECT_LE(store_.blocks_read, 31u);
}

TEST_F(PullTest, FiltersAndHeadersOnly) {
  ConsumerConfig config = durable("p");
  config.filter_subjects = {"s.a", "s.b.>"};
  config.headers_only = true;
  make_consumer("p", config);
  publish("s.a", "12345");
  publish("s.c", "no");
  publish("s.b.x", "1", {}, "NATS/1.0\r\nH: 2\r\n\r\n");
  const std::vector<Got> got = pull("p", R"({"batch":5,"no_wait":true})");
  ASSERT_EQ(got.size(), 3u);
  EXPECT_EQ(got[0].headers, "NATS/1.0\r\nNats-Msg-Size: 5\r\n\r\n");
  EXPECT_EQ(got[0].payload, "");
  EXPECT_EQ(got[1].headers, "NATS/1.0\r\nH: 2\r\nNats-Msg-Size: 1\r\n\r\n");
  EXPECT_EQ(got[2].headers, kNoMessages);
}

TEST_F(PullTest, AnUnusedEphemeralConsumerGoes) {
  ConsumerConfig config;
  config.ack_policy = AckPolicy::kExplicit;
  config.inactive_threshold = kSecond;
  make_consumer("eph", config);
  pull("eph", R"({"batch":1,"expires":3000000000})");
  shard_.advance(2900 * kMs);  // a waiting pull keeps it
  EXPECT_NE(stream().machine().find_consumer("eph"), nullptr);
  shard_.advance(3 * kSecond);
  EXPECT_EQ(stream().machine().find_consumer("eph"), nullptr);
}

TEST_F(PullTest, PullsOfAClientThatIsGoneDoNotKeepAnEphemeralConsumer) {
  for (const char* body : {R"({"batch":5})", R"({"batch":5,"expires":30000000000})",
                           R"({"batch":5,"expires":30000000000,"idle_heartbeat":100000000})"}) {
    ConsumerConfig config;
    config.ack_policy = AckPolicy::kExplicit;
    config.inactive_threshold = kSecond;
    make_consumer("eph", config);
    const SubscriptionId gone = client_->subscribe("gone.inbox");
    pull("eph", body, "gone.inbox");
    shard_.advance(2500 * kMs);
    hosts_->router.unsubscribe(gone);
    // Who comes back within the time finds it.
    shard_.advance(900 * kMs);
    EXPECT_NE(stream().machine().find_consumer("eph"), nullptr) << body;
    shard_.advance(1100 * kMs);
    EXPECT_EQ(stream().machine().find_consumer("eph"), nullptr) << body;
  }
}

}  // namespace
}  // namespace leat
