// What would be wrong: a header that a client sent is not found, or another is taken for it.
#include "proto/client/headers.h"

#include <gtest/gtest.h>

#include <string>
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
  for (const std::string_view block :
       {"", "garbage", "NATS/1.0\r\n", "NATS/1.0\r\nKey", "Key: value", "Key: value\r\n\r\n",
        "NATS/1.0\r\nX Key: value\r\n\r\n", "NATS/1.0\r\nKey : value\r\n\r\n"}) {
    EXPECT_EQ(header_value(block, "Key"), std::nullopt) << block;
  }
}

TEST(Headers, ALineFeedInAValueBeginsNoHeader) {
  for (const std::string_view end : {"\n", "\r", "\n\n", "\n\r", "\n ", "\v", "\xc2\x85", "\0"}) {
    const std::string block =
        "NATS/1.0\r\nComment: hello" + std::string(end) + "Key: value\r\n\r\n";
    EXPECT_EQ(header_value(block, "Key"), std::nullopt) << block;
    EXPECT_EQ(header_value(block, "Comment"), "hello" + std::string(end) + "Key: value");
  }
  EXPECT_EQ(header_value("NATS/1.0\nKey: value\n\n", "Key"), std::nullopt);
  EXPECT_EQ(header_value("NATS/1.0\r\nKey: value\r\r\n\r\n", "Key"), "value\r");
  EXPECT_EQ(header_first_line("NATS/1.0 a\nb\r\nKey: value\r\n"), "NATS/1.0 a\nb\r\n");
}

// As for the peer, whose clients write blocks that end early or go on behind the blank line.
TEST(Headers, LinesThatAreNoHeadersArePassedOver) {
  for (const std::string_view block :
       {"NATS/1.0\r\nno colon\r\nKey: v\r\n\r\n", "NATS/1.0\r\n\r\nKey: v\r\n\r\n",
        "NATS/1.0\r\nKey: v", "NATS/1.0\r\nKey: v\r\n", "HTTP/1.1\r\nKey: v\r\n\r\n"}) {
    EXPECT_EQ(header_value(block, "Key"), "v") << block;
  }
  EXPECT_EQ(header_value("NATS/1.0\r\nKey:\tv\r\n", "Key"), "\tv");
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
  EXPECT_EQ(builder.start().add_line("A: b\r\n").add_line("C: d").finish(),
            "NATS/1.0\r\nA: b\r\nC: d\r\n\r\n");
}

}  // namespace
}  // namespace leat
