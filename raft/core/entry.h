#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/ids.h"

namespace leat {

// One entry of a Raft log. `previous_hash` is the chain hash of the entry before it, so that a log
// with a piece exchanged anywhere does not connect; the first entry of a log has zero there.
// An empty payload is the no-op of a new leader.
struct RaftEntry {
  LogIndex index;
  Term term;
  std::uint64_t previous_hash = 0;
  Bytes payload;

  bool is_no_op() const { return payload.empty(); }
  // What it counts for against a bound in bytes.
  std::size_t size_bytes() const { return sizeof(RaftEntry) + payload.size(); }
};

// Where a proposal stands in the log. The entry that is applied at `index` is the proposed one only
// when its term is the same: another leader may have put its own there.
struct Proposal {
  LogIndex index;
  Term term;

  friend bool operator==(const Proposal&, const Proposal&) = default;
};

// A place in the log and the chain hash after it.
struct LogPosition {
  LogIndex index;
  Term term;
  std::uint64_t hash = 0;

  friend bool operator==(const LogPosition&, const LogPosition&) = default;
};

// Chain hash after `entry`: covers its place, its payload and everything before it.
std::uint64_t chain_hash(const RaftEntry& entry);

}  // namespace leat
