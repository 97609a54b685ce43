#include "raft/group/persist.h"

#include "raft/group/raft_row.h"

namespace leat {

Persisted persist(GroupId group, const RaftReady& ready, LogStore& log) {
  Persisted persisted;
  persisted.progress.truncations = ready.truncations;
  if (ready.hard_state) {
    persisted.ticket = log.append({.group = group,
                                   .kind = RecordKind::kHardState,
                                   .index = place_of(*ready.hard_state).index,
                                   .term = ready.hard_state->term,
                                   .previous_hash = 0,
                                   .payload = encode_hard_state(*ready.hard_state)});
    persisted.progress.hard_state_durable = ready.hard_state->term;
  }
  if (ready.truncated_to) {
    persisted.ticket = log.append({.group = group,
                                   .kind = RecordKind::kTruncate,
                                   .index = ready.truncated_to->index.next(),
                                   .term = ready.truncated_to->term,
                                   .previous_hash = ready.truncated_to->hash,
                                   .payload = {}});
    // Everything before it was appended earlier: it is durable by then as well.
    persisted.progress.durable = *ready.truncated_to;
  }
  for (const RaftEntry& entry : ready.entries) {
    persisted.ticket = log.append({.group = group,
                                   .kind = RecordKind::kEntry,
                                   .index = entry.index,
                                   .term = entry.term,
                                   .previous_hash = entry.previous_hash,
                                   .payload = entry.payload});
    persisted.progress.durable = {.index = entry.index, .term = entry.term, .hash = 0};
  }
  return persisted;
}

}  // namespace leat
