#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "raft/core/raft.h"
#include "storage/api/log_store.h"
#include "storage/api/message_store.h"

namespace leat {

// Which group is recovered on which server, and from whose members it starts where it has no raft
// row yet: those that its creation named.
struct GroupOrigin {
  GroupId group;
  NodeId self;
  RaftMembers founders;
};

// What a group starts from after a restart: the newer hard state of its raft row and of the
// journal, and the journal's entries from stored + 1. A log that ends before `stored` begins there.
// Store and journal alone are asked, so that a group can be recovered before anything else is known
// of it. start.is_vote_lost says that the journal may have lost this member's newest vote; the only
// voter of a group then votes for itself in the term that it has led in, nobody else does.
struct RecoveredGroup {
  RaftStart start;
  // Why the entries end where they do, in words for a person, where they do not connect or the
  // journal calls the group suspect from there on; empty: all of it is here.
  std::string damage;
};
Result<RecoveredGroup> recover_group(const GroupOrigin& origin, const RecoveredLog& log,
                                     const std::optional<StoredRow>& stored);

// The same of a group that is of no use in part: damage is kCorruption.
Result<RaftStart> recover_whole_group(const GroupOrigin& origin, const RecoveredLog& log,
                                      const std::optional<StoredRow>& stored);

// All groups of which store or journal has a trace and which were not deleted, kMetaGroup among
// them; ascending. Fails when the store cannot be read.
Result<std::vector<GroupId>> traced_groups(RecoveredStore& store, const RecoveredLog& log);

}  // namespace leat
