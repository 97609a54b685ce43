#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace leat {

// CRC-32C (Castagnoli) as in iSCSI: crc32c("123456789") == 0xE3069283. `before` is the checksum of
// the bytes before `bytes`, so that pieces can be summed one after the other. On disk and on the
// wire; never changed. Uses the processor's instruction.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0);

// Of a header or value that holds its own checksum: of all bytes but the four at `checksum_offset`.
std::uint32_t crc32c_around(std::string_view bytes, std::size_t checksum_offset);

// XXH3, 64 bits. On disk; never changed.
std::uint64_t xxh3_64(std::string_view bytes, std::uint64_t seed = 0);

}  // namespace leat
