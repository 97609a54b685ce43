#pragma once

#include <optional>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "raft/core/raft.h"
#include "storage/api/log_store.h"
#include "storage/api/message_store.h"

namespace leat {

// From what a group starts after a restart: the newer hard state of its raft row and of the
// journal, and the journal's entries from stored + 1. A log that ends before `stored` begins there.
// kCorruption when the entries do not connect, or when the journal calls the group suspect.
Result<RaftStart> recover_group(GroupId group, NodeId self, const RecoveredLog& log,
                                const std::optional<StoredRow>& stored);

}  // namespace leat
