#pragma once

#include <cstdint>

namespace leat {

// Bytes of memory that this process can have: of the machine, or of its control group where that
// has less. Any thread.
std::uint64_t machine_memory_bytes();

}  // namespace leat
