// If this failed, a stored message would come back as another one, or damage would be served.
#include "storage/api/block_format.h"

#include <gtest/gtest.h>

#include <limits>

#include "core/base/encoding.h"
#include "core/base/hash.h"
#include "core/base/limits.h"
#include "tests/golden/golden.h"

namespace leat {
namespace {

StoredMessage message(std::uint64_t sequence, std::string_view subject, std::string_view payload) {
  return {.sequence = StreamSeq(sequence),
          .time = 1'700'000'000'000'000'000 + static_cast<WallNs>(sequence) * 1000,
          .subject = subject,
          .payload = payload};
}

BlockBuilder with_gaps() {
  BlockBuilder builder;
  builder.reset(StreamSeq(10));
  builder.append(message(11, "a", "one"));
  builder.append(message(12, "b", ""));
  builder.append(message(20, "a.b.c", std::string(300, 'x')));
  StoredMessage with_headers = message(21, "a", "four");
  with_headers.headers = "NATS/1.0\r\nK: v\r\n\r\n";
  with_headers.flags = 5;
  with_headers.time = -1;
  builder.append(with_headers);
  return builder;
}

TEST(BlockFormat, IsPinned) { testing::expect_golden("block_v1.bin", with_gaps().value().view()); }

TEST(BlockFormat, TheGoldenBlockStaysReadable) {
  const auto reader = BlockReader::open(Bytes::copy_of(testing::read_golden("block_v1.bin")));
  ASSERT_TRUE(reader) << reader.error().text;
  EXPECT_EQ(reader->first(), StreamSeq(10));
  ASSERT_EQ(reader->message_count(), 4u);
  EXPECT_EQ(reader->at(3).headers, "NATS/1.0\r\nK: v\r\n\r\n");
  EXPECT_EQ(reader->at(3).flags, 5);
  EXPECT_EQ(reader->at(3).time, -1);
  EXPECT_EQ(reader->at(2).payload, std::string(300, 'x'));
  EXPECT_EQ(reader->at(2).time, 1'700'000'000'000'020'000);
}

TEST(BlockFormat, FindsAcrossGapsInBuilderAndReader) {
  const BlockBuilder builder = with_gaps();
  const auto reader = BlockReader::open(builder.value());
  ASSERT_TRUE(reader);
  for (std::uint64_t sequence = 0; sequence < 30; ++sequence) {
    const bool is_there = sequence == 11 || sequence == 12 || sequence == 20 || sequence == 21;
    const auto in_builder = builder.find(StreamSeq(sequence));
    const auto in_reader = reader->find(StreamSeq(sequence));
    EXPECT_EQ(in_builder.has_value(), is_there) << sequence;
    EXPECT_EQ(in_reader.has_value(), is_there) << sequence;
    if (in_reader) {
      EXPECT_EQ(in_reader->sequence, StreamSeq(sequence));
    }
  }
  EXPECT_EQ(reader->lower_bound(StreamSeq(1)), 0u);
  EXPECT_EQ(reader->lower_bound(StreamSeq(13)), 2u);
  EXPECT_EQ(reader->lower_bound(StreamSeq(22)), 4u);
}

TEST(BlockFormat, AnEmptyBlockIsABlock) {
  BlockBuilder builder;
  builder.reset(StreamSeq(7));
  const auto reader = BlockReader::open(builder.value());
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->message_count(), 0u);
  EXPECT_FALSE(reader->find(StreamSeq(7)));
}

TEST(BlockFormat, ExtremeTimesAndSequencesSurvive) {
  BlockBuilder builder;
  builder.reset(StreamSeq(1));
  StoredMessage low = message(1, "a", "");
  low.time = std::numeric_limits<WallNs>::min();
  StoredMessage high = message(std::numeric_limits<std::uint64_t>::max(), "a", "");
  high.time = std::numeric_limits<WallNs>::max();
  builder.append(low);
  builder.append(high);
  const auto reader = BlockReader::open(builder.value());
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->at(0).time, low.time);
  EXPECT_EQ(reader->at(1).time, high.time);
  EXPECT_EQ(reader->at(1).sequence, high.sequence);
}

TEST(BlockFormat, IsFullByCountAndBySize) {
  BlockBuilder builder;
  builder.reset(StreamSeq(1));
  std::uint64_t sequence = 0;
  while (!builder.is_full()) builder.append(message(++sequence, "a", ""));
  EXPECT_EQ(builder.message_count(), limits::kBlockMessages);
  builder.reset(StreamSeq(1));
  builder.append(message(1, "a", std::string(limits::kBlockBytes, 'x')));
  EXPECT_TRUE(builder.is_full());
}

TEST(BlockFormat, AnyFlippedBitIsCorruption) {
  const std::string good(with_gaps().value().view());
  for (std::size_t byte = 0; byte < good.size(); ++byte) {
    std::string bad = good;
    bad[byte] = static_cast<char>(bad[byte] ^ 1 << byte % 8);
    const auto reader = BlockReader::open(Bytes::copy_of(bad));
    ASSERT_FALSE(reader) << byte;
    EXPECT_EQ(reader.error().kind, ErrorKind::kCorruption);
  }
  for (std::size_t size = 0; size < good.size(); ++size) {
    ASSERT_FALSE(BlockReader::open(Bytes::copy_of(good.substr(0, size)))) << size;
  }
}

TEST(BlockFormat, SequencesThatRunOverTheLastOneAreCorruption) {
  std::string bad(with_gaps().value().view());
  encoding::store(&bad[8], ~std::uint64_t{0});  // its first sequence
  encoding::store(&bad[4], crc32c_around(bad, 4));
  const auto reader = BlockReader::open(Bytes::copy_of(bad));
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().kind, ErrorKind::kCorruption);
}

TEST(BlockFormat, AMessageThatIsCutOutIsTheSameMessage) {
  std::string block(with_gaps().value().view());
  const auto cut = cut_message(block, StreamSeq(21));
  ASSERT_TRUE(cut) << cut.error().text;
  const auto reader = BlockReader::open(*cut);
  ASSERT_TRUE(reader) << reader.error().text;
  EXPECT_EQ(reader->first(), StreamSeq(21));
  ASSERT_EQ(reader->message_count(), 1u);
  const StoredMessage found = reader->at(0);
  EXPECT_EQ(found.sequence, StreamSeq(21));
  EXPECT_EQ(found.time, -1);
  EXPECT_EQ(found.flags, 5);
  EXPECT_EQ(found.subject, "a");
  EXPECT_EQ(found.headers, "NATS/1.0\r\nK: v\r\n\r\n");
  EXPECT_EQ(found.payload, "four");
  EXPECT_EQ(cut_message(block, StreamSeq(13)).error().kind, ErrorKind::kNotFound);
  block[40] = static_cast<char>(block[40] ^ 1);
  EXPECT_EQ(cut_message(block, StreamSeq(21)).error().kind, ErrorKind::kCorruption);
}

}  // namespace
}  // namespace leat
