// If this failed, expiry, filters or deduplication would work from wrong facts after a restart.
#include "storage/api/index_row.h"

#include <gtest/gtest.h>

#include "core/base/encoding.h"
#include "core/base/hash.h"
#include "tests/golden/golden.h"

namespace leat {
namespace {

constexpr WallNs kStart = 1'700'000'000'000'000'000;

IndexRowBuilder sample() {
  IndexRowBuilder builder;
  builder.reset(StreamSeq(100));
  builder.append_id({.sequence = StreamSeq(40), .time = kStart, .id = "before the first"});
  builder.append({.sequence = StreamSeq(100), .time = kStart + 5, .size_bytes = 10}, "orders.new");
  builder.append({.sequence = StreamSeq(101), .time = kStart + 9, .size_bytes = 300}, "orders.old");
  builder.append({.sequence = StreamSeq(102), .time = kStart + 9, .size_bytes = 1}, "orders.new");
  builder.append(
      {.sequence = StreamSeq(110), .time = kStart + 2, .ttl_s = 3600, .is_deleted = true}, "x");
  builder.append_id({.sequence = StreamSeq(110), .time = kStart + 2, .id = "id-110"});
  return builder;
}

TEST(IndexRow, IsPinned) {
  testing::expect_golden("index_row_v1.bin", sample().value(StreamSeq(112)).view());
}

TEST(IndexRow, TheGoldenRowStaysReadable) {
  const std::string golden = testing::read_golden("index_row_v1.bin");
  const auto row = IndexRow::parse(golden);
  ASSERT_TRUE(row) << row.error().text;
  EXPECT_EQ(row->first, StreamSeq(100));
  EXPECT_EQ(row->last, StreamSeq(112));
  EXPECT_EQ(row->subjects, (std::vector<std::string_view>{"orders.new", "orders.old", "x"}));
  ASSERT_EQ(row->messages.size(), 4u);
  EXPECT_EQ(row->messages[1].subject, 1u);
  EXPECT_EQ(row->messages[1].size_bytes, 300u);
  EXPECT_EQ(row->messages[2].subject, 0u);
  EXPECT_EQ(row->messages[2].time, kStart + 9);
  EXPECT_EQ(row->messages[3].sequence, StreamSeq(110));
  EXPECT_EQ(row->messages[3].time, kStart + 2);
  EXPECT_EQ(row->messages[3].ttl_s, 3600u);
  EXPECT_TRUE(row->messages[3].is_deleted);
  ASSERT_EQ(row->ids.size(), 2u);
  EXPECT_EQ(row->ids[0].sequence, StreamSeq(40));
  EXPECT_EQ(row->ids[0].time, kStart);
  EXPECT_EQ(row->ids[1].id, "id-110");
}

TEST(IndexRow, CostsAboutEightBytesAMessage) {
  IndexRowBuilder builder;
  builder.reset(StreamSeq(1));
  for (std::uint64_t i = 0; i < 500; ++i) {
    builder.append({.sequence = StreamSeq(1 + i),
                    .time = kStart + static_cast<WallNs>(i) * 900'000,
                    .size_bytes = 170},
                   i % 3 == 0 ? "orders.new" : "orders.old");
  }
  EXPECT_LE(builder.value(StreamSeq(500)).size(), 500 * 8 + 64u);
}

TEST(IndexRow, SequencesThatRunOverTheLastOneAreCorruption) {
  IndexRowBuilder builder;
  constexpr std::uint64_t kLast = ~std::uint64_t{0};
  builder.reset(StreamSeq(kLast - 2));
  for (const std::uint64_t sequence : {kLast - 2, kLast - 1}) {
    builder.append({.sequence = StreamSeq(sequence), .time = kStart, .size_bytes = 1}, "a");
  }
  std::string bad(builder.value(StreamSeq(kLast)).view());
  ASSERT_TRUE(IndexRow::parse(bad));
  encoding::store(&bad[8], kLast);  // its first sequence
  encoding::store(&bad[4], crc32c_around(bad, 4));
  const auto row = IndexRow::parse(bad);
  ASSERT_FALSE(row);
  EXPECT_EQ(row.error().kind, ErrorKind::kCorruption);
}

TEST(IndexRow, AnyFlippedBitIsCorruption) {
  const std::string good(sample().value(StreamSeq(112)).view());
  for (std::size_t byte = 0; byte < good.size(); ++byte) {
    std::string bad = good;
    bad[byte] = static_cast<char>(bad[byte] ^ 1 << byte % 8);
    ASSERT_FALSE(IndexRow::parse(bad)) << byte;
  }
  for (std::size_t size = 0; size < good.size(); ++size) {
    ASSERT_FALSE(IndexRow::parse(std::string_view(good).substr(0, size))) << size;
  }
}

}  // namespace
}  // namespace leat
