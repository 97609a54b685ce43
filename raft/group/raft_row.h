#pragma once

#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "raft/core/raft.h"
#include "storage/api/horizon.h"

namespace leat {

// What a write set says of its group: the row from which recovery starts. Little endian.
//
//   | version 1 (= 1) | term 8 | vote 8 | commit 8 | stored index 8 | stored term 8 | stored hash 8
//   | | voters 1 | node 8 each | learners 1 | node 8 each |
struct RaftRow {
  RaftHardState hard_state;
  LogPosition stored;
  RaftMembers members;
};

// What a hard state stands for in trimming, and which of two is the newer one.
HardStatePlace place_of(const RaftHardState& state);

Bytes encode_raft_row(const RaftRow& row);
Result<RaftRow> decode_raft_row(std::string_view bytes);

// The payload of a hard state record in the journal:  | version 1 (= 1) | term 8 | vote 8 | commit
// 8 |
Bytes encode_hard_state(const RaftHardState& state);
Result<RaftHardState> decode_hard_state(std::string_view bytes);

}  // namespace leat
