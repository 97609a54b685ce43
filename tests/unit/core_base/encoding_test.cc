// Broken, a number on disk or in the log is read back as another one, or a decoder runs past the
// end of bytes that somebody damaged.
#include "core/base/encoding.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace leat::encoding {
namespace {

constexpr auto kLargest = std::numeric_limits<std::uint64_t>::max();
constexpr auto kLowest = std::numeric_limits<std::int64_t>::min();
constexpr auto kHighest = std::numeric_limits<std::int64_t>::max();

TEST(Encoding, BytesAreThoseOfTheFormats) {
  std::string out;
  append<std::uint32_t>(out, 0x01020304);
  append_varint(out, 300);
  append_signed(out, -2);
  append_text(out, "ab");
  EXPECT_EQ(out, std::string("\x04\x03\x02\x01\xAC\x02\x03\x02"
                             "ab"));
}

TEST(Encoding, EveryWidthOfANumberComesBack) {
  for (const std::uint64_t number :
       {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128}, std::uint64_t{16383},
        std::uint64_t{16384}, std::uint64_t{1} << 63, kLargest}) {
    std::string out;
    append_varint(out, number);
    Cursor cursor(out);
    EXPECT_EQ(cursor.varint(), number);
    EXPECT_TRUE(cursor.is_good() && cursor.at_end());
  }
  for (const std::int64_t number : {std::int64_t{0}, std::int64_t{-1}, kLowest, kHighest}) {
    std::string out;
    append_signed(out, number);
    EXPECT_EQ(Cursor(out).signed_varint(), number);
  }
}

TEST(Encoding, DistancesOfAnyTwoTimesWrap) {
  EXPECT_EQ(wrapping_sum(kHighest, wrapping_difference(kLowest, kHighest)), kLowest);
}

TEST(Encoding, ATruncatedVarintOrOneOfMoreThan64BitsIsRefused) {
  std::string largest;
  append_varint(largest, kLargest);
  for (const std::string& bytes :
       {std::string(), largest.substr(0, largest.size() - 1),
        std::string(kVarintBytesMax - 1, '\xFF') + '\x02', std::string(11, '\x80')}) {
    Cursor cursor(bytes);
    EXPECT_EQ(cursor.varint(), 0u);
    EXPECT_FALSE(cursor.is_good());
  }
}

TEST(Encoding, AfterOneFailureNothingMoreIsRead) {
  Cursor cursor(
      "\x7F"
      "abc");
  EXPECT_EQ(cursor.text(), "");
  EXPECT_FALSE(cursor.is_good());
  EXPECT_EQ(cursor.remaining(), 0u);
  EXPECT_EQ(cursor.byte(), 0u);
  EXPECT_EQ(cursor.number<std::uint64_t>(), 0u);
}

}  // namespace
}  // namespace leat::encoding
