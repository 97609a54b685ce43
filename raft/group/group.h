#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/lifetime.h"
#include "core/base/result.h"
#include "core/base/ring.h"
#include "core/base/task.h"
#include "raft/core/raft.h"
#include "raft/group/raft_row.h"
#include "raft/group/state_machine.h"
#include "storage/api/horizon.h"
#include "storage/api/log_store.h"

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
  // Entries for a member that lags: Raft::find_entries. What memory no longer has is read from the
  // log at the end of this turn.
  OldEntries::Found find_entries(LogIndex from, std::size_t bytes, std::vector<RaftEntry>& into);
  // The end of an entry that StateMachine::apply left for later.
  void entry_applied();
  // A read that comes now may be served when `callback` hears of no failure: this member led when
  // it came, and has applied everything that was committed then. kUnavailable: it does not lead
  // (heard at once), or stopped before that was known. Not called when the group is gone by then.
  using ReadCallback = InlineFunction<void(Status)>;
  void read_index(ReadCallback callback);

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

  // Takes what the Raft has to do and does it: records to the log, entries to the machine.
  void process();
  // One round of Raft: everything that a Ready asks for.
  void carry_out(RaftReady& ready);
  void send(RaftReady& ready);
  void read_from_log(LogIndex from);
  void read_from_log_ended(LogIndex from, Result<std::vector<LogRecord>> records);
  void release_reads(const std::vector<ReadState>& known);
  void serve_reads();
  void refuse_reads();
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
  LogTicket appended_;      // the newest record of this group
  // Reads that wait for their index (none yet), then until it is applied; in the order they came.
  struct WaitingRead {
    std::uint64_t context = 0;
    LogIndex index;
    ReadCallback callback;
  };
  Ring<WaitingRead> reads_;
  std::uint64_t last_read_ = 0;
  Lifetime<Group> lifetime_{*this};
};

}  // namespace leat
