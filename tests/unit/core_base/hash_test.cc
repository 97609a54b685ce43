// Wrong in the world: checksums differ between versions or machines and good data counts as
// damaged, or random runs cannot be repeated.
#include "core/base/hash.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <thread>

#include "core/base/base62.h"
#include "core/base/base64.h"
#include "core/base/owner_thread.h"
#include "core/base/rng.h"

namespace leat {
namespace {

TEST(Hash, Crc32cIsCastagnoli) {
  EXPECT_EQ(crc32c(""), 0U);
  EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU);  // RFC 3720 B.4
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62A8AB43U);
}

TEST(Hash, Crc32cSumsInPieces) {
  const std::string text = "the quick brown fox jumps over the lazy dog";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_EQ(crc32c(text.substr(cut), crc32c(text.substr(0, cut))), crc32c(text));
  }
}

TEST(Hash, Crc32cOfLongTextsIsThatOfTheirBytes) {
  std::string text;
  std::uint32_t sum = 0;
  for (std::size_t size = 1; size <= 4000; ++size) {
    text.push_back(static_cast<char>(size * size >> 3));
    sum = crc32c({&text.back(), 1}, sum);
    ASSERT_EQ(crc32c(text), sum) << size;
  }
}

TEST(Hash, Crc32cAroundLeavesOutTheFourBytesOfTheChecksum) {
  EXPECT_EQ(crc32c_around("1234....56789", 4), crc32c("123456789"));
  EXPECT_EQ(crc32c_around("....123456789", 0), crc32c("123456789"));
}

TEST(Hash, Xxh3IsPinned) {
  EXPECT_EQ(xxh3_64(""), 0x2D06800538D394C2U);
  EXPECT_NE(xxh3_64("a"), xxh3_64("a", 1));
}

TEST(Rng, IsTheSameForASeed) {
  // splitmix64 of seed 0 begins with these; xoshiro256** follows from them.
  Rng a(0);
  Rng b(0);
  Rng c(1);
  const std::uint64_t first = a.next();
  EXPECT_EQ(first, 0x99EC5F36CB75F2B4U);
  EXPECT_EQ(first, b.next());
  EXPECT_NE(first, c.next());
}

TEST(Rng, DrawsStayInTheirBoundsAndReachThem) {
  Rng rng(3);
  std::array<int, 7> drawn{};
  for (int i = 0; i < 7000; ++i) ++drawn[rng.below(7)];
  for (const int count : drawn) EXPECT_NEAR(count, 1000, 200);
  EXPECT_EQ(rng.below(0), 0U);
  EXPECT_EQ(rng.below(1), 0U);
  EXPECT_EQ(rng.between(5, 5), 5U);
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t number = rng.between(10, 12);
    EXPECT_TRUE(number >= 10 && number <= 12);
  }
  EXPECT_NE(rng.between(0, UINT64_MAX), rng.between(0, UINT64_MAX));
}

TEST(Base62, NuidsHaveTwentyTwoLettersAndDigits) {
  Rng rng(1);
  const std::string nuid = random_nuid(rng);
  EXPECT_EQ(nuid.size(), 22U);
  EXPECT_EQ(nuid.find_first_not_of(kBase62Digits), std::string::npos);
  EXPECT_NE(nuid, random_nuid(rng));
}

TEST(Base64, FollowsItsRfc) {
  const std::array<std::string_view, 7> texts = {"", "f", "fo", "foo", "foob", "fooba", "foobar"};
  const std::array<std::string_view, 7> coded = {"",         "Zg==",     "Zm8=",    "Zm9v",
                                                 "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(base64_encode(texts[i]), coded[i]);
    EXPECT_EQ(base64_decode(coded[i]).value(), texts[i]);
  }
  EXPECT_EQ(base64_encode("\xfb\xff"), "+/8=");
  EXPECT_EQ(base64_decode("-_8").value(), "\xfb\xff");
  EXPECT_FALSE(base64_decode("Zm9v!"));
  EXPECT_FALSE(base64_decode("Z"));
  EXPECT_FALSE(base64_decode("Zg==="));
}

TEST(OwnerThread, TheFirstUserOwns) {
  OwnerThread owner;
  EXPECT_TRUE(owner.is_current());
  bool other = true;
  std::thread([&] { other = owner.is_current(); }).join();
  EXPECT_FALSE(other);
  owner.release();
  std::thread([&] { other = owner.is_current(); }).join();
  EXPECT_TRUE(other);
  EXPECT_FALSE(owner.is_current());
}

}  // namespace
}  // namespace leat
