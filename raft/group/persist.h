#pragma once

#include "core/base/ids.h"
#include "raft/core/raft.h"
#include "raft/core/ready.h"
#include "storage/api/log_store.h"

namespace leat {

// Records that went to the log, and what their durability means to the Raft.
struct Persisted {
  LogTicket ticket;  // of the last one; none: there was nothing to write
  RaftProgress progress;
};

// Appends what a Ready of this group has for the journal, in the order in which it must be found
// again: a hard state before the entries of its term, a truncation before what replaces it. The
// records leave with the log's next flush.
Persisted persist(GroupId group, const RaftReady& ready, LogStore& log);

}  // namespace leat
