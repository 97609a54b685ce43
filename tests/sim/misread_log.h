#pragma once

#include <string>

#include "core/base/result.h"
#include "storage/journal/recovery.h"
#include "tests/sim/bugs.h"
#include "tests/sim/sim_disk.h"

namespace leat::sim {

// Puts what a recovery with one of the two wrong judgements would have found in place of what was
// found; nothing without such a bug.
Status misread(const Bugs& bugs, SimDisk& disk, const std::string& directory,
               journal::Recovered& found);

}  // namespace leat::sim
