#pragma once

#include <cstdint>

namespace leat {

// Reads that found no thread free to do them and waited for one.
struct DiskWaits {
  std::uint64_t waiting = 0;  // now
  std::uint64_t waits = 0;    // since the start
  std::uint64_t wait_ns = 0;  // of the waits that have ended
  std::uint64_t wait_ns_max = 0;
};

}  // namespace leat
