// Wrong in the world: a set of sequences loses one, invents one, or counts them wrong, and a
// message is never delivered or delivered for ever.
#include "core/base/seq_set.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <vector>

#include "core/base/rng.h"

namespace leat {
namespace {

std::optional<std::uint64_t> found(const std::set<std::uint64_t>& twin,
                                   std::set<std::uint64_t>::const_iterator at) {
  if (at == twin.end()) return std::nullopt;
  return *at;
}

std::vector<std::uint64_t> numbers_of(const SeqSet& set) {
  std::vector<std::uint64_t> numbers;
  set.for_each([&](std::uint64_t number) { numbers.push_back(number); });
  return numbers;
}

TEST(SeqSet, EmptyHasNothing) {
  const SeqSet set;
  EXPECT_TRUE(set.empty());
  EXPECT_EQ(set.first(), std::nullopt);
  EXPECT_EQ(set.last(), std::nullopt);
  EXPECT_EQ(set.count_in(0, UINT64_MAX), 0U);
  EXPECT_EQ(set.absent_at_or_after(5), 5U);
}

TEST(SeqSet, TheEndsOfTheNumbersWork) {
  SeqSet set;
  EXPECT_TRUE(set.insert(0));
  EXPECT_TRUE(set.insert(UINT64_MAX));
  EXPECT_FALSE(set.insert(UINT64_MAX));
  EXPECT_EQ(set.first(), 0U);
  EXPECT_EQ(set.last(), UINT64_MAX);
  EXPECT_EQ(set.next_after(0), UINT64_MAX);
  EXPECT_EQ(set.next_after(UINT64_MAX), std::nullopt);
  EXPECT_EQ(set.absent_at_or_after(UINT64_MAX), std::nullopt);
  EXPECT_EQ(set.count_in(1, UINT64_MAX), 1U);
  EXPECT_EQ(set.erase_below(UINT64_MAX), 1U);
  EXPECT_TRUE(set.erase(UINT64_MAX));
  EXPECT_TRUE(set.empty());
}

TEST(SeqSet, RangesCrossLeaves) {
  SeqSet set;
  set.insert_range(1000, 5000);
  set.insert_range(1020, 1030);
  EXPECT_EQ(set.size(), 4001U);
  EXPECT_EQ(set.count_in(1023, 1024), 2U);
  EXPECT_EQ(set.absent_at_or_after(1000), 5001U);
  EXPECT_EQ(set.erase_below(2048), 1048U);
  EXPECT_EQ(set.first(), 2048U);
  EXPECT_EQ(set.last(), 5000U);
}

TEST(SeqSet, EqualityIsByContents) {
  SeqSet a;
  SeqSet b;
  a.insert_range(1, 3000);
  a.erase_below(2999);
  b.insert(3000);
  EXPECT_FALSE(a == b);
  b.insert(2999);
  EXPECT_TRUE(a == b);
}

TEST(SeqSet, BehavesAsAnOrderedSet) {
  constexpr std::uint64_t kSeed = 7;
  SCOPED_TRACE(kSeed);
  Rng rng(kSeed);
  SeqSet set;
  std::set<std::uint64_t> twin;
  for (int step = 0; step < 20000; ++step) {
    const std::uint64_t number = rng.below(5000);
    const std::uint64_t other = rng.between(number, number + rng.below(3000));
    switch (rng.below(8)) {
      case 0:
      case 1:
        ASSERT_EQ(set.insert(number), twin.insert(number).second);
        break;
      case 2:
      case 3:
        ASSERT_EQ(set.erase(number), twin.erase(number) == 1);
        break;
      case 4:
        if (!rng.one_in(200)) break;
        set.insert_range(number, other);
        for (std::uint64_t n = number; n <= other; ++n) twin.insert(n);
        break;
      case 5: {
        if (!rng.one_in(200)) break;
        const std::size_t before = twin.size();
        twin.erase(twin.begin(), twin.lower_bound(number));
        ASSERT_EQ(set.erase_below(number), before - twin.size());
        break;
      }
      case 6:
        ASSERT_EQ(set.at_or_after(number), found(twin, twin.lower_bound(number)));
        ASSERT_EQ(set.next_after(number), found(twin, twin.upper_bound(number)));
        ASSERT_EQ(set.contains(number), twin.count(number) == 1);
        break;
      default:
        ASSERT_EQ(set.count_in(number, other),
                  static_cast<std::uint64_t>(
                      std::distance(twin.lower_bound(number), twin.upper_bound(other))));
    }
    ASSERT_EQ(set.size(), twin.size());
    if (!twin.empty()) {
      ASSERT_EQ(set.first(), *twin.begin());
      ASSERT_EQ(set.last(), *twin.rbegin());
    }
  }
  EXPECT_EQ(numbers_of(set), std::vector<std::uint64_t>(twin.begin(), twin.end()));
}

}  // namespace
}  // namespace leat
