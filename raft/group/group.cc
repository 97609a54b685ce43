#include "raft/group/group.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/limits.h"
#include "core/base/log.h"
#include "raft/group/group_set.h"
#include "raft/group/persist.h"
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
  row.members = raft_.members();
  return encode_raft_row(row);
}

void Group::process() {
  apply_committed();  // what an unfinished entry held back
  RaftReady& ready = groups_.ready_;
  while (raft_.has_ready()) {
    raft_.take_ready(ready);
    carry_out(ready);
  }
  ready.clear();  // its entries are with the log and the machine
}

void Group::carry_out(RaftReady& ready) {
  release_reads(ready.reads);
  if (ready.stepped_down) tell_stepped_down();
  if (ready.became_leader) leads_from_ = raft_.log().last().index;
  const Persisted persisted = persist(id_, ready, groups_.log());
  if (persisted.ticket) {
    appended_ = persisted.ticket;
    groups_.await(persisted.ticket, *this, persisted.progress);
  }
  send(ready);
  if (ready.wanted_from) read_from_log(ready.wanted_from);
  for (RaftEntry& entry : ready.committed) to_apply_.push_back(std::move(entry));
  apply_committed();
}

// What rests on earlier records of the group waits for them, too.
void Group::send(RaftReady& ready) {
  for (RaftMessage& message : ready.send_now) groups_.send({id_, std::move(message)});
  for (RaftMessage& message : ready.send_after_persist) {
    groups_.send_when_durable(appended_, {id_, std::move(message)});
  }
}

OldEntries::Found Group::find_entries(LogIndex from, std::size_t bytes,
                                      std::vector<RaftEntry>& into) {
  const OldEntries::Found found = raft_.find_entries(from, bytes, into);
  if (found == OldEntries::Found::kLater) groups_.enqueue(*this);
  return found;
}

void Group::read_from_log(LogIndex from) {
  groups_.log().read(id_, from, limits::kRaftReadBytes,
                     [self = lifetime_.ref(), from](Result<std::vector<LogRecord>> records) {
                       if (self) self->read_from_log_ended(from, std::move(records));
                     });
}

void Group::read_from_log_ended(LogIndex from, Result<std::vector<LogRecord>> records) {
  Result<std::vector<RaftEntry>> entries;
  if (records) {
    for (LogRecord& record : *records) {
      entries->push_back({.index = record.index,
                          .term = record.term,
                          .previous_hash = record.previous_hash,
                          .payload = std::move(record.payload)});
    }
  } else {
    entries = tl::unexpected(std::move(records).error());
  }
  if (const Status taken = raft_.entries_read(from, std::move(entries)); !taken) {
    LEAT_LOG(kError) << "group " << id_ << ": " << taken.error().text;
  }
  groups_.enqueue(*this);
}

void Group::read_index(ReadCallback callback) {
  const std::uint64_t context = ++last_read_;
  if (const Status asked = raft_.read_index(context); !asked) return callback(asked);
  reads_.push_back({.context = context, .index = {}, .callback = std::move(callback)});
  groups_.enqueue(*this);
}

void Group::release_reads(const std::vector<ReadState>& known) {
  std::size_t i = 0;  // both are in the order in which the reads came
  for (const ReadState& read : known) {
    while (i < reads_.size() && reads_[i].context < read.context) ++i;
    if (i < reads_.size() && reads_[i].context == read.context) reads_[i].index = read.index;
  }
  if (!known.empty()) serve_reads();
}

// An index that was asked for later is never lower.
void Group::serve_reads() {
  while (!reads_.empty() && reads_.front().index && reads_.front().index <= applied_.index) {
    reads_.pop_front().callback(Status());
  }
}

// Those whose index is known stay: they wait for this member's log alone.
void Group::refuse_reads() {
  std::size_t known = 0;
  while (known < reads_.size() && reads_[known].index) ++known;
  while (reads_.size() > known) {
    ReadCallback callback = std::move(reads_.back().callback);
    reads_.pop_back();
    callback(failure(ErrorKind::kUnavailable, "raft: this member no longer leads its group"));
  }
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
  serve_reads();
}

void Group::tell_stepped_down() {
  leads_from_ = {};
  refuse_reads();
  if (std::exchange(leads_, false)) machine_.stepped_down();
}

}  // namespace leat
