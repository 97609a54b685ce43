#pragma once

#include <cstddef>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "raft/core/entry.h"

namespace leat {

// Entries that a member which lags still needs and that have left memory: they are asked from the
// group, which reads them from its log, and wait here until they are sent. Pure; owned by its Raft.
//
//   find -> not here: wanted -> take_wanted -> (the group reads) -> put or put_gone -> find
//
// Holds between calls: one read is under way at most; the entries that are kept follow each other,
// and are what one read gave.
class OldEntries {
 public:
  enum class Found {
    kHere,
    kLater,  // they are being read: asked again when put() was called
    kGone,   // the log does not have them: they were trimmed or damaged, and only a snapshot helps
  };

  // Appends the entries from `from` on that are here, as many as fit into `bytes` and one at least;
  // otherwise wants them.
  Found find(LogIndex from, std::size_t bytes, std::vector<RaftEntry>& into);

  // From where a read is wanted that was not given out yet; none: no read is.
  LogIndex take_wanted();
  bool has_wanted() const { return bool(wanted_); }

  // What a read from `from` gave; an answer that nobody waits for is dropped. kCorruption, and
  // they count as gone, where the entries do not follow each other from `from` on.
  Status put(LogIndex from, std::vector<RaftEntry> entries);
  // The log does not have the entry `from`, and so nobody gets one before it either.
  void put_gone(LogIndex from);
  // The read failed for now: it may be asked for again.
  void put_failed(LogIndex from);
  // The log has changed, or this member no longer leads: nothing of it counts any more.
  void clear();

 private:
  LogIndex wanted_;   // not given out yet
  LogIndex reading_;  // given out
  LogIndex gone_;     // up to here nothing is to be had
  std::vector<RaftEntry> entries_;
};

}  // namespace leat
