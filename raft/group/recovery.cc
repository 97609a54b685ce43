#include "raft/group/recovery.h"

#include <algorithm>
#include <iterator>
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

// Damage that names no group may have hit any that the log does not name.
bool may_lack_vote(GroupId group, const RecoveredLog& log) {
  return std::any_of(log.suspect_ranges().begin(), log.suspect_ranges().end(),
                     [&](const SuspectRange& range) {
                       if (!range.is_hard_state_lost) return false;
                       if (range.group) return range.group == group;
                       const std::vector<GroupId> named = log.groups();
                       return !std::binary_search(named.begin(), named.end(), group);
                     });
}

// The terms of what was stored and of the entries were reached, whatever became of the hard state.
// The only voter of a group has led in all of them, and so has voted for itself; how another member
// voted is not known.
void replace_lost_vote(GroupId group, const RecoveredLog& log, RaftStart& start) {
  start.is_vote_lost = may_lack_vote(group, log);
  raise_term(start, start.stored.term);
  if (!start.is_vote_lost || start.entries.empty()) return;
  const Term reached = start.entries.back().term;
  if (reached <= start.hard_state.term) return;
  raise_term(start, reached);
  const std::vector<NodeId> only_self{start.self};
  if (start.members.voters == only_self) start.hard_state.vote = start.self;
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

Result<RecoveredGroup> recover_group(const GroupOrigin& origin, const RecoveredLog& log,
                                     const std::optional<StoredRow>& stored) {
  const GroupId group = origin.group;
  RecoveredGroup recovered;
  RaftStart& start = recovered.start;
  start.self = origin.self;
  start.members = origin.founders;
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
    const LogIndex commit = std::max(state.commit, start.hard_state.commit);
    if (place_of(state) >= place_of(start.hard_state)) start.hard_state = state;
    start.hard_state.commit = commit;
  }
  LEAT_TRY(read_entries(group, log, recovered));
  replace_lost_vote(group, log, start);
  return recovered;
}

Result<RaftStart> recover_whole_group(const GroupOrigin& origin, const RecoveredLog& log,
                                      const std::optional<StoredRow>& stored) {
  LEAT_TRY_ASSIGN(RecoveredGroup recovered, recover_group(origin, log, stored));
  if (!recovered.damage.empty()) {
    return failure(ErrorKind::kCorruption, std::move(recovered.damage));
  }
  return std::move(recovered.start);
}

Result<std::vector<GroupId>> traced_groups(RecoveredStore& store, const RecoveredLog& log) {
  LEAT_TRY_ASSIGN(const std::vector<GroupId> stored, store.groups());
  LEAT_TRY_ASSIGN(const std::vector<GroupId> deleted, store.deleted_groups());
  const std::vector<GroupId> logged = log.groups();
  std::vector<GroupId> traced;
  std::set_union(stored.begin(), stored.end(), logged.begin(), logged.end(),
                 std::back_inserter(traced));
  std::erase_if(traced, [&deleted](GroupId group) {
    return std::binary_search(deleted.begin(), deleted.end(), group);
  });
  return traced;
}

}  // namespace leat
