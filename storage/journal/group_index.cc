#include "storage/journal/group_index.h"

#include <algorithm>
#include <utility>

#include "core/base/chain_hash.h"

namespace leat::journal {

namespace {

LogRecord copy_of(const RecordView& view) {
  return {.group = view.group,
          .kind = view.kind,
          .index = view.index,
          .term = view.term,
          .previous_hash = view.previous_hash,
          .payload = Bytes::copy_of(view.payload)};
}

// Takes back every entry from `index` on.
void cut_runs(std::vector<Run>& runs, LogIndex index) {
  while (!runs.empty() && runs.back().first >= index) runs.pop_back();
  if (runs.empty() || runs.back().last < index) return;
  runs.back().last = index.previous();
  runs.back().is_cut = true;
}

LogIndex first_held(const GroupLog& log) {
  return log.runs.empty() ? LogIndex(1) : log.runs.front().first;
}

// What no flush will ever cover: of a group that is deleted some day, or of nobody.
constexpr LogIndex kHeld{~std::uint64_t{0}};

bool has(const GroupMark& mark, RecordKind kind) { return (mark.kinds & kind_bit(kind)) != 0; }

}  // namespace

void GroupIndex::on_record(const RecordPlace& place, const RecordView& record) {
  if (record.kind == RecordKind::kWitness) {
    witness_ = copy_of(record);
    return;
  }
  GroupLog& log = groups_[record.group];
  switch (record.kind) {
    case RecordKind::kEntry:
      return add_entry(log, place, record);
    case RecordKind::kTruncate:
      return add_truncate(log, place, record);
    case RecordKind::kHardState:
      log.hard_state = copy_of(record);
      log.hard_state_segment = place.segment;
      log.hard_state_batch = place.batch;
      log.gaps_at_vote = gaps_.size();
      for (SuspectRange& range : log.suspects) range.is_hard_state_lost = false;
      // A range that was about the vote alone is settled by the newer one.
      std::erase_if(log.suspects, [](const SuspectRange& range) { return !range.first; });
      return;
    case RecordKind::kWitness:
      return;
  }
}

void GroupIndex::add_entry(GroupLog& log, const RecordPlace& place, const RecordView& record) {
  check_connection(log, record);
  cut_runs(log.runs, record.index);
  add_run(log, place, record);
  log.outline.add_entries(record.index, record.index, place.spot());
  log.next_hash = chain_hash({record.previous_hash, record.index, record.term}, record.payload);
  log.is_hash_known = true;
  log.gaps_seen = gaps_.size();
}

void GroupIndex::check_connection(GroupLog& log, const RecordView& record) {
  const LogIndex next = log.outline.next();
  if (!next) {
    // The journal may have been trimmed before this entry; only a gap makes that doubtful.
    if (!gaps_.empty() && record.index > LogIndex(1)) {
      log.suspects.push_back({.group = record.group,
                              .first = LogIndex(1),
                              .last = record.index.previous(),
                              .is_hard_state_lost = false,
                              .reason = "its first entry stands behind a lost batch header"});
    }
    return;
  }
  const bool is_hash_right = !log.is_hash_known || record.previous_hash == log.next_hash;
  if (record.index == next && is_hash_right) return;
  SuspectRange range{.group = record.group,
                     .is_hard_state_lost = false,
                     .reason = "entry " + std::to_string(record.index.value) +
                               " does not connect to entry " + std::to_string(next.value - 1) +
                               " before it"};
  if (record.index > next) {
    range.first = next;
    range.last = record.index.previous();
  } else if (record.index < next) {
    range.first = record.index;
    range.last = next.previous();
  } else {
    range.first = first_held(log);
    range.last = record.index.previous();
  }
  log.suspects.push_back(std::move(range));
}

void GroupIndex::add_run(GroupLog& log, const RecordPlace& place, const RecordView& record) {
  const std::uint64_t end = place.offset + record.size_bytes();
  if (!log.runs.empty()) {
    Run& last = log.runs.back();
    if (last.segment == place.segment && last.batch == place.batch && !last.is_cut &&
        last.last.next() == record.index) {
      last.end = end;
      last.last = record.index;
      return;
    }
  }
  log.runs.push_back({.segment = place.segment,
                      .batch = place.batch,
                      .batch_offset = place.batch_offset,
                      .offset = place.offset,
                      .end = end,
                      .ordinal = place.ordinal,
                      .first = record.index,
                      .last = record.index});
}

void GroupIndex::add_truncate(GroupLog& log, const RecordPlace& place, const RecordView& record) {
  if (log.outline.truncate(record.index, place.spot())) {
    log.runs.clear();  // the log restarts behind a snapshot, which stands for everything before
    std::erase_if(log.suspects,
                  [](const SuspectRange& range) { return !range.is_hard_state_lost; });
  }
  cut_runs(log.runs, record.index);
  // What was lost from here on is taken back as well, and written anew.
  std::erase_if(log.suspects, [&](const SuspectRange& range) {
    return range.first >= record.index && !range.is_hard_state_lost;
  });
  log.next_hash = record.previous_hash;
  log.is_hash_known = true;
  log.gaps_seen = gaps_.size();
}

void GroupIndex::on_damaged(const BadBatch& batch) {
  is_damaged_ = true;
  for (const GroupMark& mark : batch.header.groups) {
    if (mark.kinds == kind_bit(RecordKind::kWitness)) continue;
    GroupLog& log = groups_[mark.group];
    const LogIndex next = log.outline.next();
    const bool is_vote_read = log.hard_state && log.hard_state_batch == batch.header.number &&
                              (mark.kinds & kSeveralHardStates) == 0;
    SuspectRange range{.group = mark.group,
                       .is_hard_state_lost = has(mark, RecordKind::kHardState) && !is_vote_read,
                       .reason = "batch " + std::to_string(batch.header.number) + " in " +
                                 segment_name(batch.header.segment) + " is damaged after " +
                                 std::to_string(batch.good_records) + " of its " +
                                 std::to_string(batch.header.record_count) + " records"};
    if (has(mark, RecordKind::kTruncate)) {
      range.first = first_held(log);
      range.last = mark.last;
    } else if (mark.last && mark.last >= next) {
      range.first = next ? next : LogIndex(1);
      range.last = mark.last;
    }
    if (range.first) {
      log.outline.pass_damage(mark.last.next(), {.segment = batch.header.segment,
                                                 .batch = batch.header.number,
                                                 .ordinal = batch.good_records});
      log.is_hash_known = false;
    }
    if (range.first || range.is_hard_state_lost) log.suspects.push_back(std::move(range));
  }
}

std::vector<SuspectRange> GroupIndex::finish() {
  std::vector<SuspectRange> suspects;
  if (!gaps_.empty()) {
    suspects.push_back({.is_hard_state_lost = true,
                        .reason = "a batch header is lost: groups that the log does not name may "
                                  "have been in it"});
  }
  for (auto& [group, log] : groups_) {
    settle_gaps(group, log);
    suspects.insert(suspects.end(), log.suspects.begin(), log.suspects.end());
  }
  for (const SuspectRange& range : suspects) {
    LogIndex& last = suspect_lasts_[range.group];
    last = std::max(last, range.last && !range.is_hard_state_lost ? range.last : kHeld);
  }
  return suspects;
}

std::vector<SegmentLedger::Segment> GroupIndex::segments() const {
  std::map<std::uint64_t, std::map<GroupId, SegmentShare>> shares;
  for (const auto& [number, life] : lives_) shares[number];
  for (const auto& [group, log] : groups_) {
    for (const Run& run : log.runs) {
      SegmentShare& share = shares[run.segment][group];
      share.last = std::max(share.last, run.last);
      if (!share.first) share.begin = run.batch_offset;
      share.first = share.first ? std::min(share.first, run.first) : run.first;
      share.end = run.end;
    }
    // Whoever reads what is lost at the front finds the damage, and not a log that was trimmed.
    for (const SuspectRange& range : log.suspects) {
      if (log.runs.empty() || !range.first) continue;
      SegmentShare& share = shares[log.runs.front().segment][group];
      share.first = std::min(share.first, range.first);
    }
    if (!log.hard_state) continue;
    shares[log.hard_state_segment][group].hard_state =
        HardStatePlace{log.hard_state->term, log.hard_state->index};
  }
  std::vector<SegmentLedger::Segment> segments;
  for (auto& [number, of_groups] : shares) {
    for (const auto& [group, last] : suspect_lasts_) {
      of_groups[group].last = std::max(of_groups[group].last, last);
    }
    SegmentLedger::Segment& segment = segments.emplace_back();
    segment.number = number;
    for (auto& [group, share] : of_groups) {
      share.group = group;
      segment.shares.push_back(share);
    }
  }
  return segments;
}

std::vector<SegmentLedger::Outline> GroupIndex::outlines() const {
  std::vector<SegmentLedger::Outline> outlines;
  for (const auto& [group, log] : groups_) outlines.push_back({group, log.outline});
  return outlines;
}

void GroupIndex::settle_gaps(GroupId group, GroupLog& log) {
  if (log.gaps_seen >= gaps_.size()) return;
  log.suspects.push_back({.group = group,
                          .first = log.outline.next() ? log.outline.next() : LogIndex(1),
                          .last = LogIndex(),
                          .is_hard_state_lost = log.gaps_at_vote < gaps_.size(),
                          .reason = "no later entry proves that a lost batch held none of it"});
}

}  // namespace leat::journal
