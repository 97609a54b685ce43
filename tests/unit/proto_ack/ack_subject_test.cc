// If these fail, an acknowledgement names another message than the one delivered.
#include "proto/ack/ack_subject.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <limits>

namespace leat {
namespace {

constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();

TEST(AckSubject, WritesAndReadsTheFirstForm) {
  AckSubject ack{.stream = "ORD", .consumer = "work"};
  ack.delivered = 2;
  ack.stream_seq = StreamSeq(37);
  ack.consumer_seq = ConsumerSeq(40);
  ack.timestamp = 1700000000123456789;
  ack.pending = 0;
  std::array<char, 200> buffer{};
  const std::string_view text = format_ack_subject(ack, buffer);
  EXPECT_EQ(text, "$JS.ACK.ORD.work.2.37.40.1700000000123456789.0");
  const auto read = parse_ack_subject(text);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->stream, "ORD");
  EXPECT_EQ(read->consumer, "work");
  EXPECT_EQ(read->delivered, 2U);
  EXPECT_EQ(read->stream_seq, StreamSeq(37));
  EXPECT_EQ(read->consumer_seq, ConsumerSeq(40));
  EXPECT_EQ(read->timestamp, 1700000000123456789);
  EXPECT_EQ(read->pending, 0U);
}

TEST(AckSubject, TheLargestNumbersFit) {
  AckSubject ack{.stream = "S", .consumer = "C"};
  ack.delivered = kMax;
  ack.stream_seq = StreamSeq(kMax);
  ack.consumer_seq = ConsumerSeq(kMax);
  ack.timestamp = std::numeric_limits<WallNs>::min();
  ack.pending = kMax;
  std::array<char, kAckNumbersBytes> numbers{};
  EXPECT_EQ(format_ack_numbers(ack, numbers), kAckNumbersBytes);
  std::array<char, 12 + kAckNumbersBytes> buffer{};
  ASSERT_FALSE(format_ack_subject(ack, buffer).empty());
  EXPECT_EQ(parse_ack_subject(format_ack_subject(ack, buffer))->pending, kMax);
}

TEST(AckSubject, SaysWhenTheBufferIsTooSmall) {
  const AckSubject ack{.stream = "S", .consumer = "C"};
  std::array<char, 11 + kAckNumbersBytes> buffer{};
  EXPECT_TRUE(format_ack_subject(ack, buffer).empty());
}

TEST(AckSubject, ReadsTheSecondFormAndWhatFollowsIt) {
  for (const std::string_view subject :
       {"$JS.ACK._.AbCdEfGh.S.C.1.2.3.4.5", "$JS.ACK.dom.AbCdEfGh.S.C.1.2.3.4.5.x.y"}) {
    const auto ack = parse_ack_subject(subject);
    ASSERT_TRUE(ack) << subject;
    EXPECT_EQ(ack->stream, "S");
    EXPECT_EQ(ack->consumer, "C");
    EXPECT_EQ(ack->stream_seq, StreamSeq(2));
    EXPECT_EQ(ack->pending, 5U);
  }
}

TEST(AckSubject, RefusesEverythingElse) {
  for (const std::string_view subject :
       {"", "$JS.ACK.", "$JS.ACK.S.C.1.2.3.4", "$JS.ACK.x.S.C.1.2.3.4.5", "$JS.ACK.S.C.1.2.3.4.",
        "$JS.ACK.S.C.1.-2.3.4.5", "$JS.ACK.S.C.1.2x.3.4.5", "$JS.ACK..C.1.2.3.4.5",
        "$JS.ACK.S.C.1.18446744073709551616.3.4.5", "JS.ACK.S.C.1.2.3.4.5",
        "$JS.ACK.S.C.+1.2.3.4.5"}) {
    EXPECT_FALSE(parse_ack_subject(subject)) << subject;
  }
}

}  // namespace
}  // namespace leat
