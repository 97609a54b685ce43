#include "core/base/chain_hash.h"

#include <xxhash.h>

#include <bit>

namespace leat {

static_assert(std::endian::native == std::endian::little, "the hashed place is little endian");

std::uint64_t chain_hash(const ChainLink& link, std::string_view payload) {
  const std::uint64_t place[4] = {link.previous_hash, link.index.value, link.term.value,
                                  XXH3_64bits(payload.data(), payload.size())};
  return XXH3_64bits(place, sizeof(place));
}

}  // namespace leat
