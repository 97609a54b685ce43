// If this failed, a stream would find the rows of another one, or its own in the wrong order.
#include "storage/api/keys.h"

#include <gtest/gtest.h>

#include <limits>

namespace leat {
namespace {

using namespace std::string_view_literals;

TEST(Keys, ArePinned) {
  EXPECT_EQ(keys::block(GroupId(2), StreamSeq(0x0102)).view(),
            "\0\0\0\0\0\0\0\2\0\0\0\0\0\0\1\2"sv);
  EXPECT_EQ(keys::raft_row(GroupId(1)).view(), "r\0\0\0\0\0\0\0\1"sv);
  EXPECT_EQ(keys::tombstone(GroupId(3)).view(), "t\0\0\0\0\0\0\0\3"sv);
  EXPECT_EQ(keys::state_page(GroupId(2), {StatePageKind::kPending, 4, 5}).view(),
            "s\0\0\0\0\0\0\0\2\3\0\0\0\0\0\0\0\4\0\0\0\0\0\0\0\5"sv);
  EXPECT_EQ(keys::index_row(GroupId(2), StreamSeq(9)).view(),
            "i\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\11"sv);
  EXPECT_EQ(keys::meta_row("account/$G"), "maccount/$G");
}

TEST(Keys, OrderIsNumeric) {
  EXPECT_LT(keys::block(GroupId(2), StreamSeq(255)).view(),
            keys::block(GroupId(2), StreamSeq(256)).view());
  EXPECT_LT(keys::block(GroupId(255), StreamSeq(~0ull)).view(),
            keys::block(GroupId(256), StreamSeq(0)).view());
  const keys::Range pages = keys::state_pages_of(GroupId(255));
  const auto last = keys::state_page(GroupId(255), {StatePageKind(255), ~0ull, ~0ull});
  EXPECT_LT(pages.begin.view(), last.view());
  EXPECT_LT(last.view(), pages.end.view());
  EXPECT_LE(pages.end.view(), keys::state_page(GroupId(256), {}).view());
}

TEST(Keys, ParseBack) {
  const StatePageKey page{StatePageKind::kConsumer, ~0ull, 77};
  EXPECT_EQ(*keys::parse_state_page(keys::state_page(GroupId(5), page).view()), page);
  EXPECT_EQ(*keys::parse_group(keys::raft_row(GroupId(~0ull)).view()), GroupId(~0ull));
  EXPECT_EQ(*keys::parse_block_first(keys::block(GroupId(5), StreamSeq(8)).view()), StreamSeq(8));
  EXPECT_EQ(*keys::parse_index_row_first(keys::index_row(GroupId(5), StreamSeq(8)).view()),
            StreamSeq(8));
  EXPECT_EQ(keys::parse_group("r1").error().kind, ErrorKind::kCorruption);
  EXPECT_FALSE(keys::parse_state_page("s"));
  EXPECT_FALSE(keys::parse_block_first(""));
}

}  // namespace
}  // namespace leat
