// A message that came twice would be stored twice, or ids would be kept for ever.
#include "streams/core/dedup_window.h"

#include <gtest/gtest.h>

#include <string>

namespace leat {
namespace {

TEST(DedupWindow, AnIdIsKnownUntilItsTimeIsOver) {
  DedupWindow window;
  window.add("a", StreamSeq(1), 10);
  window.add("b", StreamSeq(2), 20);
  window.expire(10);
  EXPECT_EQ(window.find("a"), StreamSeq());
  EXPECT_EQ(window.find("b"), StreamSeq(2));
  EXPECT_EQ(window.oldest_sequence(), StreamSeq(2));
}

TEST(DedupWindow, TextsLeaveWithTheirIdsWhateverTheirSizes) {
  DedupWindow window;
  WallNs now = 1;
  window.add("short", StreamSeq(1), now);
  window.expire(now);
  // Longer than the room that is empty and stays.
  window.add(std::string(3000, 'x'), StreamSeq(2), ++now);
  window.expire(now);
  std::size_t most = 0;
  for (std::uint64_t i = 3; i < 20'000; ++i) {
    window.add("id-" + std::to_string(i) + std::string(i % 100, 'y'), StreamSeq(i), ++now);
    window.expire(now - 50);
    most = std::max(most, window.memory_bytes());
  }
  EXPECT_LT(most, 200'000U);
  EXPECT_EQ(window.find("id-19999" + std::string(99, 'y')), StreamSeq(19'999));
}

}  // namespace
}  // namespace leat
