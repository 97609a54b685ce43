// What would be wrong: a stream forgets where its first message is.
#include "streams/core/message_index.h"

#include <gtest/gtest.h>

namespace leat {
namespace {

TEST(MessageIndex, TheFirstIsFoundWhenAChunkLeavesBeforeItsEnd) {
  MessageIndex index;
  for (std::uint64_t sequence = 1020; sequence <= 1030; ++sequence) {
    index.append(StreamSeq(sequence));
  }
  // The last place of the chunk is empty already when its last message goes.
  ASSERT_TRUE(index.erase(StreamSeq(1023)));
  ASSERT_TRUE(index.erase(StreamSeq(1020)));
  ASSERT_TRUE(index.erase(StreamSeq(1021)));
  ASSERT_TRUE(index.erase(StreamSeq(1022)));
  EXPECT_EQ(index.first(), StreamSeq(1024));
  EXPECT_EQ(index.at_or_after(StreamSeq(1)), StreamSeq(1024));
  std::uint64_t visited = 0;
  index.walk(StreamSeq(1), ~std::uint64_t{0}, [&](StreamSeq, SlotRef) {
    ++visited;
    return true;
  });
  EXPECT_EQ(visited, 7U);
}

}  // namespace
}  // namespace leat
