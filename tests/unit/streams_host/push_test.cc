// Wrong here: a push consumer that sends to nobody, floods its subscriber, or falls silent.
#include "tests/unit/streams_host/world.h"

namespace leat {
namespace {

using Payloads = std::vector<std::string>;

class PushTest : public World {
 protected:
  void SetUp() override {
    StreamConfig config;
    config.name = "O";
    config.subjects = {"o.>"};
    make_stream(config);
  }
  ConsumerConfig ordered(std::string deliver) {
    ConsumerConfig config;
    config.deliver_subject = std::move(deliver);
    config.max_deliver = 1;
    config.flow_control = true;
    config.idle_heartbeat = 2 * kSecond;
    config.mem_storage = true;
    config.inactive_threshold = 300 * kSecond;
    return config;
  }
  static std::string beat(int consumer, int stream, const std::string& stalled = {}) {
    return "NATS/1.0 100 Idle Heartbeat\r\nNats-Last-Consumer: " + std::to_string(consumer) +
           "\r\nNats-Last-Stream: " + std::to_string(stream) + "\r\n" +
           (stalled.empty() ? "" : "Nats-Consumer-Stalled: " + stalled + "\r\n") + "\r\n";
  }
};

TEST_F(PushTest, DeliversWhatIsThereAndWhatComes) {
  publish("o.1", "a");
  client_->subscribe("deliver.o");
  make_consumer("ord", ordered("deliver.o"));
  std::vector<Got> got = client_->take();
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0].subject, "o.1");
  EXPECT_TRUE(got[0].reply.starts_with("$JS.ACK.O.ord.1.1.1."));
  EXPECT_TRUE(got[0].reply.ends_with(".0"));
  EXPECT_EQ(payloads(publish("o.2", "b")), Payloads{"b"});
  EXPECT_TRUE(info("ord").push_bound);
  shard_.advance(2 * kSecond);
  EXPECT_EQ(payloads(client_->take()), Payloads{beat(2, 2)});
}

TEST_F(PushTest, WaitsForASubscriber) {
  make_consumer("ord", ordered("deliver.o"));
  publish("o.1", "a");
  EXPECT_FALSE(info("ord").push_bound);
  shard_.advance(5 * kSecond);
  EXPECT_TRUE(client_->take().empty());
  const SubscriptionId subscription = client_->subscribe("deliver.o");
  shard_.run();
  EXPECT_EQ(payloads(client_->take()), Payloads{"a"});
  hosts_->router.unsubscribe(subscription);
  shard_.run();
  publish("o.2", "b");
  EXPECT_EQ(info("ord").num_pending, 1u);
}

TEST_F(PushTest, ADeliverGroupNeedsAMemberAndOneOfThemGetsEach) {
  ConsumerConfig config = durable("g");
  config.deliver_subject = "deliver.g";
  config.deliver_group = "workers";
  make_consumer("g", config);
  client_->subscribe("deliver.g");
  publish("o.1", "a");
  EXPECT_TRUE(client_->take().empty());
  client_->subscribe("deliver.g", "workers");
  client_->subscribe("deliver.g", "workers");
  shard_.run();
  // The plain subscription sees it too, and one member.
  EXPECT_EQ(payloads(client_->take()), (Payloads{"a", "a"}));
}

TEST_F(PushTest, FlowControlAsRecorded) {
  client_->subscribe("fc.o");
  make_consumer("fc1", ordered("fc.o"));
  const std::string large(600'000, 'x');
  EXPECT_EQ(publish("o.1", large).size(), 1u);
  std::vector<Got> got = publish("o.2", large);
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(got[1].subject, "fc.o");
  EXPECT_EQ(got[1].headers, "NATS/1.0 100 FlowControl Request\r\n\r\n");
  const std::string question = got[1].reply;
  EXPECT_TRUE(question.starts_with("$JS.FC.O.fc1."));
  shard_.advance(2300 * kMs);
  EXPECT_EQ(payloads(client_->take()), Payloads{beat(2, 2, question)});
  EXPECT_EQ(publish("o.3", large).size(), 1u);
  EXPECT_EQ(publish("o.4", large).size(), 1u);
  EXPECT_EQ(publish("o.5", large).size(), 0u);
  shard_.advance(1900 * kMs);
  EXPECT_TRUE(client_->take().empty());  // what flows puts the beat off
  shard_.advance(400 * kMs);
  EXPECT_EQ(payloads(client_->take()), Payloads{beat(4, 4, question)});
  EXPECT_TRUE(publish("$JS.FC.O.fc1.zzzz", "").empty());
  got = publish(question, "");
  ASSERT_GE(got.size(), 1u);
  EXPECT_EQ(got[0].subject, "o.5");
}

// A beat is for silence only: the recorded peer sends none while messages come, whether or not a
// flow control request waits for its answer.
TEST_F(PushTest, NoBeatWhileMessagesFlowThoughAFlowControlAnswerIsOut) {
  client_->subscribe("fc.o");
  make_consumer("fc1", ordered("fc.o"));
  const std::string large(600'000, 'x');
  publish("o.1", large);
  EXPECT_EQ(publish("o.2", large).size(), 2u);  // and the question
  shard_.advance(1500 * kMs);
  EXPECT_EQ(publish("o.3", "a").size(), 1u);
  shard_.advance(1500 * kMs);
  EXPECT_TRUE(client_->take().empty());
  shard_.advance(600 * kMs);
  const std::vector<Got> got = client_->take();
  ASSERT_EQ(got.size(), 1u);
  EXPECT_NE(got[0].headers.find("Nats-Consumer-Stalled: $JS.FC.O.fc1."), std::string::npos);
}

TEST_F(PushTest, AnAcknowledgementFloorThatNobodyMovesShowsNoTime) {
  client_->subscribe("fc.o");
  make_consumer("fc1", ordered("fc.o"));
  publish("o.1", "a");
  EXPECT_NE(info("fc1").delivered.last_active, 0);
  EXPECT_EQ(info("fc1").ack_floor.stream_seq, StreamSeq(1));
  EXPECT_EQ(info("fc1").ack_floor.last_active, 0);
}

TEST_F(PushTest, AnEphemeralConsumerWithoutASubscriberGoes) {
  ConsumerConfig config = ordered("deliver.o");
  config.inactive_threshold = kSecond;
  const SubscriptionId subscription = client_->subscribe("deliver.o");
  make_consumer("ord", config);
  shard_.advance(5 * kSecond);
  EXPECT_NE(stream().machine().find_consumer("ord"), nullptr);
  hosts_->router.unsubscribe(subscription);
  shard_.advance(2 * kSecond);
  EXPECT_EQ(stream().machine().find_consumer("ord"), nullptr);
}

TEST_F(PushTest, NextOfAPushConsumerIsRefused) {
  ConsumerConfig config = durable("push");
  config.deliver_subject = "to.x";
  make_consumer("push", config);
  client_->subscribe("to.x");
  const std::vector<Got> got = publish("o.1", "m1");
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(payloads(publish(got[0].reply, "+NXT", "_INBOX.n")),
            Payloads{"NATS/1.0 409 Consumer is push based\r\n\r\n"});
  EXPECT_EQ(info("push").num_ack_pending, 0u);
}

TEST_F(PushTest, TheDeliverSubjectCanBeChanged) {
  ConsumerConfig config = durable("d");
  config.deliver_subject = "first";
  make_consumer("d", config);
  config.deliver_subject = "second";
  EXPECT_EQ(make_consumer("d", config).change, CommandReply::Change::kUpdated);
  client_->subscribe("second");
  EXPECT_EQ(payloads(publish("o.1", "a")), Payloads{"a"});
}

TEST_F(PushTest, ACursorWithoutAcksGoesOnAfterARestart) {
  ConsumerConfig config = ordered("deliver.o");
  config.mem_storage = false;
  client_->subscribe("deliver.o");
  make_consumer("ord", config);
  publish("o.1", "a");
  publish("o.2", "b");
  shard_.advance(1500 * kMs);
  client_->take();
  stop_and_restart();
  client_->subscribe("deliver.o");
  shard_.advance(kMs);
  EXPECT_EQ(payloads(publish("o.3", "c")), Payloads{"c"});
}

TEST_F(PushTest, AnEphemeralInMemoryEndsWithTheProcessOnAStreamOfLimits) {
  ConsumerConfig in_memory;
  in_memory.ack_policy = AckPolicy::kExplicit;
  in_memory.mem_storage = true;
  in_memory.inactive_threshold = 300 * kSecond;
  ConsumerConfig on_disk = in_memory;
  on_disk.mem_storage = false;
  ConsumerConfig lasting = durable("lasting");
  lasting.mem_storage = true;
  make_consumer("in_memory", in_memory);
  make_consumer("on_disk", on_disk);
  make_consumer("lasting", lasting);
  crash_and_restart();
  EXPECT_EQ(stream().machine().consumer_names(), (Payloads{"lasting", "on_disk"}));
  const std::vector<Got> none = pull("in_memory", R"({"no_wait":true})");
  EXPECT_FALSE(client_->was_taken);
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(payloads(pull("on_disk", R"({"no_wait":true})")),
            Payloads{"NATS/1.0 404 No Messages\r\n\r\n"});
}

TEST_F(PushTest, AnEphemeralInMemoryStaysWhereMessagesAreKeptForIt) {
  StreamConfig config;
  config.name = "I";
  config.subjects = {"i.>"};
  config.retention = Retention::kInterest;
  const GroupId uid(2000);
  make_stream(config, uid);
  ConsumerCreateCommand command;
  command.name = "in_memory";
  command.config.ack_policy = AckPolicy::kExplicit;
  command.config.mem_storage = true;
  command.config.inactive_threshold = 300 * kSecond;
  hosts_->consumers.create(stream(uid), command, [](const CommandOutcome&) {});
  shard_.run();
  publish("i.1", "a");
  crash_and_restart();
  EXPECT_EQ(stream(uid).machine().consumer_names(), Payloads{"in_memory"});
  EXPECT_EQ(stream(uid).machine().message_count(), 1u);
}

TEST_F(PushTest, ReplayKeepsTheDistancesOfWhatWasThere) {
  publish("o.1", "a");
  shard_.advance(100 * kMs);
  publish("o.2", "b");
  shard_.advance(300 * kMs);
  publish("o.3", "c");
  client_->subscribe("replay");
  ConsumerConfig config;
  config.deliver_subject = "replay";
  config.replay_policy = ReplayPolicy::kOriginal;
  make_consumer("slow", config);
  EXPECT_EQ(payloads(client_->take()), Payloads{"a"});
  shard_.advance(99 * kMs);
  EXPECT_TRUE(client_->take().empty());
  shard_.advance(2 * kMs);
  EXPECT_EQ(payloads(client_->take()), Payloads{"b"});
  // What comes later waits for what stands before it, and for nothing else.
  publish("o.4", "d");
  shard_.advance(297 * kMs);
  EXPECT_TRUE(client_->take().empty());
  shard_.advance(3 * kMs);
  EXPECT_EQ(payloads(client_->take()), (Payloads{"c", "d"}));
}

TEST_F(PushTest, ARateLimitSpreadsWhatIsDelivered) {
  const std::string body(1000, 'x');
  for (int i = 0; i < 2000; ++i) client_->publish("o.1", body);
  shard_.run();
  client_->subscribe("slowly");
  ConsumerConfig config;
  config.deliver_subject = "slowly";
  config.rate_limit_bps = 8 * 100'000;
  make_consumer("slow", config);
  shard_.run();
  // A message of the largest size at once, then 100 kB a second.
  const std::size_t at_once = client_->take().size();
  EXPECT_GT(at_once, 900u);
  EXPECT_LT(at_once, 1100u);
  shard_.advance(kSecond);
  const std::size_t a_second = client_->take().size();
  EXPECT_GT(a_second, 80u);
  EXPECT_LT(a_second, 101u);
}

TEST_F(PushTest, LastPerSubjectEndsWithNothingPending) {
  for (const char* subject : {"o.a", "o.b", "o.a"}) publish(subject, subject);
  client_->subscribe("kv");
  ConsumerConfig config = ordered("kv");
  config.deliver_policy = DeliverPolicy::kLastPerSubject;
  config.filter_subject = "o.>";
  make_consumer("watch", config);
  const std::vector<Got> got = client_->take();
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(got[0].subject, "o.b");
  EXPECT_TRUE(got[0].reply.ends_with(".1")) << got[0].reply;
  EXPECT_EQ(got[1].subject, "o.a");
  EXPECT_TRUE(got[1].reply.ends_with(".0")) << got[1].reply;
}

TEST_F(PushTest, WhatIsOutComesAgainAtANewDeliverSubject) {
  ConsumerConfig config = durable("d");
  config.deliver_subject = "first";
  client_->subscribe("first");
  client_->subscribe("second");
  make_consumer("d", config);
  EXPECT_EQ(publish("o.1", "a")[0].subject, "o.1");
  config.deliver_subject = "second";
  make_consumer("d", config);
  const std::vector<Got> again = client_->take();
  ASSERT_EQ(again.size(), 1u);
  EXPECT_TRUE(again[0].reply.starts_with("$JS.ACK.O.d.2.1.2.")) << again[0].reply;
}

// On a stream that is kept by interest a message without acks is done when it is delivered.
class DeliveredOnce : public PushTest {
 protected:
  void make(StreamConfig config) {
    config.name = "I";
    config.subjects = {"i.>"};
    config.retention = Retention::kInterest;
    make_stream(config, GroupId(9));
    ConsumerConfig reader;
    reader.deliver_subject = "deliver.i";
    client_->subscribe("deliver.i");
    make_reader(reader);
  }
  void make_reader(const ConsumerConfig& config) {
    ConsumerCreateCommand command;
    command.name = "reader";
    command.config = *normalize_consumer_config(config, kept().config(), {}, {});
    hosts_->consumers.create(kept(), command, [](const CommandOutcome&) {});
    shard_.advance(kMs);
  }
  Stream& kept() { return stream(GroupId(9)); }
  std::uint64_t left() { return kept().info({}).state.messages; }
};

TEST_F(DeliveredOnce, ADeliveredMessageLeavesAtOnce) {
  make({});
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(payloads(publish("i.1", "a")), Payloads{"a"});
    EXPECT_EQ(left(), 0u);
  }
}

TEST_F(DeliveredOnce, ItsRoomIsThereForTheNextMessage) {
  StreamConfig config;
  config.max_msgs = 1;
  config.discard = Discard::kNew;
  make(config);
  for (int i = 0; i < 3; ++i) {
    const std::vector<Got> got = publish("i.1", "a", "_INBOX.ack");
    ASSERT_EQ(got.size(), 2u);
    for (const Got& one : got)
      EXPECT_EQ(one.payload.find("error"), std::string::npos) << one.payload;
  }
}

}  // namespace
}  // namespace leat
