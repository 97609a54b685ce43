// Wrong here: a message that is lost or comes again against its consumer's rules.
#include "tests/unit/streams_host/world.h"

namespace leat {
namespace {

using Payloads = std::vector<std::string>;

class AckTest : public World {
 protected:
  void SetUp() override {
    StreamConfig config;
    config.name = "K";
    config.subjects = {"k"};
    config.retention = Retention::kWorkQueue;
    make_stream(config);
    ConsumerConfig worker = durable("w");
    worker.ack_wait = 300 * kMs;
    worker.max_deliver = 3;
    make_consumer("w", worker);
  }
  void publish_five() {
    for (const char* m : {"m1", "m2", "m3", "m4", "m5"}) publish("k", m);
  }
  std::vector<Got> pull_now(int batch) {
    return pull("w", R"({"no_wait":true,"batch":)" + std::to_string(batch) + "}");
  }
  // Where an ack is sent to, without the time and the pending count.
  static std::string place(const Got& got) {
    std::size_t end = 0;
    for (int dots = 0; dots < 7 && end != std::string::npos; ++dots) {
      end = got.reply.find('.', end + 1);
    }
    return got.reply.substr(0, end);
  }
};

TEST_F(AckTest, ProgressThatIsSaidAllTheTimeCostsFewEntriesAndIsNotLost) {
  publish("k", "m1");
  const std::vector<Got> first = pull_now(1);
  ASSERT_EQ(first.size(), 1u);
  const std::size_t records = log_.disk.size();
  // For three ack waits, a hundred times each: at most four entries each.
  for (int i = 0; i < 300; ++i) {
    publish(first[0].reply, "+WPI");
    shard_.advance(3 * kMs);
  }
  EXPECT_LE(log_.disk.size() - records, 12u);
  EXPECT_GE(log_.disk.size() - records, 6u);
  // The last word counts: 290 ms after it the message is still with its client.
  shard_.advance(290 * kMs);
  EXPECT_EQ(pull_now(1)[0].headers, kNoMessages);
  shard_.advance(300 * kMs);
  EXPECT_EQ(place(pull_now(1)[0]), "$JS.ACK.K.w.2.1.2");
}

TEST_F(AckTest, TheOnlyDeliveryIsToldAlsoWhenNobodyPullsAfterARestart) {
  ConsumerConfig once = durable("w");
  once.ack_wait = 300 * kMs;
  once.max_deliver = 1;
  make_consumer("w", once);
  publish("k", "m1");
  ASSERT_EQ(pull_now(1).size(), 1u);
  crash_and_restart();
  client_->subscribe("$JS.EVENT.ADVISORY.>");
  shard_.advance(kSecond);
  int advisories = 0;
  for (const Got& one : client_->take()) {
    if (one.subject == "$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.K.w") ++advisories;
  }
  EXPECT_EQ(advisories, 1);
}

TEST_F(AckTest, TheOnlyDeliveryIsOverWithItsNak) {
  ConsumerConfig once = durable("w");
  once.max_deliver = 1;
  make_consumer("w", once);
  publish("k", "m1");
  const std::vector<Got> got = pull_now(1);
  ASSERT_EQ(got.size(), 1u);
  client_->subscribe("$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>");
  const std::vector<Got> told = publish(got[0].reply, "-NAK");
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].subject, "$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.K.w");
  EXPECT_EQ(info("w").num_ack_pending, 0u);
}

TEST_F(AckTest, AcksOfAllKinds) {
  client_->subscribe("$JS.EVENT.ADVISORY.>");
  publish_five();
  const std::vector<Got> first = pull_now(4);
  ASSERT_EQ(first.size(), 4u);
  EXPECT_EQ(place(first[3]), "$JS.ACK.K.w.1.4.4");

  std::vector<Got> got = publish(first[0].reply, "+ACK", "_INBOX.4");
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0].subject, "_INBOX.4");
  EXPECT_EQ(got[0].payload, "");
  EXPECT_EQ(stream().machine().message_count(), 4u);

  got = publish(first[1].reply, "-NAK", "_INBOX.5");
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(got[0].subject, "$JS.EVENT.ADVISORY.CONSUMER.MSG_NAKED.K.w");
  EXPECT_NE(got[0].payload.find(R"("consumer_seq":2,"stream_seq":2,"deliveries":1)"),
            std::string::npos);
  EXPECT_EQ(got[1].subject, "_INBOX.5");

  EXPECT_EQ(publish(first[2].reply, R"(-NAK {"delay":1500000000})", "_INBOX.6").size(), 2u);
  got = publish(first[3].reply, "+TERM bad input", "_INBOX.7");
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(got[0].subject, "$JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED.K.w");
  EXPECT_NE(got[0].payload.find(R"("reason":"bad input")"), std::string::npos);

  // Only m2 comes back now; +NXT acks it and pulls m5.
  const std::vector<Got> again = pull_now(1);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(place(again[0]), "$JS.ACK.K.w.2.2.5");
  EXPECT_EQ(publish(again[0].reply, "+WPI", "_INBOX.9").size(), 1u);
  const std::vector<Got> next =
      publish(again[0].reply, R"(+NXT {"batch":1,"no_wait":true})", "_INBOX.10");
  ASSERT_EQ(next.size(), 1u);
  EXPECT_EQ(place(next[0]), "$JS.ACK.K.w.1.5.6");

  // The ack wait of m5 ends, and the delay of m3.
  shard_.advance(1600 * kMs);
  const std::vector<Got> due = pull_now(5);
  ASSERT_EQ(due.size(), 3u);
  EXPECT_EQ(place(due[0]), "$JS.ACK.K.w.2.5.7");
  EXPECT_EQ(place(due[1]), "$JS.ACK.K.w.2.3.8");
  EXPECT_EQ(due[2].headers, kNoMessages);

  // Three deliveries are the limit.
  shard_.advance(400 * kMs);
  EXPECT_EQ(payloads(pull_now(5)), (Payloads{"m3", "m5", kNoMessages}));
  client_->take();
  shard_.advance(400 * kMs);
  got = client_->take();
  for (const Got& later : pull_now(5)) got.push_back(later);
  ASSERT_EQ(got.size(), 3u);
  int advisories = 0;
  for (const Got& one : got) {
    if (one.subject == "$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.K.w") ++advisories;
  }
  EXPECT_EQ(advisories, 2);
  EXPECT_EQ(info("w").num_ack_pending, 0u);
  EXPECT_EQ(stream().machine().message_count(), 2u);
}

TEST_F(AckTest, UnknownAcksAreNotAnswered) {
  for (const char* body : {"+ACK", "-NAK", "+WPI", "+TERM", "xx"}) {
    EXPECT_TRUE(publish("$JS.ACK.K.w.1.99.99.1.0", body, "_INBOX.14").empty()) << body;
  }
  publish("k", "m1");
  const std::vector<Got> got = pull_now(1);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_TRUE(publish(got[0].reply, "xx", "_INBOX.14").empty());
}

TEST_F(AckTest, AnAcknowledgedMessageStaysGoneAfterARestartAndTheOthersComeAgain) {
  publish_five();
  const std::vector<Got> first = pull_now(3);
  publish(first[0].reply, "", "_INBOX.1");
  publish(first[2].reply, "");
  for (int round = 0; round < 2; ++round) {
    if (round == 0) {
      crash_and_restart();
    } else {
      stop_and_restart();
    }
    EXPECT_EQ(stream().machine().message_count(), 3u);
    EXPECT_EQ(info("w").ack_floor.stream_seq, StreamSeq(1));
    EXPECT_EQ(info("w").num_ack_pending, 1u);
    EXPECT_EQ(info("w").num_pending, 2u);
  }
  shard_.advance(400 * kMs);
  EXPECT_EQ(payloads(pull_now(5)), (Payloads{"m2", "m4", "m5", kNoMessages}));
}

TEST_F(AckTest, ADeliveryThatACrashForgotComesAgain) {
  publish_five();
  log_.sync_by_itself(nullptr);
  EXPECT_EQ(payloads(pull_now(1)), Payloads{"m1"});
  crash_and_restart();
  EXPECT_EQ(payloads(pull_now(1)), Payloads{"m1"});
}

TEST_F(AckTest, WaitingPullsGetWhatComesDue) {
  publish("k", "m1");
  EXPECT_EQ(pull_now(1).size(), 1u);
  EXPECT_TRUE(pull("w", R"({"batch":1,"expires":5000000000})").empty());
  shard_.advance(290 * kMs);
  EXPECT_TRUE(client_->take().empty());
  shard_.advance(20 * kMs);
  EXPECT_EQ(payloads(client_->take()), Payloads{"m1"});
}

TEST_F(AckTest, ADelayedNakComesBeforeTheAckWaitEnds) {
  publish("k", "m1");
  const std::vector<Got> first = pull_now(1);
  EXPECT_TRUE(pull("w", R"({"batch":1,"expires":5000000000})").empty());
  publish(first[0].reply, "-NAK 100ms");
  shard_.advance(90 * kMs);
  EXPECT_TRUE(client_->take().empty());
  shard_.advance(20 * kMs);
  EXPECT_EQ(payloads(client_->take()), Payloads{"m1"});
}

TEST_F(AckTest, ADelayedNakComesByAClockThatIsSet) {
  publish("k", "m1");
  const std::vector<Got> first = pull_now(1);
  EXPECT_TRUE(pull("w", R"({"batch":1,"expires":60000000000})").empty());
  publish(first[0].reply, "-NAK 1h");
  shard_.advance(10 * kSecond);
  EXPECT_TRUE(client_->take().empty());
  shard_.jump_wall(3600 * kSecond);
  shard_.advance(2 * kSecond);
  EXPECT_EQ(payloads(client_->take()), Payloads{"m1"});
}

TEST_F(AckTest, MaxAckPendingHoldsBackAndAnAckFrees) {
  hosts_->consumers.remove(stream(), "w", [](const CommandOutcome&) {});
  shard_.run();
  ConsumerConfig config = durable("two");
  config.max_ack_pending = 2;
  make_consumer("two", config);
  publish_five();
  const std::vector<Got> first = pull("two", R"({"batch":5,"expires":5000000000})");
  EXPECT_EQ(payloads(first), (Payloads{"m1", "m2"}));
  EXPECT_EQ(payloads(publish(first[1].reply, "")), Payloads{"m3"});
}

TEST_F(AckTest, AcksOfATurnAreOneCommandInOneEntry) {
  publish_five();
  const std::vector<Got> first = pull_now(5);
  const std::size_t before = log_.disk.size();
  for (const Got& got : first) {
    if (!got.reply.empty()) client_->publish(got.reply, "+ACK");
  }
  shard_.run();
  EXPECT_EQ(log_.disk.size(), before + 1);
  EXPECT_EQ(stream().machine().message_count(), 0u);
}

}  // namespace
}  // namespace leat
