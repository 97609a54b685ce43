#include "core/base/chain_hash.h"

#include <bit>
#include <string_view>

#include "core/base/hash.h"

namespace leat {

static_assert(std::endian::native == std::endian::little, "the hashed place is little endian");

std::uint64_t chain_hash(const ChainLink& link, std::string_view payload) {
  const std::uint64_t place[4] = {link.previous_hash, link.index.value, link.term.value,
                                  xxh3_64(payload)};
  return xxh3_64({reinterpret_cast<const char*>(place), sizeof(place)});
}

}  // namespace leat
