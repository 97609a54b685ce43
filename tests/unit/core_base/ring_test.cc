// Wrong here: a queue that loses its order when it grows or wraps, or keeps what was taken out.
#include "core/base/ring.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace leat {
namespace {

std::vector<int> contents(const Ring<int>& ring) {
  std::vector<int> out;
  for (std::size_t i = 0; i < ring.size(); ++i) out.push_back(ring[i]);
  return out;
}

TEST(Ring, KeepsOrderAcrossWrapAndGrowth) {
  Ring<int> ring;
  int next_in = 0;
  int next_out = 0;
  for (int round = 0; round < 200; ++round) {
    for (int i = 0; i < 7; ++i) ring.push_back(next_in++);
    for (int i = 0; i < 6; ++i) ASSERT_EQ(ring.pop_front(), next_out++);
  }
  EXPECT_EQ(ring.size(), 200u);
  for (std::size_t i = 0; i < ring.size(); ++i) ASSERT_EQ(ring[i], next_out + static_cast<int>(i));
}

TEST(Ring, KeepIfKeepsTheRestInOrder) {
  Ring<int> ring;
  for (int i = 0; i < 20; ++i) ring.push_back(i);
  for (int i = 0; i < 10; ++i) ring.pop_front();
  for (int i = 20; i < 24; ++i) ring.push_back(i);
  ring.keep_if([](int value) { return value % 3 == 0; });
  EXPECT_EQ(contents(ring), (std::vector<int>{12, 15, 18, 21}));
}

TEST(Ring, LetsGoOfWhatWasTaken) {
  Ring<std::shared_ptr<int>> ring;
  const auto held = std::make_shared<int>(1);
  ring.push_back(held);
  ring.push_back(held);
  ring.pop_front();
  ring.pop_back();
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace leat
