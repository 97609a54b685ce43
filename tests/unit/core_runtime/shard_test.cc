// Wrong would be: mail that is lost, reordered or run on the wrong thread, and a turn whose parts
// run in another order than the hosts rely on.
#include "core/runtime/shard.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <thread>

#include "core/runtime/shard_pool.h"
#include "core/runtime/system_clock.h"

namespace leat {
namespace {

class FixedClock final : public Clock {
 public:
  SteadyNs steady_ns() const override { return now; }
  WallNs wall_ns() const override { return now; }
  SteadyNs now = 1000;
};

TEST(Shard, ATurnRunsItsPartsInOrder) {
  FixedClock clock;
  Shard shard(ShardId(0), clock);
  std::string order;
  shard.at_turn_end([&] {
    order += 'e';
    shard.at_turn_end([&] { order += 'f'; });  // same turn end
    shard.post([&] { order += 'P'; });         // next turn
  });
  shard.call_at(1000, [&] { order += 't'; });
  shard.call_at(1001, [&] { order += 'T'; });
  shard.post([&] {
    order += 'p';
    shard.post([&] { order += 'Q'; });
    shard.send(ShardId(0), [&] { order += 'S'; });
  });
  shard.inbox().post([&] { order += 'm'; });
  // What a handler posts comes behind what the same turn puts together at its end.
  boost::asio::post(shard.loop(), [&] {
    order += 'h';
    shard.post([&] { order += 'H'; });
  });
  shard.run_turn();
  EXPECT_EQ(order, "phmtef");
  clock.now = 1001;
  shard.run_turn();
  EXPECT_EQ(order, "phmtefQSHPT");
}

TEST(Shard, WhatTheHandlerThatEndedASleepPostsIsOfALaterTurn) {
  FixedClock clock;
  Shard shard(ShardId(0), clock);
  std::string order;
  boost::asio::post(shard.loop(), [&] {
    shard.post([&] {
      order += 'p';
      shard.stop();
    });
    shard.at_turn_end([&] { order += 'e'; });
  });
  shard.run();
  EXPECT_EQ(order, "ep");
}

TEST(Shard, ATaskHoldsItsCapturesNoLongerThanItRuns) {
  FixedClock clock;
  Shard shard(ShardId(0), clock);
  auto held = std::make_shared<int>(1);
  long seen = 0;
  shard.post([held] {});
  shard.post([&seen, watch = std::weak_ptr<int>(held)] { seen = watch.use_count(); });
  shard.run_turn();
  EXPECT_EQ(seen, 1);
}

TEST(ShardPool, MailOfAPairKeepsItsOrderAndRunsOnItsShard) {
  SystemClock clock;
  ShardPool pool(4, clock);
  constexpr int kRounds = 5000;
  struct Received {
    std::vector<int> from[4];
    std::thread::id thread;
    bool wrong_thread = false;
  };
  std::vector<Received> received(4);
  std::atomic<int> left{4 * 4 * kRounds};
  std::promise<void> all_there;
  // Every shard sends kRounds numbers to every shard, one round in each of its turns.
  struct Sender {
    ShardPool* pool;
    std::vector<Received>* received;
    std::atomic<int>* left;
    std::promise<void>* done;
    std::uint16_t self;
    int round = 0;
    void operator()() {
      for (std::uint16_t to = 0; to < 4; ++to) {
        pool->at(self).send(ShardId(to), [this, to, number = round] {
          auto& mine = (*received)[to];
          if (mine.thread == std::thread::id()) mine.thread = std::this_thread::get_id();
          mine.wrong_thread |= mine.thread != std::this_thread::get_id();
          mine.from[self].push_back(number);
          if (left->fetch_sub(1) == 1) done->set_value();
        });
      }
      if (++round < kRounds) pool->at(self).post([this] { (*this)(); });
    }
  };
  std::vector<std::unique_ptr<Sender>> senders;
  for (std::uint16_t self = 0; self < 4; ++self) {
    senders.push_back(std::make_unique<Sender>(Sender{
        .pool = &pool, .received = &received, .left = &left, .done = &all_there, .self = self}));
    pool.at(self).post([sender = senders.back().get()] { (*sender)(); });
  }
  pool.start();
  ASSERT_EQ(all_there.get_future().wait_for(std::chrono::seconds(30)), std::future_status::ready);
  pool.stop();
  for (const Received& mine : received) {
    EXPECT_FALSE(mine.wrong_thread);
    for (const auto& numbers : mine.from) {
      ASSERT_EQ(numbers.size(), static_cast<std::size_t>(kRounds));
      EXPECT_TRUE(std::is_sorted(numbers.begin(), numbers.end()));
    }
  }
}

TEST(ShardPool, ASleepingShardWakesForTimersAndForOtherThreads) {
  SystemClock clock;
  ShardPool pool(1, clock);
  pool.start();
  std::promise<SteadyNs> fired;
  const SteadyNs when = clock.steady_ns() + 20'000'000;
  pool.at(0).inbox().post(
      [&] { pool.at(0).call_at(when, [&] { fired.set_value(clock.steady_ns()); }); });
  auto moment = fired.get_future();
  ASSERT_EQ(moment.wait_for(std::chrono::seconds(10)), std::future_status::ready);
  EXPECT_GE(moment.get(), when);
}

}  // namespace
}  // namespace leat
