#pragma once

#include <cstddef>
#include <span>

#include "core/base/ids.h"
#include "raft/core/progress.h"

namespace leat {

// How many of `voters` make a majority.
constexpr std::size_t majority(std::size_t voters) { return voters / 2 + 1; }

// The highest index that a majority of `voters` has durably. `voters` must not be empty.
LogIndex quorum_index(std::span<const Progress> voters);

}  // namespace leat
