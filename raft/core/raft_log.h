#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
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
// Applied entries stay as the tail, for members that lag, up to a bound in bytes; older ones are in
// the journal alone (old_entries.h).
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
  // Takes an entry that another member sent, or one that was read back from the journal; it must
  // connect to the end by index and hash. kCorruption otherwise.
  Status add(RaftEntry entry);
  // The same of one from the own journal: it is durable already.
  Status restore(RaftEntry entry);
  // Takes back the entries from `index` on, which conflict with the leader's. LEAT_CHECKs that they
  // are here and not committed.
  void truncate(LogIndex index);

  const LogPosition& start() const { return start_; }
  const LogPosition& last() const { return last_; }
  LogIndex committed() const { return committed_; }
  LogIndex durable() const { return durable_; }
  LogIndex applied() const { return applied_; }
  // How often entries were taken back that had been given out for persisting.
  std::uint64_t truncations() const { return truncations_; }
  // The position of an index that is kept, or of start. The term is zero when it is neither.
  LogPosition position(LogIndex index) const;
  // Appends the entries from `from` on, as many as fit into `bytes` and one at least; LEAT_CHECKs
  // that `from` is kept.
  void copy(LogIndex from, std::size_t bytes, std::vector<RaftEntry>& into) const;

  bool has_unpersisted() const { return truncated_to_ || taken_ < last_.index; }
  bool has_deliverable() const;
  // Where the journal's log must end before it takes new entries; none: it ends there already.
  std::optional<LogPosition> take_truncation();
  void take_unpersisted(std::vector<RaftEntry>& into);
  void take_deliverable(std::vector<RaftEntry>& into);

  // Entries up to `index`, of `term`, are durable in the own journal, as they were given out when
  // truncations() had this value. A report from before the newest truncation says nothing: the
  // same index and term can be appended twice with a truncation between them.
  void mark_durable(LogIndex index, Term term, std::uint64_t truncations);
  void commit_to(LogIndex index);
  // Entries up to `index` have been applied. The oldest leave memory while the applied ones have
  // more than the bound of the tail.
  void mark_applied(LogIndex index);
  // With 0, as it is at first, no applied entry is kept.
  void set_tail(std::size_t tail_bytes);
  // Every member has the entries up to `index`: of them the applied ones leave memory.
  void drop_applied(LogIndex index);
  // Of the entries that are kept and applied.
  std::size_t tail_bytes() const { return applied_bytes_; }

 private:
  const RaftEntry& entry(LogIndex index) const;
  void drop_oldest();

  LogPosition start_;
  LogPosition last_;
  LogIndex taken_;
  LogIndex durable_;
  LogIndex committed_;
  LogIndex delivered_;
  LogIndex applied_;
  std::uint64_t truncations_ = 0;
  std::optional<LogPosition> truncated_to_;  // not given out yet
  std::size_t tail_bytes_ = 0;
  std::size_t applied_bytes_ = 0;
  Ring<RaftEntry> entries_;
};

}  // namespace leat
