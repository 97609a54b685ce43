#pragma once

#include <cstdint>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/base/ring.h"
#include "raft/core/entry.h"

namespace leat {

// The log of one member, as far as it is kept in memory. Pure; owned by its Raft.
//
//   start | kept entries ........................................ last
//         |          applied <= committed        durable
//
// Holds between calls: entries are consecutive from start + 1 and each one's previous_hash is the
// chain hash of the one before; taken_ (given out for persisting) and durable_ never pass last;
// delivered_ (given out for applying) <= committed_ and <= durable_.
class RaftLog {
 public:
  // `start`: what lies before the first entry, held by the materialised state.
  explicit RaftLog(LogPosition start);

  // Appends at the end, filling in index and previous_hash.
  LogIndex append(Term term, Bytes payload);
  // Takes an entry read back from the journal, which must connect to the end by index and hash;
  // it is durable already. Corruption otherwise.
  Status restore(RaftEntry entry);

  const LogPosition& start() const { return start_; }
  const LogPosition& last() const { return last_; }
  LogIndex committed() const { return committed_; }
  LogIndex durable() const { return durable_; }
  LogIndex applied() const { return applied_; }
  // The position of an index that is kept, or of start. The term is zero when it is neither.
  LogPosition position(LogIndex index) const;

  bool has_unpersisted() const { return taken_ < last_.index; }
  bool has_deliverable() const;
  void take_unpersisted(std::vector<RaftEntry>& into);
  void take_deliverable(std::vector<RaftEntry>& into);

  // Entries up to `index`, of `term`, are durable in the own journal. A stale report, for an entry
  // that has been replaced since, is ignored.
  void mark_durable(LogIndex index, Term term);
  void commit_to(LogIndex index);
  // Entries up to `index` have been applied; they are dropped from memory when nobody needs them.
  void mark_applied(LogIndex index);

 private:
  const RaftEntry& entry(LogIndex index) const;

  LogPosition start_;
  LogPosition last_;
  LogIndex taken_;
  LogIndex durable_;
  LogIndex committed_;
  LogIndex delivered_;
  LogIndex applied_;
  Ring<RaftEntry> entries_;
};

}  // namespace leat
