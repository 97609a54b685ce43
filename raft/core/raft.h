#pragma once

#include <cstdint>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "raft/core/messages.h"
#include "raft/core/old_entries.h"
#include "raft/core/progress.h"
#include "raft/core/raft_log.h"
#include "raft/core/read_index.h"
#include "raft/core/ready.h"

namespace leat {

// The members of a group. Voters make the quorum; learners only follow.
struct RaftMembers {
  std::vector<NodeId> voters;
  std::vector<NodeId> learners;
};

// From what a member starts: fresh (all zero), or what recovery found.
struct RaftStart {
  NodeId self;
  RaftMembers members;
  RaftHardState hard_state;
  LogPosition stored;              // the materialised state holds everything up to here
  std::vector<RaftEntry> entries;  // durable in the journal, from stored + 1
  // A newer vote than that of `hard_state` may have been given and be lost: the only voter does not
  // mind; another member must not vote as if it had not.
  bool is_vote_lost = false;
};

// The group has reached `term`. Where the hard state is of an earlier one, it does not say how this
// member has voted in `term`: it is raised, without a vote, which counts as lost.
void raise_term(RaftStart& start, Term term);

// What the group has done of the Readies it took.
struct RaftProgress {
  LogPosition durable;            // the own journal holds the log up to here (index and term),
  std::uint64_t truncations = 0;  // as RaftReady had it when that was given out
  Term hard_state_durable;        // and the hard state of this term
  LogIndex applied;               // the state machine has applied up to here
};

// One member of one Raft group: a pure machine. Inputs: tick, step, campaign, propose, read_index,
// advance. Effects: take_ready. No clock, no thread, no disk; owned by a Group, used on its shard.
//
// Persisting is asynchronous: proposals go on while earlier entries are on their way to the disk,
// and `advance` tells when they have arrived. Holds between calls: commit only moves over entries
// of the own term, and never past what a quorum has durably.
//
// Groups of one work. A configuration with further members is refused by `start` with
// kUnsupported, and so no message can come from a member; `step` says so by name.
class Raft {
 public:
  static Result<Raft> start(RaftStart start);

  // Time passes. A group of one has no election and no heartbeat, so nothing follows from it.
  void tick();
  // A message from another member. Refused: kInvalid when it is not for this member or does not
  // come from one, kUnsupported when its handling is not built.
  Status step(const RaftMessage& message);
  // Stands for election. The only voter of a group wins at once: its term, its vote for itself and
  // its no-op entry come with the next Ready.
  Status campaign();
  // Appends to the log; committed when a quorum has it. kUnavailable when this member does not
  // lead.
  Result<Proposal> propose(Bytes payload);
  // A leader follows from now on, in its term; nothing for another role. What it has proposed stays
  // in its log and is committed, or overwritten, by whoever leads next.
  void step_down();
  // Asks for the index from which a read is linearizable; answered in a Ready.
  Status read_index(std::uint64_t context);
  void advance(const RaftProgress& progress);

  // Appends entries from `from` on for a member that lags, as many as fit into `bytes` and one at
  // least. Those that are no longer in memory are wanted with the next Ready and are here after
  // entries_read(). LEAT_CHECKs that `from` is not behind the last entry.
  OldEntries::Found find_entries(LogIndex from, std::size_t bytes, std::vector<RaftEntry>& into);
  // What the group's log answered to RaftReady::wanted_from. After kNotFound and kCorruption the
  // entry counts as gone, after another failure it may be wanted again. A failure is handed back,
  // but for kNotFound; also kCorruption where what was read does not connect.
  Status entries_read(LogIndex from, Result<std::vector<RaftEntry>> entries);

  bool has_ready() const;
  // Replaces the contents of `into` (keeping its capacity) by the effects since the last call.
  void take_ready(RaftReady& into);

  bool is_only_voter() const { return members_.voters.size() == 1; }
  const RaftMembers& members() const { return members_; }
  bool is_leader() const { return role_ == RaftRole::kLeader; }
  RaftRole role() const { return role_; }
  Term term() const { return hard_state_.term; }
  NodeId leader() const { return leader_; }
  NodeId self() const { return self_; }
  const RaftHardState& hard_state() const { return hard_state_; }
  const RaftLog& log() const { return log_; }

 private:
  Raft(NodeId self, RaftMembers members, LogPosition stored);

  void become_leader();
  void update_commit();
  Progress& own_progress();

  NodeId self_;
  RaftMembers members_;
  RaftLog log_;
  OldEntries old_entries_;
  RaftRole role_ = RaftRole::kFollower;
  NodeId leader_;
  RaftHardState hard_state_;
  RaftHardState taken_hard_state_;  // as last given out for persisting
  Term durable_term_;               // the newest term whose hard state is durable
  LogIndex term_start_;             // the no-op of the own term as leader
  std::vector<Progress> progress_;  // of the voters, while leading
  ReadIndexQueue waiting_reads_;
  std::vector<ReadState> ready_reads_;
  bool became_leader_ = false;
  bool stepped_down_ = false;
};

}  // namespace leat
