#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/base/result.h"
#include "storage/api/horizon.h"
#include "storage/api/log_store.h"
#include "storage/journal/log_outline.h"

namespace leat::journal {

// What one segment holds of one group.
struct SegmentShare {
  GroupId group;
  LogIndex last{};                             // up to here its entries are needed; none: no entry
  std::optional<HardStatePlace> hard_state{};  // the newest here
  LogIndex first{};                            // the lowest index of its entries here
  std::uint64_t begin = 0;                     // offset of the first batch with an entry of it
  std::uint64_t end = 0;                       // behind its last entry
};

// Where entries of one group stand, as far as an EntryReader needs to know.
struct ReadPlan {
  struct Part {
    std::uint64_t segment = 0;
    std::uint64_t begin = 0;  // offset of a batch
    std::uint64_t end = 0;
  };
  GroupId group;
  LogIndex from;
  LogIndex last;  // the last entry of the log; before `from`: there is nothing to read
  LogOutline outline;
  std::vector<Part> parts;  // in the order they were written
};

// Which segments are still needed, and by whom: what each holds of each group, against what the
// store has flushed of it. It also knows where a group's entries stand. Pure; owned by a Writer, on
// its thread.
//
// A segment may leave when it is the oldest, is not the one being written, and of every group in it
//   - the last entry that was not taken back is stored and flushed, and
//   - the newest hard state stands in a later segment, or in the flushed row,
// or the group is deleted and its tombstone flushed.
class SegmentLedger {
 public:
  struct Segment {
    std::uint64_t number = 0;
    std::vector<SegmentShare> shares;
  };
  struct Outline {
    GroupId group;
    LogOutline outline;
  };

  // A segment that recovery found, in ascending order and before any begin(); its shares ascend by
  // group.
  void add_recovered(Segment segment);
  void add_recovered(const Outline& outline) { groups_[outline.group].outline = outline.outline; }
  // Records go into this segment from now on.
  void begin(std::uint64_t number);
  // Records of one group were written into the newest segment, the first of them at this place of
  // its batch. Their entries follow each other.
  void add(const SegmentShare& share, std::uint64_t batch = 0, std::uint32_t ordinal = 0);
  // A truncation was: the group's log goes on with `index`.
  void truncate(GroupId group, LogIndex index, std::uint64_t batch, std::uint32_t ordinal);

  // Where the group's entries from `from` on stand. kNotFound when that one has left, or the log
  // has no entry of the group.
  Result<ReadPlan> locate(GroupId group, LogIndex from) const;

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
    LogOutline outline;
    LogIndex stored;
    HardStatePlace flushed_hard_state;
    HardStatePlace newest_hard_state;
    std::uint64_t hard_state_segment = 0;  // where the newest stands
    std::uint64_t last_segment = 0;        // the newest that holds anything of it
    bool is_deleted = false;
    bool is_asked = false;
  };

  void note(std::uint64_t segment, const SegmentShare& share);
  SegmentShare& newest_share_of(GroupId group);
  const SegmentShare* find_share(const Segment& segment, GroupId group) const;
  void forget_shareless(GroupId group);
  bool is_needed(std::uint64_t segment, const SegmentShare& share) const;
  std::size_t unsettled_shares() const { return segments_.front().shares.size() - settled_shares_; }

  std::vector<GroupId> deleted_;    // whose last share is, or was, in the oldest segment
  std::size_t asked_shares_ = 0;    // shares of the oldest segment that were looked at for holders
  std::size_t settled_shares_ = 0;  // shares at its end that nobody needs
  std::deque<Segment> segments_;    // ascending; the last one is being written
  std::unordered_map<GroupId, std::size_t> newest_places_;  // group -> share in the last segment
  std::unordered_map<GroupId, GroupState> groups_;
};

}  // namespace leat::journal
