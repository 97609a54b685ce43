// What would be wrong: a payload that a subscriber still holds changes under the next socket read.
#include "core/base/bytes.h"

#include <gtest/gtest.h>

namespace leat {
namespace {

TEST(Bytes, SliceSharesTheBlockAndOutlivesItsOrigin) {
  Bytes slice;
  {
    const Bytes whole = Bytes::copy_of("hello world");
    slice = whole.slice(6, 5);
  }
  EXPECT_EQ(slice.view(), "world");
}

TEST(ByteBuffer, WhatWasSharedIsNotWrittenAgain) {
  ByteBuffer buffer(16);
  buffer.append("0123456789");
  const Bytes first = buffer.take(4);
  buffer.append("abcdefghijklmnop");
  EXPECT_EQ(first.view(), "0123");
  EXPECT_EQ(buffer.filled(), "456789abcdefghijklmnop");
  const Bytes rest = buffer.take_all();
  buffer.append("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz");
  EXPECT_EQ(rest.view(), "456789abcdefghijklmnop");
}

TEST(ByteBuffer, SharePointsIntoFilled) {
  ByteBuffer buffer;
  buffer.append("PUB foo 5\r\nhello\r\n");
  const Bytes payload = buffer.share(buffer.filled().substr(11, 5));
  buffer.consume(18);
  EXPECT_EQ(payload.view(), "hello");
}

}  // namespace
}  // namespace leat
