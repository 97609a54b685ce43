#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "storage/api/horizon.h"
#include "storage/api/log_store.h"

namespace leat::journal {

// What one segment holds of one group.
struct SegmentShare {
  GroupId group;
  LogIndex last{};                             // of its entries here; none without one
  std::optional<HardStatePlace> hard_state{};  // the newest here
};

// Which segments are still needed, and by whom: what each holds of each group, against what the
// store has flushed of it. Pure; owned by a Writer, on its thread.
//
// A segment may leave when it is the oldest, is not the one being written, and of every group in it
//   - the last entry is stored and flushed, and
//   - the newest hard state stands in a later segment, or in the flushed row,
// or the group is deleted and its tombstone flushed.
class SegmentLedger {
 public:
  struct Segment {
    std::uint64_t number = 0;
    std::vector<SegmentShare> shares;
  };

  // A segment that recovery found, in ascending order and before any begin().
  void add_recovered(Segment segment);
  // Records go into this segment from now on.
  void begin(std::uint64_t number);
  // A batch was written into the newest segment.
  void add(const SegmentShare& share);

  void flushed(std::span<const FlushedGroup> groups);

  // The oldest segment, when nobody needs it.
  std::optional<std::uint64_t> leaving();
  void drop_oldest();

  // Groups that hold back the oldest segment and were not asked since they last moved, at most
  // `max`; they count as asked.
  std::vector<GroupId> take_holders(std::size_t max);

  // Somebody who holds back the oldest segment; none when nobody does, or a lost batch header.
  GroupId holder() const;

  std::uint64_t oldest() const { return segments_.front().number; }
  std::size_t segment_count() const { return segments_.size(); }
  // Groups that something is known of; one that is deleted leaves with its last segment.
  std::size_t group_count() const { return groups_.size(); }

 private:
  struct GroupState {
    LogIndex stored;
    HardStatePlace flushed_hard_state;
    HardStatePlace newest_hard_state;
    std::uint64_t hard_state_segment = 0;  // where the newest stands
    std::uint64_t last_segment = 0;        // the newest that holds anything of it
    bool is_deleted = false;
    bool is_asked = false;
  };

  void note(std::uint64_t segment, const SegmentShare& share);
  void forget_shareless(GroupId group);
  bool is_needed(std::uint64_t segment, const SegmentShare& share) const;

  std::vector<GroupId> deleted_;  // whose last share is, or was, in the oldest segment
  std::size_t asked_shares_ = 0;  // shares of the oldest segment that were looked at for holders
  std::deque<Segment> segments_;  // ascending; the last one is being written
  std::unordered_map<GroupId, std::size_t> newest_places_;  // group -> share in the last segment
  std::unordered_map<GroupId, GroupState> groups_;
};

}  // namespace leat::journal
