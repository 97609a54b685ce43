#include "storage/journal/segment_ledger.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace leat::journal {

void SegmentLedger::add_recovered(Segment segment) {
  for (const SegmentShare& share : segment.shares) note(segment.number, share);
  segments_.push_back(std::move(segment));
}

void SegmentLedger::begin(std::uint64_t number) {
  LEAT_CHECK(segments_.empty() || segments_.back().number < number) << number;
  segments_.push_back({.number = number, .shares = {}});
  newest_places_.clear();
}

void SegmentLedger::add(const SegmentShare& share) {
  Segment& segment = segments_.back();
  note(segment.number, share);
  const auto [place, is_new] = newest_places_.try_emplace(share.group, segment.shares.size());
  if (is_new) {
    segment.shares.push_back(share);
    return;
  }
  SegmentShare& known = segment.shares[place->second];
  known.last = std::max(known.last, share.last);
  if (share.hard_state) known.hard_state = share.hard_state;
}

void SegmentLedger::note(std::uint64_t segment, const SegmentShare& share) {
  GroupState& state = groups_[share.group];
  state.last_segment = segment;
  if (!share.hard_state) return;
  state.newest_hard_state = *share.hard_state;
  state.hard_state_segment = segment;
}

void SegmentLedger::flushed(std::span<const FlushedGroup> groups) {
  asked_shares_ = 0;
  for (const FlushedGroup& group : groups) {
    const auto found = groups_.find(group.group);
    if (found == groups_.end() && group.is_deleted) continue;
    GroupState& state = found == groups_.end() ? groups_[group.group] : found->second;
    state.stored = std::max(state.stored, group.stored);
    state.flushed_hard_state = std::max(state.flushed_hard_state, group.hard_state);
    state.is_deleted |= group.is_deleted;
    state.is_asked = false;
    if (state.is_deleted) forget_shareless(group.group);
  }
}

// A deleted group without a share is of no use any more. Whether the oldest segment still has one
// of it would have to be searched for: that is left until the segment goes.
void SegmentLedger::forget_shareless(GroupId group) {
  const auto state = groups_.find(group);
  const std::uint64_t oldest = segments_.empty() ? 0 : segments_.front().number;
  if (state->second.last_segment < oldest) {
    groups_.erase(state);
  } else if (state->second.last_segment == oldest) {
    deleted_.push_back(group);
  }
}

bool SegmentLedger::is_needed(std::uint64_t segment, const SegmentShare& share) const {
  const GroupState& state = groups_.at(share.group);
  if (state.is_deleted) return false;
  if (share.last > state.stored) return true;
  return share.hard_state && state.hard_state_segment == segment &&
         state.newest_hard_state > state.flushed_hard_state;
}

std::optional<std::uint64_t> SegmentLedger::leaving() {
  if (segments_.size() < 2) return std::nullopt;
  Segment& oldest = segments_.front();
  // From behind, so that what was found settled is not looked at again.
  while (!oldest.shares.empty() && !is_needed(oldest.number, oldest.shares.back())) {
    const auto state = groups_.find(oldest.shares.back().group);
    const bool is_over = state->second.is_deleted && state->second.last_segment <= oldest.number;
    if (is_over) groups_.erase(state);
    oldest.shares.pop_back();
  }
  if (!oldest.shares.empty()) return std::nullopt;
  return oldest.number;
}

void SegmentLedger::drop_oldest() {
  LEAT_CHECK(segments_.size() >= 2 && segments_.front().shares.empty());
  segments_.pop_front();
  asked_shares_ = 0;
  for (const GroupId group : std::exchange(deleted_, {})) {
    if (groups_.contains(group)) forget_shareless(group);
  }
}

GroupId SegmentLedger::holder() const {
  const Segment& oldest = segments_.front();
  for (const SegmentShare& share : oldest.shares) {
    if (is_needed(oldest.number, share)) return share.group;
  }
  return {};
}

std::vector<GroupId> SegmentLedger::take_holders(std::size_t max) {
  std::vector<GroupId> holders;
  if (segments_.size() < 2) return holders;
  const Segment& oldest = segments_.front();
  for (; asked_shares_ < oldest.shares.size() && holders.size() < max; ++asked_shares_) {
    const SegmentShare& share = oldest.shares[asked_shares_];
    if (!is_needed(oldest.number, share)) continue;
    GroupState& state = groups_.at(share.group);
    if (std::exchange(state.is_asked, true)) continue;
    holders.push_back(share.group);
  }
  return holders;
}

}  // namespace leat::journal
