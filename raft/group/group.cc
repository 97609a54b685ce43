#include "raft/group/group.h"

#include <utility>

#include "core/base/check.h"
#include "raft/group/group_set.h"
#include "raft/group/raft_row.h"

namespace leat {

Group::Group(GroupId id, Raft raft, StateMachine& machine, GroupSet& groups)
    : id_(id),
      raft_(std::move(raft)),
      machine_(machine),
      groups_(groups),
      applied_(raft_.log().start()) {
  groups_.add(*this);
}

Group::~Group() { groups_.remove(*this); }

Status Group::campaign() {
  LEAT_TRY(raft_.campaign());
  groups_.enqueue(*this);
  return {};
}

Result<Proposal> Group::propose(Bytes payload) {
  Result<Proposal> proposal = raft_.propose(std::move(payload));
  if (proposal) groups_.enqueue(*this);
  return proposal;
}

void Group::step_down() {
  raft_.step_down();
  groups_.enqueue(*this);
}

Bytes Group::raft_row() const {
  RaftRow row;
  row.hard_state = raft_.hard_state();
  row.stored = applied_;
  row.members.voters = {raft_.self()};
  return encode_raft_row(row);
}

void Group::process() {
  apply_committed();  // what an unfinished entry held back
  RaftReady& ready = groups_.ready_;
  while (raft_.has_ready()) {
    raft_.take_ready(ready);
    if (ready.stepped_down) tell_stepped_down();
    if (ready.became_leader) leads_from_ = raft_.log().last().index;
    persist(ready);
    // Messages to peers go out through the transport; a group of one has none.
    LEAT_CHECK(ready.send_now.empty() && ready.send_after_persist.empty());
    for (RaftEntry& entry : ready.committed) to_apply_.push_back(std::move(entry));
    apply_committed();
  }
  ready.clear();  // its entries are with the log and the machine
}

void Group::persist(RaftReady& ready) {
  LogTicket ticket;
  RaftProgress progress;
  if (ready.hard_state) {
    ticket = groups_.log().append({.group = id_,
                                   .kind = RecordKind::kHardState,
                                   .index = place_of(*ready.hard_state).index,
                                   .term = ready.hard_state->term,
                                   .previous_hash = 0,
                                   .payload = encode_hard_state(*ready.hard_state)});
    progress.hard_state_durable = ready.hard_state->term;
  }
  for (const RaftEntry& entry : ready.entries) {
    ticket = groups_.log().append({.group = id_,
                                   .kind = RecordKind::kEntry,
                                   .index = entry.index,
                                   .term = entry.term,
                                   .previous_hash = entry.previous_hash,
                                   .payload = entry.payload});
    progress.durable = {.index = entry.index, .term = entry.term, .hash = 0};
  }
  if (ticket) groups_.await(ticket, *this, progress);
}

void Group::durable(const RaftProgress& progress) {
  raft_.advance(progress);
  groups_.enqueue(*this);
}

void Group::apply_committed() {
  while (!is_applying_ && !to_apply_.empty()) {
    const RaftEntry& entry = to_apply_.front();
    is_applying_ = true;
    if (entry.is_no_op()) {
      machine_.passed_no_op({.index = entry.index, .term = entry.term});
    } else if (machine_.apply(entry) == StateMachine::Applied::kLater) {
      return;
    }
    mark_applied(entry.index);
  }
}

void Group::entry_applied() {
  LEAT_CHECK(is_applying_) << "group " << id_ << " is not applying";
  mark_applied(to_apply_.front().index);
  if (!to_apply_.empty()) groups_.enqueue(*this);
}

void Group::mark_applied(LogIndex index) {
  applied_ = raft_.log().position(index);
  to_apply_.pop_front();
  is_applying_ = false;
  RaftProgress progress;
  progress.applied = index;
  raft_.advance(progress);
  if (leads_from_ && index >= leads_from_) {
    leads_from_ = {};
    leads_ = true;
    machine_.became_leader();
  }
}

void Group::tell_stepped_down() {
  leads_from_ = {};
  if (std::exchange(leads_, false)) machine_.stepped_down();
}

}  // namespace leat
