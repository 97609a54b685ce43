// Wrong here: a consumer with a rate that stands still, or that is faster than its rate.
#include "consumers/core/pacing.h"

#include <gtest/gtest.h>

namespace leat {
namespace {

constexpr SteadyNs kSecond = 1'000'000'000;

Pacing::Message message(std::size_t size) { return {.sequence = StreamSeq(1), .size = size}; }

TEST(Pacing, AMessageLargerThanTheBucketIsDelivered) {
  Pacing pacing;
  pacing.set_rate({.bits_per_second = 8 * 100, .burst_bytes = 100}, 0);
  EXPECT_EQ(pacing.ready_at(message(1000), 0), 0);
  pacing.sent(message(1000), 0);
  // What it took beyond the bucket comes first: 900 bytes, and those of the message.
  const SteadyNs ready = pacing.ready_at(message(50), 0);
  EXPECT_GE(ready, 9 * kSecond + kSecond / 2);
  EXPECT_LE(ready, 9 * kSecond + kSecond / 2 + 10);
  EXPECT_EQ(pacing.ready_at(message(50), ready), ready);
}

TEST(Pacing, LessThanAByteASecondIsARate) {
  Pacing pacing;
  pacing.set_rate({.bits_per_second = 1, .burst_bytes = 10}, 0);
  pacing.sent(message(10), 0);
  const SteadyNs ready = pacing.ready_at(message(2), 0);
  EXPECT_GE(ready, 16 * kSecond);
  EXPECT_LE(ready, 16 * kSecond + 10);
}

TEST(Pacing, AChangeOfTheRateDoesNotFillTheBucket) {
  Pacing pacing;
  pacing.set_rate({.bits_per_second = 8 * 100, .burst_bytes = 100}, 0);
  pacing.sent(message(100), 0);
  pacing.set_rate({.bits_per_second = 8 * 200, .burst_bytes = 1000}, kSecond / 2);
  // 50 bytes at the old rate, 50 at the new one.
  const SteadyNs ready = pacing.ready_at(message(100), kSecond / 2);
  EXPECT_GE(ready, kSecond / 2 + kSecond / 4);
  EXPECT_LE(ready, kSecond / 2 + kSecond / 4 + 10);
  // Without a rate at once, and with one again from a full bucket.
  pacing.set_rate({}, kSecond / 2);
  EXPECT_EQ(pacing.ready_at(message(5000), kSecond / 2), kSecond / 2);
  pacing.set_rate({.bits_per_second = 8, .burst_bytes = 10}, kSecond / 2);
  EXPECT_EQ(pacing.ready_at(message(10), kSecond / 2), kSecond / 2);
}

}  // namespace
}  // namespace leat
