#include "core/base/hash.h"

#include <nmmintrin.h>
#include <xxhash.h>

#include <array>
#include <cstddef>
#include <cstring>

namespace leat {

namespace {

// The processor begins a step each cycle and ends it three later: three lanes side by side keep it
// busy, and are then put together.
constexpr std::size_t kLaneBytes = 256;

// What a checksum becomes when kLaneBytes of zeros follow, by each of its bytes: the sum is linear,
// so the four parts are added.
using ShiftTable = std::array<std::array<std::uint32_t, 256>, 4>;

constexpr ShiftTable make_shift_table() {
  constexpr std::uint32_t kPolynomial = 0x82F63B78;
  ShiftTable table{};
  for (std::size_t bit = 0; bit < 32; ++bit) {
    std::uint32_t sum = std::uint32_t{1} << bit;
    for (std::size_t zero = 0; zero < 8 * kLaneBytes; ++zero) {
      sum = sum >> 1 ^ ((sum & 1) != 0 ? kPolynomial : 0);
    }
    for (std::size_t byte = 0; byte < 256; ++byte) {
      if ((byte >> bit % 8 & 1) != 0) table[bit / 8][byte] ^= sum;
    }
  }
  return table;
}

constexpr ShiftTable kShift = make_shift_table();

std::uint64_t shifted(std::uint64_t sum) {
  return kShift[0][sum & 0xFF] ^ kShift[1][sum >> 8 & 0xFF] ^ kShift[2][sum >> 16 & 0xFF] ^
         kShift[3][sum >> 24 & 0xFF];
}

std::uint64_t word_at(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, 8);
  return word;
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes, std::uint32_t before) {
  std::uint64_t sum = ~before;
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 3 * kLaneBytes; left -= 3 * kLaneBytes, at += 3 * kLaneBytes) {
    std::uint64_t second = 0;
    std::uint64_t third = 0;
    for (std::size_t i = 0; i < kLaneBytes; i += 8) {
      sum = _mm_crc32_u64(sum, word_at(at + i));
      second = _mm_crc32_u64(second, word_at(at + kLaneBytes + i));
      third = _mm_crc32_u64(third, word_at(at + 2 * kLaneBytes + i));
    }
    sum = shifted(shifted(sum) ^ second) ^ third;
  }
  for (; left >= 8; left -= 8, at += 8) sum = _mm_crc32_u64(sum, word_at(at));
  auto sum32 = static_cast<std::uint32_t>(sum);
  for (; left > 0; --left, ++at) sum32 = _mm_crc32_u8(sum32, static_cast<unsigned char>(*at));
  return ~sum32;
}

std::uint32_t crc32c_around(std::string_view bytes, std::size_t checksum_offset) {
  const std::uint32_t before = crc32c(bytes.substr(0, checksum_offset));
  return crc32c(bytes.substr(checksum_offset + sizeof(std::uint32_t)), before);
}

std::uint64_t xxh3_64(std::string_view bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace leat
