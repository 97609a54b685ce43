#pragma once

#include <cstdint>
#include <string_view>

namespace leat {

// CRC-32C (Castagnoli) of `bytes`, continued from `seed` (0 at the start). Uses SSE4.2 where the
// processor has it.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed = 0);

}  // namespace leat
