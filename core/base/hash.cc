#include "core/base/hash.h"

#include <nmmintrin.h>
#include <xxhash.h>

#include <cstring>

namespace leat {

std::uint32_t crc32c(std::string_view bytes, std::uint32_t before) {
  std::uint64_t sum = ~before;
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    sum = _mm_crc32_u64(sum, word);
  }
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
