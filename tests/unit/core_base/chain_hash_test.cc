// If this failed, a journal written by one build would look damaged to the next.
#include "core/base/chain_hash.h"

#include <gtest/gtest.h>

namespace leat {
namespace {

TEST(ChainHash, IsPinned) {
  EXPECT_EQ(chain_hash({0, LogIndex(1), Term(1)}, ""), 3904084608755374379u);
  EXPECT_EQ(chain_hash({7, LogIndex(2), Term(3)}, "payload"), 15279179160313900129u);
}

TEST(ChainHash, CoversEachPart) {
  const std::uint64_t hash = chain_hash({1, LogIndex(2), Term(3)}, "x");
  EXPECT_NE(hash, chain_hash({2, LogIndex(2), Term(3)}, "x"));
  EXPECT_NE(hash, chain_hash({1, LogIndex(3), Term(3)}, "x"));
  EXPECT_NE(hash, chain_hash({1, LogIndex(2), Term(4)}, "x"));
  EXPECT_NE(hash, chain_hash({1, LogIndex(2), Term(3)}, "y"));
}

}  // namespace
}  // namespace leat
