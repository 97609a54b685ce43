#pragma once

#include <cstdint>
#include <cstdlib>

namespace leat::testing {

// What LEAT_SEED says, to see a failure again.
inline std::uint64_t test_seed(std::uint64_t otherwise) {
  const char* given = std::getenv("LEAT_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : otherwise;
}

}  // namespace leat::testing
