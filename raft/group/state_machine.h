#pragma once

#include "raft/core/entry.h"

namespace leat {

// What a Raft group drives: a stream, or the meta group. Called on the group's shard.
class StateMachine {
 public:
  enum class Applied : bool {
    kYes,
    // The entry is too long for one turn, or waits for rows: the machine goes on by itself and
    // calls Group::entry_applied() at its end. Until then it gets no further entry.
    kLater,
  };

  virtual ~StateMachine() = default;
  // The next committed entry, durable here; each exactly once and in log order. Never a no-op.
  virtual Applied apply(const RaftEntry& entry) = 0;
  // In the order of the entries: the no-op of a new leader stands at `place`. Whatever was proposed
  // here for that index, or behind it in an earlier term, is overwritten.
  virtual void passed_no_op(const Proposal& place) = 0;
  // This member leads from now on, and everything that was in the log before is applied.
  virtual void became_leader() = 0;
  // It no longer leads; follows each became_leader once. What it has proposed may still be applied
  // here, or be overwritten. It may lead again.
  virtual void stepped_down() = 0;
  // The log wants to leave records of this group behind: takes a write set soon, which is flushed.
  virtual void must_store() = 0;
};

}  // namespace leat
