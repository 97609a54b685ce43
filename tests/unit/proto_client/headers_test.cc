// What would be wrong: a header that a client sent is not found, or another is taken for it.
#include "proto/client/headers.h"

#include <gtest/gtest.h>

#include <vector>

namespace leat {
namespace {

constexpr std::string_view kBlock =
    "NATS/1.0\r\nKey: value\r\nkey:no blank\r\nX-Long:   spaces kept  \r\nKey: second\r\n\r\n";

TEST(Headers, KeysAreExactAndTheFirstCounts) {
  EXPECT_EQ(header_value(kBlock, "Key"), "value");
  EXPECT_EQ(header_value(kBlock, "key"), "no blank");
  EXPECT_EQ(header_value(kBlock, "X-Long"), "spaces kept  ");
  EXPECT_EQ(header_value(kBlock, "KEY"), std::nullopt);
  EXPECT_EQ(header_value(kBlock, "Long"), std::nullopt);
}

TEST(Headers, GarbageHoldsNothing) {
  for (const std::string_view block : {"", "garbage", "NATS/1.0\r\n", "NATS/1.0\r\nKey: open",
                                       "Key: value", "NATS/1.0\r\n\r\nKey: value\r\n\r\n"}) {
    EXPECT_EQ(header_value(block, "Key"), std::nullopt) << block;
  }
  EXPECT_EQ(header_value("NATS/1.0\r\nno colon\r\nKey: v\r\n\r\n", "Key"), "v");
}

TEST(Headers, CursorWalksInOrder) {
  std::vector<std::string_view> keys;
  for (HeaderCursor cursor(kBlock); cursor.next();) keys.push_back(cursor.key());
  EXPECT_EQ(keys, (std::vector<std::string_view>{"Key", "key", "X-Long", "Key"}));
}

TEST(Headers, Building) {
  HeaderBuilder builder;
  EXPECT_EQ(builder.start(404, "No Messages").finish(), "NATS/1.0 404 No Messages\r\n\r\n");
  EXPECT_EQ(builder.start().add("Nats-Stream", "S").add("Nats-Sequence", 7).finish(),
            "NATS/1.0\r\nNats-Stream: S\r\nNats-Sequence: 7\r\n\r\n");
  EXPECT_EQ(builder.start_from("NATS/1.0\r\nA: b\r\n\r\n").add("C", "d").finish(),
            "NATS/1.0\r\nA: b\r\nC: d\r\n\r\n");
  EXPECT_EQ(builder.start_from("").add("C", "d").finish(), "NATS/1.0\r\nC: d\r\n\r\n");
}

}  // namespace
}  // namespace leat
