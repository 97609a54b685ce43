#include "storage/journal/segment_ledger.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace leat::journal {

namespace {

void sort_by_group(std::vector<SegmentShare>& shares) {
  std::sort(shares.begin(), shares.end(),
            [](const SegmentShare& a, const SegmentShare& b) { return a.group < b.group; });
}

}  // namespace

void SegmentLedger::add_recovered(Segment segment) {
  for (const SegmentShare& share : segment.shares) note(segment.number, share);
  segments_.push_back(std::move(segment));
}

void SegmentLedger::begin(std::uint64_t number) {
  LEAT_CHECK(segments_.empty() || segments_.back().number < number) << number;
  if (!segments_.empty()) sort_by_group(segments_.back().shares);
  segments_.push_back({.number = number, .shares = {}});
  newest_places_.clear();
}

void SegmentLedger::add(const SegmentShare& share, std::uint64_t batch, std::uint32_t ordinal) {
  const std::uint64_t segment = segments_.back().number;
  note(segment, share);
  SegmentShare& known = newest_share_of(share.group);
  if (share.hard_state) known.hard_state = share.hard_state;
  if (!share.last) return;
  LEAT_CHECK(share.first && share.first <= share.last) << share.first << " to " << share.last;
  LogOutline& outline = groups_.at(share.group).outline;
  outline.add_entries(share.first, share.last, {segment, batch, ordinal});
  known.last = share.last;
  if (!known.first) known.begin = share.begin;
  known.first = known.first ? std::min(known.first, share.first) : share.first;
  known.end = share.end;
}

void SegmentLedger::truncate(GroupId group, LogIndex index, std::uint64_t batch,
                             std::uint32_t ordinal) {
  const std::uint64_t segment = segments_.back().number;
  GroupState& state = groups_[group];
  state.last_segment = segment;
  state.is_asked = false;  // it may hold back less now, and something else later
  state.outline.forget_before(oldest());
  state.outline.truncate(index, {segment, batch, ordinal});
  newest_share_of(group).last = index.previous();
}

SegmentShare& SegmentLedger::newest_share_of(GroupId group) {
  std::vector<SegmentShare>& shares = segments_.back().shares;
  const auto [place, is_new] = newest_places_.try_emplace(group, shares.size());
  if (is_new) shares.push_back({.group = group});
  return shares[place->second];
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
  if (state.outline.last_live(share.last, segment) > state.stored) return true;
  return share.hard_state && state.hard_state_segment == segment &&
         state.newest_hard_state > state.flushed_hard_state;
}

std::optional<std::uint64_t> SegmentLedger::leaving() {
  if (segments_.size() < 2) return std::nullopt;
  const Segment& oldest = segments_.front();
  // From behind, so that what was found settled is not looked at again.
  for (; settled_shares_ < oldest.shares.size(); ++settled_shares_) {
    const SegmentShare& share = oldest.shares[oldest.shares.size() - 1 - settled_shares_];
    if (is_needed(oldest.number, share)) return std::nullopt;
    const auto state = groups_.find(share.group);
    const bool is_over = state->second.is_deleted && state->second.last_segment <= oldest.number;
    if (is_over) groups_.erase(state);
  }
  return oldest.number;
}

void SegmentLedger::drop_oldest() {
  LEAT_CHECK(segments_.size() >= 2 && unsettled_shares() == 0) << unsettled_shares();
  segments_.pop_front();
  asked_shares_ = 0;
  settled_shares_ = 0;
  for (const GroupId group : std::exchange(deleted_, {})) {
    if (groups_.contains(group)) forget_shareless(group);
  }
}

GroupId SegmentLedger::holder() const {
  const Segment& oldest = segments_.front();
  for (std::size_t i = 0; i < unsettled_shares(); ++i) {
    const SegmentShare& share = oldest.shares[i];
    if (is_needed(oldest.number, share)) return share.group;
  }
  return {};
}

std::vector<GroupId> SegmentLedger::take_holders(std::size_t max) {
  std::vector<GroupId> holders;
  if (segments_.size() < 2) return holders;
  const Segment& oldest = segments_.front();
  for (; asked_shares_ < unsettled_shares() && holders.size() < max; ++asked_shares_) {
    const SegmentShare& share = oldest.shares[asked_shares_];
    if (!is_needed(oldest.number, share)) continue;
    GroupState& state = groups_.at(share.group);
    if (std::exchange(state.is_asked, true)) continue;
    holders.push_back(share.group);
  }
  return holders;
}

const SegmentShare* SegmentLedger::find_share(const Segment& segment, GroupId group) const {
  const std::vector<SegmentShare>& shares = segment.shares;
  if (&segment == &segments_.back()) {
    const auto place = newest_places_.find(group);
    return place == newest_places_.end() ? nullptr : &shares[place->second];
  }
  const auto found =
      std::lower_bound(shares.begin(), shares.end(), group,
                       [](const SegmentShare& share, GroupId id) { return share.group < id; });
  return found == shares.end() || found->group != group ? nullptr : &*found;
}

// An index that is written twice was taken back in between, so that of the segments that have an
// entry up to `from`, the newest has the live one.
Result<ReadPlan> SegmentLedger::locate(GroupId group, LogIndex from) const {
  const auto state = groups_.find(group);
  if (state == groups_.end() || !state->second.outline.next()) return entry_has_left(group, from);
  const LogOutline& outline = state->second.outline;
  ReadPlan plan{.group = group,
                .from = from,
                .last = outline.next().previous(),
                .outline = outline,
                .parts = {}};
  if (from > plan.last) return plan;
  if (from < outline.restarted_at()) return entry_has_left(group, from);
  for (auto segment = segments_.rbegin(); segment != segments_.rend(); ++segment) {
    const SegmentShare* share = find_share(*segment, group);
    if (share == nullptr || !share->first) continue;
    plan.parts.push_back({segment->number, share->begin, share->end});
    if (share->first > from) continue;
    std::reverse(plan.parts.begin(), plan.parts.end());
    return plan;
  }
  return entry_has_left(group, from);
}

}  // namespace leat::journal
