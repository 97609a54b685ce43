#include "core/runtime/machine_memory.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace leat {

namespace {
// Of the group at the root of what this process sees: in a container that is its own. "max", or no
// file: no bound.
constexpr const char* kGroupBound = "/sys/fs/cgroup/memory.max";
}  // namespace

std::uint64_t machine_memory_bytes() {
  const auto pages = static_cast<std::uint64_t>(std::max(0L, sysconf(_SC_PHYS_PAGES)));
  const auto page_bytes = static_cast<std::uint64_t>(std::max(0L, sysconf(_SC_PAGESIZE)));
  std::uint64_t bytes = pages * page_bytes;
  std::ifstream file(kGroupBound);
  if (std::uint64_t bound = 0; file >> bound) bytes = std::min(bytes, bound);
  return bytes;
}

}  // namespace leat
