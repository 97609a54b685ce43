#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/ids.h"
#include "raft/core/entry.h"
#include "raft/core/messages.h"

namespace leat {

// What a member must find again after a crash. Term and vote are promises to the others and are
// synced before any message that rests on them; commit is a help at restart.
struct RaftHardState {
  Term term;
  NodeId vote;  // none: has not voted in this term
  LogIndex commit;

  friend bool operator==(const RaftHardState&, const RaftHardState&) = default;
};

enum class RaftRole : std::uint8_t { kFollower, kPreCandidate, kCandidate, kLeader };

// A read that was asked for may be served once everything up to `index` is applied.
struct ReadState {
  std::uint64_t context = 0;
  LogIndex index;
};

// The effects of what went into a Raft since the last take_ready(), to be carried out by its group:
//
//   1. hard_state, truncated_to and entries -> to the journal, in this order
//   2. send_now                -> to the peers, without waiting (a leader's own appends)
//   3. send_after_persist      -> to the peers when 1 is durable (votes, replies to appends)
//   4. committed               -> to the state machine, in order; all of them are durable here
//   5. wanted_from             -> a read from the own log, answered by Raft::entries_read
//
// Durability is told back by Raft::advance; nothing here waits for it.
struct RaftReady {
  std::optional<RaftHardState> hard_state;
  std::optional<LogPosition> truncated_to;  // what the journal has behind it is taken back
  std::uint64_t truncations = 0;            // to be told back with the durability of all this
  std::vector<RaftEntry> entries;
  std::vector<RaftMessage> send_now;
  std::vector<RaftMessage> send_after_persist;
  std::vector<RaftEntry> committed;
  std::vector<ReadState> reads;
  LogIndex wanted_from;  // none: nothing is to be read
  // Both may be set: it has stepped down first, and leads again.
  bool stepped_down = false;
  bool became_leader = false;

  void clear() {
    hard_state.reset();
    truncated_to.reset();
    entries.clear();
    send_now.clear();
    send_after_persist.clear();
    committed.clear();
    reads.clear();
    wanted_from = {};
    stepped_down = false;
    became_leader = false;
  }
};

}  // namespace leat
