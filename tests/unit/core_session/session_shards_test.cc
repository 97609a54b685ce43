// What would be wrong: clients on different shards see another order than clients of one server.
#include <gtest/gtest.h>

#include <array>

#include "tests/unit/core_session/session_world.h"

namespace leat {
namespace {

using testing::kQuiet;
using testing::MemoryStream;
using testing::VirtualShard;

// A shard of several; its mail waits until the test carries it.
class MailShard final : public VirtualShard {
 public:
  MailShard(std::uint16_t number, std::uint16_t count) : number_(number), count_(count) {}
  ShardId self() const override { return ShardId(number_); }
  std::uint16_t shard_count() const override { return count_; }
  void send(ShardId to, Task task) override {
    if (to == self()) return post(std::move(task));
    mail.emplace_back(to, std::move(task));
  }
  std::deque<std::pair<ShardId, Task>> mail;

 private:
  std::uint16_t number_;
  std::uint16_t count_;
};

std::uint64_t next_random() {
  static std::uint64_t state = 1;
  return state = state * 6364136223846793005ULL + 1442695040888963407ULL;
}

class ShardsWorld {
 public:
  explicit ShardsWorld(SessionSettings settings = {}) {
    settings.accounts = AccountTable::first({});
    authenticator.nobody.account = settings.accounts->global();
    authenticator.nobody.account_name = "$G";
    const auto shared = std::make_shared<const SessionSettings>(settings);
    for (Side& side : sides) {
      const auto number = static_cast<std::uint16_t>(&side - sides.data());
      side.shard = std::make_unique<MailShard>(number, 2);
      side.router = std::make_unique<Router>(*side.shard, *side.shard, number + 1);
      side.sessions = std::make_unique<SessionSet>(
          SessionHosts{*side.router, *side.shard, *side.shard, *side.shard, authenticator, ledger,
                       &next_random},
          shared);
    }
    for (Side& side : sides) {
      side.router->connect_shards({sides[0].router.get(), sides[1].router.get()});
      side.sessions->connect_shards({sides[0].sessions.get(), sides[1].sessions.get()});
    }
  }

  MemoryStream& connect(std::size_t side, std::string_view json = kQuiet) {
    auto& stream = *streams_.emplace_back(std::make_unique<MemoryStream>(*sides[side].shard));
    stream.handler = sides[side].sessions->accept(stream);
    say(stream, "CONNECT " + std::string(json) + "\r\n");
    settle();
    stream.output.clear();
    return stream;
  }
  // Sends and runs the shards, without carrying mail between them.
  void say(MemoryStream& stream, std::string_view text) {
    stream.input.append(text);
    if (!stream.is_paused) stream.handler->on_received(stream.input);
    run();
  }
  void run() {
    for (Side& side : sides) side.shard->run();
  }
  // Carries what is waiting from one shard to the other; false: nothing was.
  bool carry(std::size_t from) {
    auto mail = std::exchange(sides[from].shard->mail, {});
    for (auto& [to, task] : mail) sides[to.value].shard->post(std::move(task));
    run();
    return !mail.empty();
  }
  void settle() {
    run();
    while (carry(0) || carry(1)) {
    }
  }
  std::string take(MemoryStream& stream) {
    run();
    return std::exchange(stream.output, {});
  }

  struct Side {
    std::unique_ptr<MailShard> shard;
    std::unique_ptr<Router> router;
    std::unique_ptr<SessionSet> sessions;
  };
  ConnectionLedger ledger;
  testing::TestAuthenticator authenticator;
  std::array<Side, 2> sides;

 private:
  std::vector<std::unique_ptr<MemoryStream>> streams_;
};

TEST(SessionShards, PongWaitsForTheShardsThatWereTold) {
  ShardsWorld world;
  MemoryStream& a = world.connect(0);
  world.say(a, "PING\r\n");
  EXPECT_EQ(world.take(a), "PONG\r\n");  // nothing was told: at once
  world.say(a, "SUB foo 1\r\nPING\r\n");
  EXPECT_EQ(world.take(a), "");
  world.carry(0);
  EXPECT_EQ(world.take(a), "");
  world.carry(1);
  EXPECT_EQ(world.take(a), "PONG\r\n");
}

TEST(SessionShards, AfterThePongASubscriptionOfTheOtherShardIsReached) {
  ShardsWorld world;
  MemoryStream& subscriber = world.connect(0);
  MemoryStream& publisher = world.connect(1);
  world.say(subscriber, "SUB foo 1\r\nPING\r\n");
  world.carry(0);  // the interest and the token arrive together
  world.say(publisher, "PUB foo 2\r\nhi\r\nPING\r\n");
  world.settle();
  EXPECT_EQ(world.take(subscriber), "PONG\r\nMSG foo 1 2\r\nhi\r\n");
  EXPECT_EQ(world.take(publisher), "PONG\r\n");
}

TEST(SessionShards, WhatFollowsAPingIsAnsweredBehindItsPong) {
  ShardsWorld world;
  MemoryStream& a = world.connect(0, R"({"verbose":true,"pedantic":false})");
  world.say(a, "SUB foo 1\r\nPING\r\nSUB bar 2\r\nPUB $NRG.x 0\r\n\r\nPING\r\nUNSUB 2\r\nPING\r\n");
  EXPECT_EQ(world.take(a), "+OK\r\n");
  EXPECT_TRUE(a.is_paused);  // a third barrier would have to wait for the second
  world.settle();
  EXPECT_EQ(world.take(a),
            "PONG\r\n+OK\r\n-ERR 'Permissions Violation for Publish to \"$NRG.x\"'\r\n"
            "PONG\r\n+OK\r\nPONG\r\n");
  EXPECT_FALSE(a.is_paused);
}

TEST(SessionShards, PublishingGoesOnWhileAPongWaits) {
  ShardsWorld world;
  MemoryStream& a = world.connect(0);
  MemoryStream& b = world.connect(0);
  world.say(b, "SUB foo 1\r\n");
  world.say(a, "SUB x 1\r\nPING\r\nPUB foo 1\r\nm\r\n");
  EXPECT_EQ(world.take(a), "");
  EXPECT_EQ(world.take(b), "MSG foo 1 1\r\nm\r\n");
}

TEST(SessionShards, AnErrorThatClosesComesBehindWhatWasHeld) {
  ShardsWorld world;
  MemoryStream& a = world.connect(0, R"({"verbose":true,"pedantic":false})");
  world.say(a, "SUB foo 1\r\nPING\r\nSUB bar 2\r\nFOO\r\n");
  EXPECT_EQ(world.take(a), "+OK\r\n+OK\r\n-ERR 'Unknown Protocol Operation'\r\n");
  EXPECT_EQ(a.handler, nullptr);
  world.settle();  // the token comes back to nobody
  EXPECT_EQ(world.sides[0].router->subscription_count(), 0U);
}

TEST(SessionShards, NoRespondersWhereTheInterestIsGoneByThen) {
  ShardsWorld world;
  MemoryStream& requester =
      world.connect(0, R"({"verbose":false,"headers":true,"no_responders":true})");
  MemoryStream& service = world.connect(1);
  world.say(service, "SUB svc 1\r\n");
  world.settle();
  world.say(requester, "SUB in 1\r\n");
  world.settle();
  world.say(service, "UNSUB 1\r\n");  // its mail and the request cross
  world.say(requester, "PUB svc in 0\r\n\r\nPING\r\n");
  EXPECT_EQ(world.take(requester), "");
  world.settle();
  EXPECT_EQ(world.take(requester),
            "HMSG in 1 35 35\r\nNATS/1.0 503\r\nNats-Subject: svc\r\n\r\n\r\nPONG\r\n");
}

TEST(SessionShards, ASlowSubscriberPausesAPublisherOfAnotherShard) {
  SessionSettings settings;
  settings.pending_bytes_max = 100'000;
  ShardsWorld world(settings);
  MemoryStream& slow = world.connect(0);
  MemoryStream& publisher = world.connect(1);
  world.say(slow, "SUB s 1\r\n");
  world.settle();
  slow.is_blocked = true;
  const std::string publish = "PUB s 10000\r\n" + std::string(10'000, 'x') + "\r\n";
  int sent = 0;
  for (; sent < 50 && !publisher.is_paused; ++sent) {
    world.say(publisher, publish);
    world.settle();
  }
  EXPECT_EQ(sent, 8);
  ASSERT_NE(slow.handler, nullptr);
  slow.is_blocked = false;
  slow.finish_write();
  world.settle();
  EXPECT_FALSE(publisher.is_paused);
  EXPECT_EQ(world.take(slow).size(), static_cast<std::size_t>(sent) * (publish.size() + 2));
}

TEST(SessionShards, WhatIsUnderWayToAnotherShardIsBounded) {
  ShardsWorld world;
  MemoryStream& subscriber = world.connect(0);
  MemoryStream& publisher = world.connect(1);
  world.say(subscriber, "SUB s 1\r\n");
  world.settle();
  const std::string publish = "PUB s 100000\r\n" + std::string(100'000, 'x') + "\r\n";
  std::size_t sent = 0;
  for (; sent < 1000 && !publisher.is_paused; ++sent) world.say(publisher, publish);
  EXPECT_LE(sent * 100'000, limits::kForwardedBytes + 200'000);
  EXPECT_GE(sent * 100'000, limits::kForwardedBytes / 2);
  world.settle();
  EXPECT_FALSE(publisher.is_paused);
  EXPECT_EQ(world.take(subscriber).size(), sent * (publish.size() + 2));
}

}  // namespace
}  // namespace leat
