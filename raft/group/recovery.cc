#include "raft/group/recovery.h"

#include <string>
#include <utility>

#include "raft/group/raft_row.h"

namespace leat {
namespace {

Status refuse_suspect(GroupId group, const RecoveredLog& log, LogIndex stored) {
  for (const SuspectRange& range : log.suspect_ranges()) {
    if (range.group != group) continue;
    // What the materialised state already holds needs no log.
    if (range.last && range.last <= stored && !range.is_hard_state_lost) continue;
    return failure(ErrorKind::kCorruption,
                   "the journal has damaged entries " + std::to_string(range.first.value) + " to " +
                       (range.last ? std::to_string(range.last.value) : "the end") + " of group " +
                       std::to_string(group.value) + ": " + range.reason);
  }
  return {};
}

// What lies between is in neither of them: it is named, not stepped over.
Status refuse_gap(GroupId group, const RaftStart& start) {
  const LogIndex next = start.stored.index.next();
  if (start.entries.empty() || start.entries.front().index == next) return {};
  return failure(ErrorKind::kCorruption, "entries " + std::to_string(next.value) + " to " +
                                             std::to_string(start.entries.front().index.value - 1) +
                                             " of group " + std::to_string(group.value) +
                                             " are neither in the store nor in the journal");
}

}  // namespace

Result<RaftStart> recover_group(GroupId group, NodeId self, const RecoveredLog& log,
                                const std::optional<StoredRow>& stored) {
  RaftStart start;
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
  LEAT_TRY(refuse_suspect(group, log, start.stored.index));
  if (const std::optional<LogRecord> record = log.hard_state(group)) {
    LEAT_TRY_ASSIGN(const RaftHardState state, decode_hard_state(record->payload.view()));
    if (state.term >= start.hard_state.term) {
      const LogIndex commit = std::max(state.commit, start.hard_state.commit);
      start.hard_state = state;
      start.hard_state.commit = commit;
    }
  }
  LEAT_TRY(log.replay(group, start.stored.index.next(), [&start](const LogRecord& entry) -> Status {
    start.entries.push_back({.index = entry.index,
                             .term = entry.term,
                             .previous_hash = entry.previous_hash,
                             .payload = entry.payload});
    return {};
  }));
  LEAT_TRY(refuse_gap(group, start));
  return start;
}

}  // namespace leat
