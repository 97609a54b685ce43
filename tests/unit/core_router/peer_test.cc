// Wrong in the world: a message goes to a peer that does not want it or misses one that does, a
// barrier ends before what it waits for has arrived, a sink breaks a publish that is under way.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "core/router/peer_interest.h"
#include "core/router/peer_mail.h"
#include "core/router/shard_barrier.h"
#include "tests/support/virtual_shard.h"
#include "tests/unit/core_router/test_shards.h"

namespace leat {
namespace {

using test::kAccount;

// What a server of the cluster will be to a router: another peer, with a queue that can be full.
class FakePeer final : public RouterPeer {
 public:
  void send(std::vector<RouterMail> mail) override { batches.push_back(std::move(mail)); }
  bool has_room() const override { return !is_full; }

  bool is_full = false;
  std::vector<std::vector<RouterMail>> batches;
};

// Two peers behind the router's own place, and what they want.
class Peers : public ::testing::Test {
 protected:
  static constexpr PeerId kFirst{1};
  static constexpr PeerId kSecond{70'000};  // of a number that no shard has

  Peers() {
    std::vector<std::unique_ptr<RouterPeer>> all(kSecond.value + 1);
    all[kFirst.value] = std::make_unique<FakePeer>();
    all[kSecond.value] = std::make_unique<FakePeer>();
    first = static_cast<FakePeer*>(all[kFirst.value].get());
    second = static_cast<FakePeer*>(all[kSecond.value].get());
    mail.connect(std::move(all));
  }

  bool tell(PeerId peer, std::string_view queue, std::uint32_t weight) {
    return interest.take(peer, {kAccount, {"a", std::string(queue)}, weight});
  }
  std::vector<PeerId> chosen() {
    fanout.clear();
    if (Interest* wanted = interest.find(kAccount)) {
      interest.choose(wanted->match("a"), nullptr, fanout);
    }
    return fanout.peers();
  }

  leat::testing::VirtualShard shard;
  Rng rng{7};
  PeerMail mail{shard};
  PeerInterest interest{mail, rng};
  Fanout fanout;
  FakePeer* first = nullptr;
  FakePeer* second = nullptr;
};

TEST_F(Peers, PlainInterestIsServedWhileItIsThere) {
  EXPECT_TRUE(chosen().empty());
  EXPECT_TRUE(tell(kSecond, "", 1));
  EXPECT_FALSE(tell(kSecond, "", 2));
  EXPECT_EQ(chosen(), std::vector{kSecond});
  EXPECT_TRUE(tell(kFirst, "", 1));
  EXPECT_EQ(chosen().size(), 2U);
  EXPECT_TRUE(tell(kSecond, "", 0));
  EXPECT_FALSE(tell(kSecond, "", 0));
  EXPECT_EQ(chosen(), std::vector{kFirst});
}

TEST_F(Peers, AGroupIsDrawnByWeight) {
  tell(kFirst, "q", 1);
  tell(kSecond, "q", 3);
  int of_second = 0;
  for (int i = 0; i < 4000; ++i) {
    ASSERT_EQ(chosen().size(), 1U);
    of_second += fanout.peers().front() == kSecond ? 1 : 0;
    EXPECT_TRUE(NameList::contains(fanout.groups_of(fanout.peers().front()), "q"));
  }
  EXPECT_NEAR(of_second, 3000, 150);
}

TEST_F(Peers, AGroupIsServedWhereThereIsRoom) {
  tell(kFirst, "q", 1);
  tell(kSecond, "q", 1000);
  second->is_full = true;
  for (int i = 0; i < 20; ++i) EXPECT_EQ(chosen(), std::vector{kFirst});
  // Nobody has room: they wait as they would have been drawn.
  first->is_full = true;
  int of_second = 0;
  for (int i = 0; i < 20; ++i) of_second += chosen().front() == kSecond ? 1 : 0;
  EXPECT_GT(of_second, 15);
  // Plain subscribers have nobody who takes their place.
  tell(kSecond, "", 1);
  EXPECT_EQ(chosen().front(), kSecond);
}

TEST_F(Peers, MailOfATurnGoesTogetherAndInOrder) {
  for (std::uint64_t token = 1; token <= 3; ++token) mail.post(kSecond, TokenMail{token, false});
  EXPECT_TRUE(second->batches.empty());
  shard.at_turn_end([] {});
  shard.run();
  ASSERT_EQ(second->batches.size(), 1U);
  ASSERT_EQ(second->batches[0].size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(std::get<TokenMail>(second->batches[0][i]).token, i + 1);
  }
  EXPECT_TRUE(first->batches.empty());
  mail.post_to_all(TokenMail{4, false});
  shard.run();
  EXPECT_EQ(first->batches.size(), 1U);
  EXPECT_EQ(second->batches.size(), 2U);
}

TEST_F(Peers, ABarrierEndsWithTheLastOfItsShards) {
  ShardBarrier barrier(mail);
  bool is_done = false;
  barrier.when_taken(ShardSet(), [&] { is_done = true; });
  EXPECT_TRUE(std::exchange(is_done, false)) << "nothing to wait for";
  ShardSet shards;
  shards.add(ShardId(1));
  barrier.when_taken(shards, [&] { is_done = true; });
  shard.run();
  ASSERT_EQ(first->batches.size(), 1U);
  const auto sent = std::get<TokenMail>(first->batches[0].at(0));
  EXPECT_FALSE(sent.is_returned);
  EXPECT_FALSE(is_done);
  barrier.take(ShardId(1), {sent.token, true});
  EXPECT_TRUE(is_done);
}

TEST(ShardSet, HoldsShardsOfAnyNumberOnce) {
  ShardSet some;
  EXPECT_TRUE(some.empty());
  some.add(ShardId(0));
  some.add(ShardId(63));
  some.add(ShardId(63));
  ShardSet more;
  more.add(ShardId(5));
  more.add(some);
  std::string seen;
  more.for_each([&](ShardId shard) { seen += std::to_string(shard.value) + " "; });
  EXPECT_EQ(seen, "0 5 63 ");
  more.remove(ShardId(0));
  EXPECT_FALSE(more.contains(ShardId(0)));
  EXPECT_TRUE(more.contains(ShardId(63)));
  EXPECT_FALSE(more == some);
}

// A match is open while it is delivered to; what would change it has to wait.
TEST(SinkDeathTest, ASinkLeavesTheRouterAlone) {
  test::TestShards shards(1);
  struct Answering final : Sink {
    explicit Answering(Router& used) : router(used) {}
    bool deliver(const RoutedMessage&, SinkCookie) override {
      router.publish(test::message_on("b"));
      return true;
    }
    Router& router;
  } sink(shards.router(0));
  test::subscribe(shards.router(0), sink, "a");
  EXPECT_DEATH(shards.router(0).publish(test::message_on("a")), "from inside deliver");
}

}  // namespace
}  // namespace leat
