#pragma once

#include <optional>
#include <string>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "raft/core/raft.h"
#include "storage/api/log_store.h"
#include "storage/api/message_store.h"

namespace leat {

// What a group starts from after a restart: the newer hard state of its raft row and of the
// journal, and the journal's entries from stored + 1. A log that ends before `stored` begins there.
struct RecoveredGroup {
  RaftStart start;
  // Why the entries end where they do, in words for a person, where they do not connect or the
  // journal calls the group suspect from there on; empty: all of it is here.
  std::string damage;
};
Result<RecoveredGroup> recover_group(GroupId group, NodeId self, const RecoveredLog& log,
                                     const std::optional<StoredRow>& stored);

// The same of a group that is of no use in part: damage is kCorruption.
Result<RaftStart> recover_whole_group(GroupId group, NodeId self, const RecoveredLog& log,
                                      const std::optional<StoredRow>& stored);

}  // namespace leat
