// What would be wrong: a connection of any protocol takes a late answer for somebody else's login,
// is read on while it fills the shards, never hears its PONG, or is thought dead while it lives.
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "core/session/back_pressure.h"
#include "core/session/client_subscriptions.h"
#include "core/session/connection_output.h"
#include "core/session/keep_alive.h"
#include "core/session/login.h"
#include "core/session/pong_barrier.h"
#include "core/session/session.h"
#include "tests/unit/core_session/session_world.h"

namespace leat {
namespace {

using testing::MemoryStream;
using testing::TestAuthenticator;
using testing::VirtualShard;

ShardSet shard_one() {
  ShardSet shards;
  shards.add(ShardId(1));
  return shards;
}

std::uint64_t fixed_random() { return 0x0123'4567'89AB'CDEF; }

TEST(Login, ALateAnswerIsAboutSomebodyElse) {
  TestAuthenticator authenticator;
  authenticator.answers_later = true;
  std::string heard;
  {
    Login login(authenticator);
    login.ask({}, [&](const Result<Identity>&) { heard += "first "; });
    login.ask({}, [&](const Result<Identity>&) { heard += "second "; });
    authenticator.answer_all();
    EXPECT_EQ(heard, "second ");
    login.ask({}, [&](const Result<Identity>&) { heard += "gone "; });
  }
  authenticator.answer_all();
  EXPECT_EQ(heard, "second ");
}

TEST(Login, TheNonceIsMadeWhereItIsWantedAndGoesWithTheWords) {
  TestAuthenticator authenticator;
  Login login(authenticator);
  login.make_nonce(&fixed_random);
  EXPECT_EQ(login.nonce(), "");
  authenticator.wants_nonce = true;
  login.make_nonce(&fixed_random);
  EXPECT_EQ(login.nonce().size(), 15U);
  login.ask({}, [](const Result<Identity>&) {});
  EXPECT_EQ(authenticator.last.nonce, login.nonce());
}

TEST(Login, WhoeverStaysTheSameKeepsTheRepliesThatAreOpen) {
  TestAuthenticator authenticator;
  Login login(authenticator);
  EXPECT_EQ(login.identity(), nullptr);
  EXPECT_EQ(login.permissions(), nullptr);
  auto allowed = std::make_shared<PermissionSet>();
  allowed->publish_allow = {"nothing"};
  allowed->responses = ResponsePermission{};
  Identity identity;
  identity.account = AccountId(2);
  identity.permissions = allowed;
  login.become(identity, Login::Change::kAnother);
  EXPECT_EQ(login.account(), AccountId(2));
  login.permissions()->note_reply("r.1", 1);
  login.become(identity, Login::Change::kSame);
  EXPECT_TRUE(login.permissions()->may_publish("r.1", 2));
  login.permissions()->note_reply("r.2", 3);
  login.become(identity, Login::Change::kAnother);
  EXPECT_FALSE(login.permissions()->may_publish("r.2", 4));
}

TEST(BackPressure, TheLastReasonThatEndsLetsInputGoOn) {
  VirtualShard shard;
  MemoryStream stream(shard);
  BackPressure pressure;
  pressure.stall(BackPressure::kAuthentication);
  pressure.receiver_is_slow();
  pressure.receiver_is_slow();
  pressure.settle_reading(stream);
  EXPECT_TRUE(stream.is_paused);
  EXPECT_FALSE(pressure.unstall(BackPressure::kAuthentication));
  EXPECT_FALSE(pressure.unstall(BackPressure::kBarrier)) << "it was none of the reasons";
  EXPECT_FALSE(pressure.receiver_caught_up());
  EXPECT_TRUE(pressure.receiver_caught_up());
  pressure.settle_reading(stream);
  EXPECT_FALSE(stream.is_paused);
}

TEST(BackPressure, ATokenFollowsWhatWentToOtherShards) {
  constexpr std::size_t kHalf = limits::kForwardedBytes / 2;
  BackPressure pressure;
  pressure.forwarded(shard_one(), kHalf - 1);
  EXPECT_TRUE(pressure.take_due_token().empty());
  pressure.forwarded(shard_one(), 1);
  EXPECT_EQ(pressure.take_due_token(), shard_one());
  EXPECT_FALSE(pressure.is_stalled());
  pressure.forwarded(shard_one(), kHalf);
  EXPECT_TRUE(pressure.is_stalled()) << "as much is under way as may be";
  EXPECT_TRUE(pressure.take_due_token().empty()) << "one is out";
  EXPECT_TRUE(pressure.token_came_back());
  EXPECT_EQ(pressure.take_due_token(), shard_one());
  EXPECT_FALSE(pressure.token_came_back());
  EXPECT_TRUE(pressure.take_due_token().empty());
}

TEST(BackPressure, APublisherIsHeldOnceUntilAllAreReleased) {
  struct Brake final : PublisherBrake {
    void hold(ShardId, ConnectionId publisher) override { held.push_back(publisher); }
    void release(ShardId, ConnectionId publisher) override { released.push_back(publisher); }
    std::vector<ConnectionId> held;
    std::vector<ConnectionId> released;
  } brake;
  BackPressure pressure;
  const Origin first{.shard = ShardId(0), .connection = ConnectionId(1)};
  const Origin second{.shard = ShardId(1), .connection = ConnectionId(2)};
  EXPECT_TRUE(pressure.hold(first, brake));
  EXPECT_FALSE(pressure.hold(first, brake));
  EXPECT_TRUE(pressure.hold(second, brake));
  EXPECT_EQ(brake.held.size(), 2U);
  pressure.release_all(brake);
  pressure.release_all(brake);
  EXPECT_EQ(brake.released, (std::vector{ConnectionId(1), ConnectionId(2)}));
  EXPECT_TRUE(pressure.hold(first, brake));
}

TEST(PongBarrier, WaitsForWhatWasToldAndHoldsWhatFollows) {
  PongBarrier barrier;
  EXPECT_EQ(barrier.ping(), PongBarrier::Ping::kAnswer);
  barrier.touch(shard_one());
  EXPECT_EQ(barrier.ping(), PongBarrier::Ping::kWait);
  EXPECT_EQ(barrier.take_touched(), shard_one());
  EXPECT_TRUE(barrier.is_waiting());
  barrier.held().append("+OK\r\n");
  EXPECT_EQ(barrier.ping(), PongBarrier::Ping::kDefer);
  EXPECT_TRUE(barrier.passed());
  EXPECT_FALSE(barrier.is_waiting());
  ByteBuffer out(64);
  out.append("PONG\r\n");
  barrier.give_to(out);
  EXPECT_EQ(out.filled(), "PONG\r\n+OK\r\n");
  EXPECT_TRUE(barrier.held().filled().empty());
  EXPECT_EQ(barrier.ping(), PongBarrier::Ping::kAnswer) << "told nothing since";
}

TEST(KeepAlive, PingsUntilItIsStale) {
  const KeepAlive::Rules rules{.interval_ns = 100, .outstanding_max = 2};
  KeepAlive alive;
  EXPECT_EQ(alive.look(1000, rules), KeepAlive::Due::kPing);
  alive.ponged(1030);
  EXPECT_EQ(alive.rtt_ns(), 30);
  alive.heard(1050);
  EXPECT_EQ(alive.look(1100, rules), KeepAlive::Due::kNothing) << "it is busy";
  EXPECT_EQ(alive.look(1150, rules), KeepAlive::Due::kPing);
  EXPECT_EQ(alive.look(1250, rules), KeepAlive::Due::kPing);
  EXPECT_EQ(alive.look(1350, rules), KeepAlive::Due::kStale);
  alive.ponged(1360);
  EXPECT_EQ(alive.look(1460, rules), KeepAlive::Due::kPing);
}

TEST(ConnectionOutput, OneWriteIsUnderWayAndOneEndIsSaid) {
  VirtualShard shard;
  MemoryStream stream(shard);
  ConnectionOutput output(stream);
  EXPECT_TRUE(output.is_empty());
  EXPECT_FALSE(output.can_write());
  output.queue().text().append("PING\r\n");
  EXPECT_TRUE(output.can_write());
  output.write_next(100);
  EXPECT_FALSE(output.can_write());
  EXPECT_FALSE(output.is_late(149, 50));
  EXPECT_TRUE(output.is_late(150, 50));
  EXPECT_FALSE(output.is_empty());
  output.written();
  EXPECT_TRUE(output.is_empty());
  EXPECT_FALSE(output.is_late(1000, 50));
  output.close(ByteStream::Close::kAtOnce);
  output.close(ByteStream::Close::kFlush);  // the stream fails a second end
  EXPECT_TRUE(output.is_closed());
}

class ClientSubscriptionsTest : public ::testing::Test, public Sink {
 protected:
  ClientSubscriptionsTest() { router.connect_shards({&router}); }
  bool deliver(const RoutedMessage&, SinkCookie cookie) override {
    subscriptions.note_delivery(static_cast<SubscriptionTable::Slot>(cookie));
    ++delivered;
    return true;
  }
  void publish() {
    RoutedMessage message;
    message.account = AccountId(1);
    message.subject = "a";
    message.body = "x";
    router.publish(message);
  }

  VirtualShard shard;
  Router router{shard, shard, 1};
  std::uint64_t count = 0;
  int delivered = 0;
  ClientSubscriptions subscriptions{router, *this, count};
};

TEST_F(ClientSubscriptionsTest, OneThatHasHadItsLastMessageLeavesLater) {
  subscriptions.add(AccountId(1), {.sid = "1", .subject = "a", .queue = ""});
  subscriptions.add(AccountId(1), {.sid = "2", .subject = "b", .queue = ""});
  EXPECT_EQ(count, 2U);
  EXPECT_FALSE(subscriptions.remove("1", 1));
  EXPECT_EQ(subscriptions.find_waiting("a")->sid, "1");
  publish();
  EXPECT_EQ(subscriptions.find_waiting("a"), nullptr);
  EXPECT_TRUE(subscriptions.remove_finished());
  EXPECT_FALSE(subscriptions.remove_finished());
  publish();
  EXPECT_EQ(delivered, 1);
  EXPECT_EQ(count, 1U);
  EXPECT_FALSE(subscriptions.remove("1", 0));
  EXPECT_TRUE(subscriptions.remove("2", 0));
  EXPECT_FALSE(subscriptions.remove_all());
  EXPECT_EQ(count, 0U);
}

// A connection that says nothing costs this much, and its timer: a size that the allocator has.
TEST(SessionSize, AStrangerIsCheap) { EXPECT_LE(sizeof(Session), 896U); }

}  // namespace
}  // namespace leat
