// Wrong here: a slow subscriber that is flooded, or a fast one that is held back for ever.
#include "consumers/core/push_flow.h"

#include <gtest/gtest.h>

namespace leat {
namespace {

constexpr std::size_t kMessage = 600'000;

TEST(PushFlow, AsksOverHalfAndStopsOverTheWindow) {
  PushFlow flow;
  flow.sent(kMessage);
  EXPECT_FALSE(flow.must_ask());
  flow.sent(kMessage);
  EXPECT_TRUE(flow.must_ask());
  flow.asked();
  EXPECT_FALSE(flow.must_ask());
  flow.sent(kMessage);
  EXPECT_TRUE(flow.is_open());
  flow.sent(kMessage);
  EXPECT_FALSE(flow.is_open());
  flow.answered();
  EXPECT_TRUE(flow.is_open());
  EXPECT_FALSE(flow.is_asked());
}

TEST(PushFlow, TheAnswerFreesOnlyWhatWasSentBeforeTheQuestion) {
  PushFlow flow;
  flow.sent(2 * kMessage);
  flow.asked();
  flow.sent(4 * kMessage);
  flow.answered();  // window 4 MiB, 2.4 MB under way
  EXPECT_TRUE(flow.is_open());
  EXPECT_TRUE(flow.must_ask());
  flow.sent(3 * kMessage);
  EXPECT_FALSE(flow.is_open());
}

TEST(PushFlow, TheWindowStopsGrowing) {
  PushFlow flow;
  for (int i = 0; i < 20; ++i) {
    flow.sent(PushFlow::kWindowMax);
    flow.asked();
    flow.answered();
  }
  flow.sent(PushFlow::kWindowMax);
  EXPECT_TRUE(flow.is_open());
  flow.sent(1);
  EXPECT_FALSE(flow.is_open());
}

TEST(PushFlow, AnAnswerNobodyAskedForChangesNothing) {
  PushFlow flow;
  flow.sent(PushFlow::kWindowFirst + 1);
  flow.answered();
  EXPECT_FALSE(flow.is_open());
}

}  // namespace
}  // namespace leat
