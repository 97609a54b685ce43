#pragma once

#include <compare>
#include <cstdint>
#include <vector>

#include "core/base/ids.h"

namespace leat::journal {

// Where a record stands in the order in which the journal was written.
struct LogSpot {
  std::uint64_t segment = 0;
  std::uint64_t batch = 0;  // batches count over all segments
  std::uint32_t ordinal = 0;
  friend auto operator<=>(const LogSpot&, const LogSpot&) = default;
};

// The outline of one group's log: where it begins and ends, and which records of it are void. An
// entry is void when a later truncation took its index back. Pure; part of a GroupIndex, a
// SegmentLedger or a plan to read.
class LogOutline {
 public:
  // Entries that follow each other are written, the first at `at`. One that does not go on behind
  // the last entry takes back what stands from its index on.
  void add_entries(LogIndex first, LogIndex last, LogSpot at);
  // What was written before `at` is void from `index` on, and the log goes on with `index`. True
  // where it restarts behind a snapshot: everything before is void then.
  bool truncate(LogIndex index, LogSpot at);
  // Damage at `at` hides what led to a log that goes on with `next`.
  void pass_damage(LogIndex next, LogSpot at);

  bool is_void(LogIndex index, LogSpot at) const;
  // Of entries in a segment up to `last`: the last one that is not taken back in a later segment.
  LogIndex last_live(LogIndex last, std::uint64_t segment) const;

  // The index that the next entry has; none before the first one.
  LogIndex next() const { return next_; }
  // The log begins here, since it was restarted behind a snapshot; none: it was never.
  LogIndex restarted_at() const { return restarted_at_; }

  // Truncations in segments before this one void nothing that is left.
  void forget_before(std::uint64_t segment);
  std::size_t truncation_count() const { return truncations_.size(); }

 private:
  struct Truncation {
    LogSpot at;
    LogIndex void_from;
  };
  void take_back(LogIndex void_from, LogSpot at);

  LogIndex next_;
  LogIndex restarted_at_;
  // Ascending by place and by index: an earlier one that took back less is covered by the later.
  std::vector<Truncation> truncations_;
};

}  // namespace leat::journal
