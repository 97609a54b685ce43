#include "raft/group/recovery.h"

#include <algorithm>
#include <string>
#include <utility>

#include "raft/group/raft_row.h"

namespace leat {
namespace {

// The first entry that is not to be had from the log, and why.
struct LogEnd {
  LogIndex first_lost;
  std::string reason;
};

std::optional<LogEnd> suspect_end(GroupId group, const RecoveredLog& log, LogIndex stored) {
  std::optional<LogEnd> end;
  for (const SuspectRange& range : log.suspect_ranges()) {
    if (range.group != group) continue;
    // What the materialised state already holds needs no log, and a lost vote costs no entry.
    if (!range.first || (range.last && range.last <= stored)) continue;
    const LogIndex first_lost = std::max(range.first, stored.next());
    if (end && end->first_lost <= first_lost) continue;
    end = LogEnd{.first_lost = first_lost,
                 .reason = "the journal is damaged: " + suspect_text(range)};
  }
  return end;
}

// A group of one, as all are, needs nobody's vote, and has led in the term of each of its entries:
// the last of them stands for a hard state that is lost.
void replace_lost_vote(GroupId group, const RecoveredLog& log, RaftStart& start) {
  const bool is_lost = std::any_of(
      log.suspect_ranges().begin(), log.suspect_ranges().end(),
      [&](const SuspectRange& range) { return range.group == group && range.is_hard_state_lost; });
  if (!is_lost || start.entries.empty()) return;
  const Term led = start.entries.back().term;
  if (led <= start.hard_state.term) return;
  start.hard_state.term = led;
  start.hard_state.vote = start.self;
}

std::string gap_text(GroupId group, LogIndex first, LogIndex last) {
  return "entries " + std::to_string(first.value) + " to " + std::to_string(last.value) +
         " of group " + std::to_string(group.value) +
         " are neither in the store nor in the journal";
}

// Takes the entries behind `stored` as far as they connect.
Status read_entries(GroupId group, const RecoveredLog& log, RecoveredGroup& recovered) {
  RaftStart& start = recovered.start;
  std::optional<LogEnd> end = suspect_end(group, log, start.stored.index);
  LogIndex next = start.stored.index.next();
  LEAT_TRY(log.replay(group, next, [&](const LogRecord& entry) -> Status {
    if (!end && entry.index != next) {
      end = LogEnd{.first_lost = next,
                   .reason = gap_text(group, next, LogIndex(entry.index.value - 1))};
    }
    if (end && entry.index >= end->first_lost) return {};
    next = entry.index.next();
    start.entries.push_back({.index = entry.index,
                             .term = entry.term,
                             .previous_hash = entry.previous_hash,
                             .payload = entry.payload});
    return {};
  }));
  if (end) recovered.damage = std::move(end->reason);
  return {};
}

}  // namespace

Result<RecoveredGroup> recover_group(GroupId group, NodeId self, const RecoveredLog& log,
                                     const std::optional<StoredRow>& stored) {
  RecoveredGroup recovered;
  RaftStart& start = recovered.start;
  start.self = self;
  start.members.voters = {self};
  if (stored) {
    LEAT_TRY_ASSIGN(RaftRow row, decode_raft_row(stored->raft_row.view()));
    if (row.stored.index != stored->stored) {
      return failure(ErrorKind::kCorruption, "raft row and write set of group " +
                                                 std::to_string(group.value) +
                                                 " name different indexes");
    }
    start.stored = row.stored;
    start.hard_state = row.hard_state;
    start.members = std::move(row.members);
  }
  if (const std::optional<LogRecord> record = log.hard_state(group)) {
    LEAT_TRY_ASSIGN(const RaftHardState state, decode_hard_state(record->payload.view()));
    if (state.term >= start.hard_state.term) {
      const LogIndex commit = std::max(state.commit, start.hard_state.commit);
      start.hard_state = state;
      start.hard_state.commit = commit;
    }
  }
  LEAT_TRY(read_entries(group, log, recovered));
  replace_lost_vote(group, log, start);
  return recovered;
}

Result<RaftStart> recover_whole_group(GroupId group, NodeId self, const RecoveredLog& log,
                                      const std::optional<StoredRow>& stored) {
  LEAT_TRY_ASSIGN(RecoveredGroup recovered, recover_group(group, self, log, stored));
  if (!recovered.damage.empty()) {
    return failure(ErrorKind::kCorruption, std::move(recovered.damage));
  }
  return std::move(recovered.start);
}

}  // namespace leat
