// What would be wrong: a subscriber gets bytes twice, out of order, or none, or an idle connection
// holds memory.
#include "core/session/out_queue.h"

#include <gtest/gtest.h>

#include <string>

#include "core/base/limits.h"

namespace leat {
namespace {

std::string text_of(const std::vector<Bytes>& pieces) {
  std::string text;
  for (const Bytes& piece : pieces) text += piece.view();
  return text;
}

void deliver(OutQueue& queue, std::string_view body, const Bytes& frame = {}) {
  queue.append_delivery({.subject = "s", .sid = "1", .reply = {}, .body_bytes = body.size()}, body,
                        frame);
}

TEST(OutQueue, ATurnBecomesOneWriteInOrder) {
  OutQueue queue;
  queue.append(Bytes::of_static("INFO {} \r\n"));
  write_pong(queue.text());
  deliver(queue, "one");
  deliver(queue, "two");
  EXPECT_TRUE(queue.has_output());
  const auto pieces = queue.next_write();
  EXPECT_EQ(text_of(pieces), "INFO {} \r\nPONG\r\nMSG s 1 3\r\none\r\nMSG s 1 3\r\ntwo\r\n");
  EXPECT_EQ(pieces.size(), 2U);
  EXPECT_TRUE(queue.is_writing());
  EXPECT_FALSE(queue.has_output());
  EXPECT_EQ(queue.pending_bytes(), text_of(pieces).size());
  queue.written();
  EXPECT_EQ(queue.pending_bytes(), 0U);
}

TEST(OutQueue, ALargeBodyIsNotCopied) {
  OutQueue queue;
  const Bytes frame = Bytes::copy_of("s 5000\r\n" + std::string(limits::kReferencedBytes, 'x'));
  const std::string_view body = frame.view().substr(8);
  deliver(queue, "before");
  deliver(queue, body, frame);
  deliver(queue, "after");
  const auto pieces = queue.next_write();
  ASSERT_EQ(pieces.size(), 3U);
  EXPECT_EQ(pieces[1].data(), body.data());
  EXPECT_EQ(text_of(pieces), "MSG s 1 6\r\nbefore\r\nMSG s 1 " + std::to_string(body.size()) +
                                 "\r\n" + std::string(body) + "\r\nMSG s 1 5\r\nafter\r\n");
}

TEST(OutQueue, WhatIsAppendedDuringAWriteComesAfterIt) {
  OutQueue queue;
  std::string expected;
  std::string got;
  for (int i = 0; i < 20'000; ++i) {
    const std::string body = std::to_string(i);
    deliver(queue, body);
    expected += "MSG s 1 " + std::to_string(body.size()) + "\r\n" + body + "\r\n";
    if (i % 1000 == 0) {
      queue.written();
      got += text_of(queue.next_write());
    }
  }
  while (true) {
    queue.written();
    if (!queue.has_output()) break;
    got += text_of(queue.next_write());
  }
  EXPECT_EQ(got, expected);
}

TEST(OutQueue, OneWriteIsBounded) {
  OutQueue queue;
  const std::string body(1000, 'x');
  std::size_t total = 0;
  while (queue.pending_bytes() < 5 * limits::kWriteBytes) deliver(queue, body);
  const std::size_t pending = queue.pending_bytes();
  while (queue.has_output()) {
    const std::size_t size = text_of(queue.next_write()).size();
    EXPECT_LE(size, limits::kWriteBytes + limits::kOutBlockBytes);
    total += size;
    queue.written();
  }
  EXPECT_EQ(total, pending);
}

TEST(OutQueue, AnIdleConnectionHoldsNoMemory) {
  OutQueue queue;
  for (int i = 0; i < 1000; ++i) deliver(queue, std::string(100, 'x'));
  (void)queue.next_write();
  queue.shrink();
  EXPECT_GT(queue.pending_bytes(), 0U);  // under way: kept
  queue.written();
  queue.shrink();
  EXPECT_EQ(queue.text().writable_size(), 0U);
}

}  // namespace
}  // namespace leat
