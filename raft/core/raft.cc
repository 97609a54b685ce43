#include "raft/core/raft.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/base/check.h"
#include "core/base/limits.h"
#include "raft/core/quorum.h"

namespace leat {
namespace {

std::string_view name_of(RaftMessageType type) {
  switch (type) {
    case RaftMessageType::kPreVote:
      return "PreVote";
    case RaftMessageType::kPreVoteReply:
      return "PreVoteReply";
    case RaftMessageType::kVote:
      return "Vote";
    case RaftMessageType::kVoteReply:
      return "VoteReply";
    case RaftMessageType::kAppend:
      return "Append";
    case RaftMessageType::kAppendReply:
      return "AppendReply";
    case RaftMessageType::kHeartbeat:
      return "Heartbeat";
    case RaftMessageType::kHeartbeatReply:
      return "HeartbeatReply";
    case RaftMessageType::kSnapshot:
      return "Snapshot";
    case RaftMessageType::kSnapshotReply:
      return "SnapshotReply";
    case RaftMessageType::kReadIndex:
      return "ReadIndex";
    case RaftMessageType::kReadIndexReply:
      return "ReadIndexReply";
    case RaftMessageType::kTimeoutNow:
      return "TimeoutNow";
  }
  return "unknown";
}

bool contains(const std::vector<NodeId>& nodes, NodeId node) {
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

}  // namespace

void raise_term(RaftStart& start, Term term) {
  if (term <= start.hard_state.term) return;
  start.hard_state.term = term;
  start.hard_state.vote = {};
  start.is_vote_lost = true;
}

Raft::Raft(NodeId self, RaftMembers members, LogPosition stored)
    : self_(self), members_(std::move(members)), log_(stored) {
  const bool is_alone = members_.voters.size() == 1 && members_.learners.empty();
  log_.set_tail(is_alone ? 0 : limits::kRaftTailBytes);
}

Result<Raft> Raft::start(RaftStart start) {
  if (!start.self) return failure(ErrorKind::kInvalid, "raft: a member needs a node id");
  if (!contains(start.members.voters, start.self)) {
    return failure(ErrorKind::kInvalid, "raft: this node is not a voter of its own group");
  }
  if (start.members.voters.size() > 1 || !start.members.learners.empty()) {
    return failure(ErrorKind::kUnsupported,
                   "raft: a group of " +
                       std::to_string(start.members.voters.size() + start.members.learners.size()) +
                       " members is not built yet; groups of one are");
  }
  raise_term(start, start.stored.term);
  Raft raft(start.self, std::move(start.members), start.stored);
  raft.hard_state_ = start.hard_state;
  for (RaftEntry& entry : start.entries) LEAT_TRY(raft.log_.restore(std::move(entry)));
  if (raft.log_.last().term > raft.hard_state_.term) {
    return failure(ErrorKind::kCorruption,
                   "raft: the log reaches term " + std::to_string(raft.log_.last().term.value) +
                       ", the hard state only " + std::to_string(raft.hard_state_.term.value));
  }
  raft.hard_state_.commit =
      std::clamp(raft.hard_state_.commit, raft.log_.start().index, raft.log_.last().index);
  raft.log_.commit_to(raft.hard_state_.commit);
  raft.taken_hard_state_ = raft.hard_state_;
  raft.durable_term_ = raft.hard_state_.term;
  return raft;
}

void Raft::tick() {}

Status Raft::step(const RaftMessage& message) {
  if (message.to != self_) {
    return failure(ErrorKind::kInvalid, "raft: message for node " +
                                            std::to_string(message.to.value) + " reached node " +
                                            std::to_string(self_.value));
  }
  if (message.from == self_ ||
      (!contains(members_.voters, message.from) && !contains(members_.learners, message.from))) {
    return failure(ErrorKind::kInvalid, "raft: node " + std::to_string(message.from.value) +
                                            " is not another member of this group");
  }
  return failure(ErrorKind::kUnsupported, "raft: message " + std::string(name_of(message.type)) +
                                              " from a peer is not built yet");
}

Status Raft::campaign() {
  if (role_ == RaftRole::kLeader) return {};
  LEAT_CHECK(members_.voters.size() == 1);
  ++hard_state_.term;
  hard_state_.vote = self_;
  become_leader();
  return {};
}

void Raft::become_leader() {
  role_ = RaftRole::kLeader;
  leader_ = self_;
  became_leader_ = true;
  progress_.clear();
  for (const NodeId voter : members_.voters) {
    progress_.push_back({.node = voter, .match = {}, .next = log_.last().index.next()});
  }
  own_progress().acknowledge(log_.durable());
  // Entries of earlier terms are committed by this one only (Raft paper 5.4.2).
  term_start_ = log_.append(hard_state_.term, {});
}

Result<Proposal> Raft::propose(Bytes payload) {
  LEAT_CHECK(!payload.empty()) << "an empty payload is the no-op of a new leader";
  if (role_ != RaftRole::kLeader) {
    return failure(ErrorKind::kUnavailable, "raft: this member does not lead its group");
  }
  const LogIndex index = log_.append(hard_state_.term, std::move(payload));
  return Proposal{.index = index, .term = hard_state_.term};
}

void Raft::step_down() {
  if (role_ != RaftRole::kLeader) return;
  role_ = RaftRole::kFollower;
  leader_ = {};
  progress_.clear();
  waiting_reads_.clear();
  old_entries_.clear();
  // Who was never told that it leads need not hear that it does not.
  if (!std::exchange(became_leader_, false)) stepped_down_ = true;
}

Status Raft::read_index(std::uint64_t context) {
  if (role_ != RaftRole::kLeader) {
    return failure(ErrorKind::kUnavailable, "raft: this member does not lead its group");
  }
  waiting_reads_.add(context);
  if (log_.committed() >= term_start_) waiting_reads_.release(log_.committed(), ready_reads_);
  return {};
}

Progress& Raft::own_progress() {
  for (Progress& progress : progress_) {
    if (progress.node == self_) return progress;
  }
  LEAT_CHECK(false) << "a leader is a voter of its group";
  return progress_.front();
}

void Raft::advance(const RaftProgress& progress) {
  durable_term_ = std::max(durable_term_, progress.hard_state_durable);
  log_.mark_durable(progress.durable.index, progress.durable.term, progress.truncations);
  if (role_ == RaftRole::kLeader) {
    own_progress().acknowledge(log_.durable());
    update_commit();
  }
  log_.mark_applied(progress.applied);
}

void Raft::update_commit() {
  // An entry counts only when the vote that made this member leader is durable as well: without
  // it a restart could vote again in the same term.
  if (durable_term_ < hard_state_.term) return;
  const LogIndex index = quorum_index(progress_);
  if (index <= log_.committed() || index < term_start_) return;
  log_.commit_to(index);
  hard_state_.commit = index;
  waiting_reads_.release(index, ready_reads_);
}

OldEntries::Found Raft::find_entries(LogIndex from, std::size_t bytes,
                                     std::vector<RaftEntry>& into) {
  LEAT_CHECK(from && from <= log_.last().index) << from << " of " << log_.last().index;
  if (from <= log_.start().index) return old_entries_.find(from, bytes, into);
  log_.copy(from, bytes, into);
  return OldEntries::Found::kHere;
}

// What memory has is taken from there: behind it the log may have changed since it was read.
Status Raft::entries_read(LogIndex from, Result<std::vector<RaftEntry>> entries) {
  if (!entries) {
    const ErrorKind kind = entries.error().kind;
    if (kind == ErrorKind::kNotFound || kind == ErrorKind::kCorruption) {
      old_entries_.put_gone(from);
    } else {
      old_entries_.put_failed(from);
    }
    if (kind == ErrorKind::kNotFound) return {};
    return tl::unexpected(std::move(entries).error());
  }
  while (!entries->empty() && entries->back().index > log_.start().index) entries->pop_back();
  const bool connects = entries->empty() || entries->back().index < log_.start().index ||
                        chain_hash(entries->back()) == log_.start().hash;
  if (connects) return old_entries_.put(from, std::move(*entries));
  old_entries_.put_gone(from);
  return failure(ErrorKind::kCorruption, "entry " + std::to_string(log_.start().index.value) +
                                             " that was read back is not the one that was applied");
}

bool Raft::has_ready() const {
  return became_leader_ || stepped_down_ || log_.has_unpersisted() || log_.has_deliverable() ||
         !ready_reads_.empty() || old_entries_.has_wanted() ||
         hard_state_.term != taken_hard_state_.term || hard_state_.vote != taken_hard_state_.vote;
}

void Raft::take_ready(RaftReady& into) {
  into.clear();
  // Commit alone is not worth a record: it is found again from the quorum.
  if (hard_state_.term != taken_hard_state_.term || hard_state_.vote != taken_hard_state_.vote) {
    into.hard_state = hard_state_;
    taken_hard_state_ = hard_state_;
  }
  into.stepped_down = std::exchange(stepped_down_, false);
  into.became_leader = std::exchange(became_leader_, false);
  into.truncated_to = log_.take_truncation();
  into.truncations = log_.truncations();
  log_.take_unpersisted(into.entries);
  into.wanted_from = old_entries_.take_wanted();
  log_.take_deliverable(into.committed);
  into.reads.swap(ready_reads_);
}

}  // namespace leat
