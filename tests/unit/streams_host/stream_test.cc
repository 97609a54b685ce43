// Wrong here: a PubAck for what a crash can take, a message that a restart loses or doubles, or a
// read that finds another message than was stored.
#include "streams/host/stream.h"

#include "core/base/limits.h"
#include "tests/unit/streams_host/world.h"

namespace leat {
namespace {

using Payloads = std::vector<std::string>;

class StreamTest : public World {
 protected:
  std::string direct_payload(std::uint64_t sequence) {
    const std::vector<Got> got = direct("{\"seq\":" + std::to_string(sequence) + "}");
    return got.size() == 1 ? got[0].payload : std::to_string(got.size()) + " answers";
  }
};

TEST_F(StreamTest, APubAckComesAfterTheSyncAndNotBefore) {
  make_stream(orders());
  log_.sync_by_itself(nullptr);
  EXPECT_TRUE(publish("s.a", "one", "_INBOX.1").empty());
  EXPECT_EQ(stream().machine().message_count(), 0u);
  log_.sync();
  shard_.run();
  const std::vector<Got> acks = client_->take();
  ASSERT_EQ(acks.size(), 1u);
  EXPECT_EQ(acks[0].subject, "_INBOX.1");
  EXPECT_EQ(acks[0].payload, R"({"stream":"S","seq":1})");
}

TEST_F(StreamTest, ATurnOfPublishesIsOneEntryAndAcksKeepTheirOrder) {
  make_stream(orders());
  const std::size_t before = log_.disk.size();
  for (int i = 1; i <= 50; ++i) {
    client_->publish("s.a", "x", i % 2 == 0 ? "_INBOX." + std::to_string(i) : "");
  }
  shard_.run();
  EXPECT_EQ(log_.disk.size(), before + 1);
  const std::vector<Got> acks = client_->take();
  ASSERT_EQ(acks.size(), 25u);
  for (std::size_t i = 0; i < acks.size(); ++i) {
    const std::string sequence = std::to_string(2 * (i + 1));
    EXPECT_EQ(acks[i].subject, "_INBOX." + sequence);
    EXPECT_EQ(acks[i].payload, R"({"stream":"S","seq":)" + sequence + "}");
  }
}

TEST_F(StreamTest, DuplicatesAndExpectationsAreAnsweredByTheStream) {
  make_stream(orders());
  const std::string id = "NATS/1.0\r\nNats-Msg-Id: a\r\n\r\n";
  EXPECT_EQ(publish("s.a", "1", "_INBOX.1", id)[0].payload, R"({"stream":"S","seq":1})");
  EXPECT_EQ(publish("s.a", "1", "_INBOX.1", id)[0].payload,
            R"({"stream":"S","seq":1,"duplicate": true})");
  const std::string expected = "NATS/1.0\r\nNats-Expected-Last-Sequence: 7\r\n\r\n";
  EXPECT_NE(publish("s.a", "2", "_INBOX.1", expected)[0].payload.find("\"err_code\":10071"),
            std::string::npos);
  const std::string other = "NATS/1.0\r\nNats-Expected-Stream: T\r\n\r\n";
  EXPECT_NE(publish("s.a", "2", "_INBOX.1", other)[0].payload.find("\"err_code\":10060"),
            std::string::npos);
  EXPECT_EQ(stream().machine().message_count(), 1u);
}

TEST_F(StreamTest, ACrashKeepsWhatWasAcknowledgedAndItsIds) {
  make_stream(orders());
  const std::string id = "NATS/1.0\r\nNats-Msg-Id: a\r\n\r\n";
  publish("s.a", "one", "_INBOX.1", id);
  publish("s.b", "two", "_INBOX.1");
  log_.sync_by_itself(nullptr);
  EXPECT_TRUE(publish("s.b", "never synced", "_INBOX.1").empty());
  crash_and_restart();
  EXPECT_EQ(stream().machine().message_count(), 2u);
  EXPECT_EQ(publish("s.a", "one", "_INBOX.1", id)[0].payload,
            R"({"stream":"S","seq":1,"duplicate": true})");
  EXPECT_EQ(publish("s.a", "three", "_INBOX.1")[0].payload, R"({"stream":"S","seq":3})");
}

TEST_F(StreamTest, ARestartFindsMessagesInBlocksAndInTheLog) {
  make_stream(orders());
  const int count = static_cast<int>(limits::kBlockMessages) * 2 + 100;
  for (int i = 1; i <= count; ++i) {
    client_->publish("s." + std::to_string(i % 10), "m" + std::to_string(i));
    if (i % 100 == 0) shard_.run();
  }
  shard_.run();
  for (int round = 0; round < 2; ++round) {
    if (round == 0) {
      crash_and_restart();
    } else {
      stop_and_restart();
    }
    EXPECT_EQ(stream().machine().message_count(), static_cast<std::uint64_t>(count));
    for (const int i : {1, 2, 511, 512, 513, 600, 1023, 1024, 1025, count - 1, count}) {
      EXPECT_EQ(direct_payload(static_cast<std::uint64_t>(i)), "m" + std::to_string(i));
    }
    EXPECT_EQ(direct("{\"seq\":" + std::to_string(count + 1) + "}")[0].headers,
              "NATS/1.0 404 Message Not Found\r\n\r\n");
    // And it goes on where it was.
    EXPECT_EQ(stream().machine().last_sequence(), StreamSeq(static_cast<std::uint64_t>(count)));
  }
  EXPECT_EQ(publish("s.a", "next", "_INBOX.1")[0].payload,
            R"({"stream":"S","seq":)" + std::to_string(count + 1) + "}");
}

TEST_F(StreamTest, ADuplicateIsKnownAfterARestartInBlocksAndInTheLog) {
  make_stream(orders());
  const auto id = [](int i) {
    return "NATS/1.0\r\nNats-Msg-Id: id" + std::to_string(i) + "\r\n\r\n";
  };
  const int count = static_cast<int>(limits::kBlockMessages) + 20;
  for (int i = 1; i <= count; ++i) publish("s.a", "x", {}, id(i));
  for (int round = 0; round < 2; ++round) {
    if (round == 0) {
      crash_and_restart();
    } else {
      stop_and_restart();
    }
    for (const int i : {1, 300, 512, 513, count}) {
      EXPECT_EQ(publish("s.a", "x", "_INBOX.1", id(i))[0].payload,
                R"({"stream":"S","seq":)" + std::to_string(i) + R"(,"duplicate": true})");
    }
  }
}

TEST_F(StreamTest, TheIdOfAMessageThatNobodyWantedIsKnownAfterARestart) {
  StreamConfig config = orders();
  config.retention = Retention::kInterest;
  make_stream(config);
  const std::string id = "NATS/1.0\r\nNats-Msg-Id: a\r\n\r\n";
  EXPECT_EQ(publish("s.a", "x", "_INBOX.1", id)[0].payload, R"({"stream":"S","seq":1})");
  EXPECT_EQ(stream().machine().message_count(), 0u);
  for (int round = 0; round < 3; ++round) {
    stop_and_restart();
    EXPECT_EQ(stream().machine().last_sequence(), StreamSeq(1));
    EXPECT_EQ(publish("s.a", "x", "_INBOX.1", id)[0].payload,
              R"({"stream":"S","seq":1,"duplicate": true})");
  }
}

TEST_F(StreamTest, WhatTheAccountOrTheServerMayHoldIsABound) {
  make_stream(orders());
  StorageQuota& account = hosts_->quotas.of(kAccount);
  // Two messages of 41 bytes each, as the stream counts them.
  account.set_bounds(82, -1);
  const std::string ack = R"({"stream":"S","seq":)";
  EXPECT_EQ(publish("s.a", "12345678", "_INBOX.1")[0].payload, ack + "1}");
  EXPECT_EQ(stream().machine().bytes(), 41u);
  EXPECT_EQ(publish("s.a", "12345678", "_INBOX.1")[0].payload, ack + "2}");
  EXPECT_EQ(publish("s.a", "", "_INBOX.1")[0].payload,
            R"({"error":{"code":400,"err_code":10002,"description":)"
            R"("resource limits exceeded for account"},"stream":"S","seq":0})");
  hosts_->quotas.server().set_bounds(60, -1);
  EXPECT_EQ(publish("s.a", "", "_INBOX.1")[0].payload,
            R"({"error":{"code":503,"err_code":10023,"description":"insufficient resources"},)"
            R"("stream":"S","seq":0})");
  // What has left makes room, and so does a change of the bounds.
  stream().propose(PurgeCommand{}, [](const CommandOutcome&) {});
  shard_.run();
  EXPECT_EQ(publish("s.a", "12345678", "_INBOX.1")[0].payload, ack + "3}");
  hosts_->quotas.server().set_bounds(-1, -1);
  hosts_->quotas.set_bounds({});
  EXPECT_EQ(publish("s.a", std::string(100, 'x'), "_INBOX.1")[0].payload, ack + "4}");
  // After a restart what is there counts again.
  crash_and_restart();
  hosts_->quotas.of(kAccount).set_bounds(230, -1);
  EXPECT_EQ(publish("s.a", std::string(16, 'x'), "_INBOX.1")[0].payload, ack + "5}");
  EXPECT_NE(publish("s.a", "12345678", "_INBOX.1")[0].payload.find("10002"), std::string::npos);
}

TEST_F(StreamTest, AWriteSetOnDemandHoldsWhatIsApplied) {
  make_stream(orders());
  publish("s.a", "one");
  hosts_->streams.find(kUid)->must_store();
  shard_.run();
  publish("s.a", "two");
  log_.disk.erase(log_.disk.begin(), log_.disk.end() - 1);  // trimmed up to the write set
  crash_and_restart();
  EXPECT_EQ(direct_payload(1), "one");
  EXPECT_EQ(direct_payload(2), "two");
}

TEST_F(StreamTest, LimitsDropOldMessagesAndTheirBlocks) {
  StreamConfig config = orders();
  config.max_msgs = 10;
  make_stream(config);
  const int count = static_cast<int>(limits::kBlockMessages) * 3;
  for (int i = 1; i <= count; ++i) {
    client_->publish("s.a", "m" + std::to_string(i));
    if (i % 100 == 0) shard_.run();
  }
  shard_.run();
  stop_and_restart();
  EXPECT_EQ(stream().machine().message_count(), 10u);
  EXPECT_EQ(direct_payload(static_cast<std::uint64_t>(count) - 9), "m" + std::to_string(count - 9));
  EXPECT_FALSE(store_.read_block(kUid, StreamSeq(1)).has_value());
}

TEST_F(StreamTest, ABlockThatTheDiskHasLostIsNamedAndPassedOver) {
  make_stream(orders());
  const std::uint64_t count = limits::kBlockMessages + 20;
  for (std::uint64_t i = 1; i <= count; ++i) {
    client_->publish("s.a", "m" + std::to_string(i));
    if (i % 100 == 0) shard_.run();
  }
  shard_.run();
  make_consumer("c", durable("c"));
  stop_and_restart();
  store_.lost = {StreamSeq(1)};
  const StreamSeq next(stream().machine().last_sequence().value - 19);
  const std::vector<Got> got = pull("c", R"({"batch":30,"no_wait":true})");
  ASSERT_GE(got.size(), 20u);
  EXPECT_EQ(got[0].payload, "m" + std::to_string(next.value));
  EXPECT_EQ(store_.failed_reads, 2) << "once more, before it is called lost";
  EXPECT_EQ(stream().machine().message_count(), 20u);
  EXPECT_EQ(info("c").num_pending, 0u);
  EXPECT_EQ(stream().machine().first_sequence(), next);
  ASSERT_EQ(hosts_->streams.damages().size(), 1u);
  EXPECT_EQ(hosts_->streams.damages()[0].text, "messages 1 to " + std::to_string(next.value - 1) +
                                                   " (" + std::to_string(next.value - 1) +
                                                   ") are lost: wrong checksum");
}

TEST_F(StreamTest, AReplayAnswersNobodyAgain) {
  make_stream(orders());
  publish("s.a", "one", "_INBOX.1");
  crash_and_restart();
  EXPECT_TRUE(client_->take().empty());
}

TEST_F(StreamTest, SubjectsFollowTheConfiguration) {
  make_stream(orders());
  StreamAssignment changed = assignments_.back();
  changed.config_number = 2;
  changed.config.subjects = {"t.>"};
  bool is_done = false;
  hosts_->streams.update(changed, [&](Status status) { is_done = status.has_value(); });
  shard_.run();
  ASSERT_TRUE(is_done);
  client_->publish("s.a", "x");
  EXPECT_FALSE(client_->was_taken);
  EXPECT_EQ(publish("t.a", "x", "_INBOX.1")[0].payload, R"({"stream":"S","seq":1})");
  // A restart with the assignment as it is now, and the log as it was.
  assignments_.back() = changed;
  crash_and_restart();
  EXPECT_EQ(stream().machine().config_number(), 2u);
}

TEST_F(StreamTest, ARestartPutsInTheConfigurationThatTheLogDoesNotHave) {
  make_stream(orders());
  publish("s.a", "one");
  assignments_.back().config_number = 2;
  assignments_.back().config.max_msgs = 5;
  crash_and_restart();
  EXPECT_EQ(stream().config().max_msgs, 5);
  EXPECT_EQ(stream().machine().message_count(), 1u);
}

TEST_F(StreamTest, ADeletedStreamLeavesNothing) {
  make_stream(orders());
  publish("s.a", "one");
  bool is_done = false;
  hosts_->streams.remove(kUid, [&](Status status) { is_done = status.has_value(); });
  shard_.run();
  EXPECT_TRUE(is_done);
  EXPECT_EQ(hosts_->streams.find(kUid), nullptr);
  EXPECT_EQ(hosts_->streams.find(kAccount, "S"), nullptr);
  client_->publish("s.a", "x");
  EXPECT_FALSE(client_->was_taken);
  EXPECT_EQ(store_.deleted_groups()->size(), 1u);
}

TEST_F(StreamTest, AFastPublisherIsHeldBackWhileTheDiskIsSlow) {
  make_stream(orders());
  log_.pending = limits::kLogPendingBytes + 1;
  EXPECT_EQ(publish("s.a", "x", "_INBOX.1")[0].payload, R"({"stream":"S","seq":1})");
  publish("s.a", "x");
  EXPECT_EQ(brake_.holds, 1);
  EXPECT_TRUE(brake_.held.contains(ConnectionId(1)));
  // Nothing more comes from that connection: the stream sees by itself that the disk is back.
  log_.pending = 0;
  shard_.advance(limits::kHeldLookNs);
  EXPECT_TRUE(brake_.held.empty());
  EXPECT_EQ(stream().machine().message_count(), 2u);
}

TEST_F(StreamTest, AFloodWithoutRepliesOverASlowDiskIsStoredWhole) {
  make_stream(orders());
  log_.sync_by_itself(nullptr);
  const std::string body(limits::kPayloadBytes, 'b');
  const std::uint64_t count = limits::kStreamBufferedBytes / body.size() + 8;
  for (std::uint64_t i = 0; i < count; ++i) publish("s.a", body);
  EXPECT_EQ(stream().machine().message_count(), 0u);
  EXPECT_EQ(brake_.holds, 1);
  // Far above the bound whoever asks is told.
  const std::vector<Got> got = publish("s.a", "x", "_INBOX.1");
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0].headers, "NATS/1.0 429 Too Many Requests\r\n\r\n");
  EXPECT_NE(got[0].payload.find("\"err_code\":10167"), std::string::npos);
  log_.sync();
  shard_.run();
  EXPECT_EQ(stream().machine().message_count(), count);
  EXPECT_TRUE(brake_.held.empty());
}

TEST_F(StreamTest, MessagesExpireByTheClock) {
  StreamConfig config = orders();
  config.max_age = kSecond;
  make_stream(config);
  publish("s.a", "one");
  shard_.advance(600 * kMs);
  publish("s.a", "two");
  shard_.advance(500 * kMs);
  EXPECT_EQ(stream().machine().message_count(), 1u);
  shard_.advance(kSecond);
  EXPECT_EQ(stream().machine().message_count(), 0u);
  EXPECT_EQ(stream().machine().last_sequence(), StreamSeq(2));
}

TEST_F(StreamTest, MessagesExpireByAClockThatIsSet) {
  StreamConfig config = orders();
  config.max_age = 3600 * kSecond;
  config.allow_msg_ttl = true;
  make_stream(config);
  publish("s.a", "old");
  shard_.advance(kSecond);
  shard_.jump_wall(1800 * kSecond);
  publish("s.a", "short", {}, "NATS/1.0\r\nNats-TTL: 1s\r\n\r\n");
  shard_.advance(3 * kSecond);
  EXPECT_EQ(stream().machine().message_count(), 1u);
  shard_.jump_wall(1800 * kSecond);
  shard_.advance(2 * kSecond);
  EXPECT_EQ(stream().machine().message_count(), 0u);
  publish("s.a", "new");
  shard_.advance(1800 * kSecond);
  // Nothing was stamped since the last publish: the stream goes back with the clock.
  shard_.jump_wall(-900 * kSecond);
  shard_.advance(1900 * kSecond);
  EXPECT_EQ(stream().machine().message_count(), 1u);
  shard_.advance(900 * kSecond);
  EXPECT_EQ(stream().machine().message_count(), 0u);
}

TEST_F(StreamTest, AStreamWithoutMessagesIsNotLookedAt) {
  make_stream(orders());
  EXPECT_EQ(shard_.timer_count(), 1u);  // of all streams together
  const GroupId other(kUid.value + 1);
  StreamConfig config = orders();
  config.name = "T";
  config.subjects = {"t.>"};
  make_stream(config, other);
  EXPECT_EQ(shard_.timer_count(), 1u);
}

TEST_F(StreamTest, StampsDoNotGoBackWithTheClock) {
  make_stream(orders());
  publish("s.a", "one");
  const WallNs first = stream().machine().last_stamp();
  EXPECT_GE(stream().now(), first);
}

TEST_F(StreamTest, AStreamInMemoryIsEmptyAfterARestart) {
  StreamConfig config = orders();
  config.storage = StorageType::kMemory;
  make_stream(config);
  EXPECT_EQ(publish("s.a", "one", "_INBOX.1")[0].payload, R"({"stream":"S","seq":1})");
  EXPECT_EQ(direct_payload(1), "one");
  crash_and_restart();
  EXPECT_EQ(stream().machine().message_count(), 0u);
  EXPECT_EQ(publish("s.a", "one", "_INBOX.1")[0].payload, R"({"stream":"S","seq":1})");
}

TEST_F(StreamTest, AfterAppliedRunsBehindWhatWasProposedBefore) {
  make_stream(orders());
  std::string order;
  client_->publish("s.a", "x");
  stream().after_applied(
      [&](Fate) { order += std::to_string(stream().machine().message_count()); });
  EXPECT_EQ(order, "");
  shard_.run();
  EXPECT_EQ(order, "1");
  stream().after_applied([&](Fate) { order += "now"; });
  EXPECT_EQ(order, "1now");
}

TEST_F(StreamTest, LargeEntriesMakeSeveralBlocksAndAreReadBack) {
  make_stream(orders());
  const std::string large(200'000, 'x');
  for (int i = 0; i < 12; ++i) client_->publish("s.a", large + std::to_string(i));
  shard_.run();
  stop_and_restart();
  for (std::uint64_t i = 0; i < 12; ++i) {
    EXPECT_EQ(direct_payload(i + 1), large + std::to_string(i));
  }
}

}  // namespace
}  // namespace leat
