#pragma once

#include <cstdint>
#include <cstdlib>

#include "core/base/ids.h"

namespace leat::testing {

// Where the clocks of random tests begin.
inline constexpr WallNs kBegin = 1'700'000'000'000'000'000;

// What LEAT_SEED says, to see a failure again.
inline std::uint64_t test_seed(std::uint64_t otherwise) {
  const char* given = std::getenv("LEAT_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : otherwise;
}

}  // namespace leat::testing
