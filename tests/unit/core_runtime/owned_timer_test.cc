// A timer that outlives its owner runs a task of an object that is gone.
#include "core/env/owned_timer.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/support/virtual_shard.h"

namespace leat {
namespace {

TEST(OwnedTimer, FiresOnceAndMayBeArmedFromItsTask) {
  testing::VirtualShard shard;
  OwnedTimer timer(shard);
  int fired = 0;
  timer.arm(shard.steady_ns() + 10, [&] {
    ++fired;
    EXPECT_FALSE(timer.is_armed());
    timer.arm(shard.steady_ns() + 10, [&] { fired += 10; });
  });
  EXPECT_TRUE(timer.is_armed());
  shard.advance(9);
  EXPECT_EQ(fired, 0);
  shard.advance(1);
  EXPECT_EQ(fired, 1);
  EXPECT_TRUE(timer.is_armed());
  shard.advance(100);
  EXPECT_EQ(fired, 11);
  EXPECT_FALSE(timer.is_armed());
}

TEST(OwnedTimer, ArmedAnewItForgetsWhatItWasArmedFor) {
  testing::VirtualShard shard;
  OwnedTimer timer(shard);
  std::string fired;
  timer.arm(shard.steady_ns() + 10, [&] { fired += "first"; });
  timer.arm(shard.steady_ns() + 20, [&] { fired += "second"; });
  EXPECT_EQ(shard.timer_count(), 1U);
  shard.advance(100);
  EXPECT_EQ(fired, "second");
}

TEST(OwnedTimer, EndsWithItsOwner) {
  testing::VirtualShard shard;
  int fired = 0;
  {
    OwnedTimer timer(shard);
    timer.arm(shard.steady_ns() + 10, [&] { ++fired; });
  }
  EXPECT_EQ(shard.timer_count(), 0U);
  shard.advance(100);
  EXPECT_EQ(fired, 0);
}

// Both are due in one turn, and the first ends the owner of the second.
TEST(OwnedTimer, MayBeDestroyedWhenItIsDue) {
  testing::VirtualShard shard;
  int fired = 0;
  OwnedTimer first(shard);
  auto second = std::make_unique<OwnedTimer>(shard);
  first.arm(shard.steady_ns() + 10, [&] { second.reset(); });
  second->arm(shard.steady_ns() + 10, [&] { ++fired; });
  shard.advance(100);
  EXPECT_EQ(second, nullptr);
  EXPECT_EQ(fired, 0);
}

TEST(OwnedTimer, ItsTaskMayDestroyIt) {
  testing::VirtualShard shard;
  auto timer = std::make_unique<OwnedTimer>(shard);
  std::string said;
  timer->arm(shard.steady_ns() + 10, [&, word = std::string("a word too long to be kept inside")] {
    timer.reset();
    said = word;
  });
  shard.advance(10);
  EXPECT_EQ(timer, nullptr);
  EXPECT_EQ(said, "a word too long to be kept inside");
}

}  // namespace
}  // namespace leat
