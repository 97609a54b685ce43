#pragma once

#include <cstdint>
#include <vector>

#include "core/base/ids.h"
#include "raft/core/entry.h"

namespace leat {

// What members of one group say to each other. Pinned: these values travel between servers.
enum class RaftMessageType : std::uint8_t {
  kPreVote = 1,
  kPreVoteReply = 2,
  kVote = 3,
  kVoteReply = 4,
  kAppend = 5,
  kAppendReply = 6,
  kHeartbeat = 7,
  kHeartbeatReply = 8,
  kSnapshot = 9,
  kSnapshotReply = 10,
  kReadIndex = 11,
  kReadIndexReply = 12,
  kTimeoutNow = 13,  // leadership transfer: stand at once
};

// One message. Which fields count depends on the type; the others are zero.
struct RaftMessage {
  RaftMessageType type = RaftMessageType::kHeartbeat;
  NodeId from;
  NodeId to;
  Term term;
  LogPosition previous;            // append: what the entries follow; vote: end of the log
  LogIndex commit;                 // append, heartbeat
  LogIndex match;                  // replies: the log agrees up to here
  LogIndex hint;                   // refused append: try from here
  std::uint64_t context = 0;       // read index: which request
  bool is_refused = false;         // replies
  std::vector<RaftEntry> entries;  // append
};

}  // namespace leat
