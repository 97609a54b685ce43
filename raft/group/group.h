#pragma once

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/base/ring.h"
#include "raft/core/raft.h"
#include "raft/group/state_machine.h"
#include "storage/api/horizon.h"

namespace leat {

class GroupSet;

// One Raft group on its shard: carries the effects of its Raft out to the log and hands committed
// entries to its state machine. Owned by whoever owns the state machine; registered with the
// shard's GroupSet for its whole life; used on the shard's thread.
//
// Holds between calls: entries reach the state machine in log order, one at a time, each after it
// is durable here; while one is unfinished (StateMachine::Applied::kLater) the rest wait.
class Group {
 public:
  Group(GroupId id, Raft raft, StateMachine& machine, GroupSet& groups);
  ~Group();
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  // Stands for election; a group of one leads from the next durable report on.
  Status campaign();
  // Appends an entry that leaves for the log at the end of this turn. kUnavailable when this member
  // does not lead; nothing is appended then.
  Result<Proposal> propose(Bytes payload);
  // A leader follows from now on; its machine hears of it at the end of this turn. A group of one
  // has no reason of its own to do so.
  void step_down();
  // The end of an entry that StateMachine::apply left for later.
  void entry_applied();

  GroupId id() const { return id_; }
  Term term() const { return raft_.term(); }
  bool is_leader() const { return raft_.is_leader(); }
  // Whether this member needs nobody else's vote: it may lead before anybody is heard.
  bool is_only_voter() const { return raft_.is_only_voter(); }
  // The end of the log.
  Proposal last() const {
    const LogPosition& last = raft_.log().last();
    return {.index = last.index, .term = last.term};
  }
  LogIndex last_index() const { return last().index; }
  // Up to where the state machine has applied; a write set taken now stores up to here.
  const LogPosition& applied() const { return applied_; }
  // The raft row for a write set taken now.
  Bytes raft_row() const;
  // What the row stands for in trimming.
  HardStatePlace hard_state_place() const { return place_of(raft_.hard_state()); }

 private:
  friend class GroupSet;

  static HardStatePlace place_of(const RaftHardState& state) {
    return {state.term, LogIndex(state.vote ? 1 : 0)};
  }

  // Takes what the Raft has to do and does it: records to the log, entries to the machine.
  void process();
  void persist(RaftReady& ready);
  void apply_committed();
  void durable(const RaftProgress& progress);
  void mark_applied(LogIndex index);
  void tell_stepped_down();

  GroupId id_;
  Raft raft_;
  StateMachine& machine_;
  GroupSet& groups_;
  Ring<RaftEntry> to_apply_;
  LogPosition applied_;
  LogIndex leads_from_;  // became_leader is told once this is applied
  bool leads_ = false;   // as the machine was told
  bool is_applying_ = false;
  bool is_queued_ = false;  // of the GroupSet
};

}  // namespace leat
