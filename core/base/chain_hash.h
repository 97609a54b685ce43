#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/ids.h"

namespace leat {

// The place of one entry in the log of its group.
struct ChainLink {
  std::uint64_t previous_hash = 0;  // chain hash of the entry before; 0 before the first one
  LogIndex index;
  Term term;
};

// The chain hash after an entry: covers its place, its payload and everything before it. The one
// definition for Raft, which fills in and compares `previous_hash`, and for the journal, which
// compares it at recovery. On disk and between servers: never changed.
std::uint64_t chain_hash(const ChainLink& link, std::string_view payload);

}  // namespace leat
