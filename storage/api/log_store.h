#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/base/task.h"

namespace leat {

// What one record of the journal says. The numbers are on disk: pinned, never reused.
enum class RecordKind : std::uint8_t {
  kEntry = 1,  // an entry of the group's log; its payload is a batch of commands
  // The newest {term, vote, commit} of the group, in the owner's encoding; term and index are its
  // HardStatePlace (horizon.h).
  kHardState = 2,
  // The group's log now ends before `index`, and the next entry is `index` with `previous_hash`.
  // Takes back a suffix (index <= last), or restarts the log behind a snapshot (index > last + 1).
  kTruncate = 3,
  kWitness = 4,  // what the store has flushed; kept under kMetaGroup
};

// One record as a group gives it to the log, and gets it back at recovery.
struct LogRecord {
  GroupId group = {};
  RecordKind kind = RecordKind::kEntry;
  LogIndex index = {};              // of the entry; of kHardState: its place within the term
  Term term = {};                   // of the entry or of the hard state
  std::uint64_t previous_hash = 0;  // chain_hash() of the entry before (core/base/chain_hash.h)
  Bytes payload = {};
};

// How much of the disk is left to the log; what may still be written follows from it.
enum class DiskRoom : std::uint8_t {
  kEnough,
  kShort,      // nothing new is taken in; what is there is served, acknowledged and removed
  kExhausted,  // nothing but removals is written
};

// Counts the records that one shard has appended, from 1 without gaps.
using LogTicket = StrongId<struct LogTicketTag>;

// Who hears, on the shard's thread, that records are durable. Tickets never go back; one call
// covers all tickets up to its own.
class LogListener {
 public:
  virtual ~LogListener() = default;
  virtual void durable_through(LogTicket ticket) = 0;
  // These groups hold back the oldest segment of the log, with an entry that is not stored or with
  // their newest hard state: those that are known here take a write set soon.
  virtual void must_store(std::span<const GroupId> groups) = 0;
};

// Entries of one group that were read back: they follow each other.
using LogReadCallback = InlineFunction<void(Result<std::vector<LogRecord>>)>;

// The log of the process as one shard sees it; owned by the shard's host and used on its thread
// only. Records of one shard become durable in the order they were appended. There is no error to
// handle: a log that cannot be written or synced stops the process and names the reason.
class LogStore {
 public:
  virtual ~LogStore() = default;

  // The listener must outlive the store; set before the first append.
  virtual void set_listener(LogListener& listener) = 0;

  // Gathers a record; nothing moves before flush(). The payload is held, not copied.
  virtual LogTicket append(LogRecord record) = 0;

  // Hands what was gathered to the writer; called once at the end of a turn.
  virtual void flush() = 0;

  // Reads the entries of one group from index `from` on, as many as fit into about `bytes`, and one
  // at least where there is one. The read leaves with the next flush() and finds everything that
  // was appended before, durable or not; on a full disk, only what could be written. The callback
  // runs on the shard's thread in a later turn, in the order of the reads; never when the store is
  // gone by then.
  //   no entries:  `from` is behind the last entry of the log
  //   kNotFound:   `from` has left the log, which was trimmed or restarted behind a snapshot, or
  //                the log knows no entry of the group (entry_has_left)
  //   kCorruption: the disk has damaged it; the text names the range of entries that cannot be read
  //   kLimit:      limits::kLogReadsPending reads of this shard are waiting
  //   kIo:         the file cannot be read
  virtual void read(GroupId group, LogIndex from, std::size_t bytes, LogReadCallback callback) = 0;

  // Bytes appended and not yet durable. Above limits::kLogPendingBytes the host takes no further
  // publishes; the store itself never refuses.
  virtual std::size_t pending_bytes() const = 0;

  // May change at any time, and comes back to kEnough by itself.
  virtual DiskRoom room() const { return DiskRoom::kEnough; }
};

// The answer to a read from an index that the log no longer holds.
tl::unexpected<Error> entry_has_left(GroupId group, LogIndex from);

// A part of one group's log that the disk has damaged. The group does not vote, lead or serve this
// range until a peer has repaired it.
struct SuspectRange {
  GroupId group = {};   // none: any group that the log does not name may be lost
  LogIndex first = {};  // the first index that may be lost; none: no entry, only the vote
  LogIndex last = {};   // the last one; none = unknown, everything from `first` on
  // True where a vote may have been lost as well, so that the group must not vote.
  bool is_hard_state_lost = false;
  std::string reason = {};
};

// "group 5, entries 3 to 7: checksum", for people.
std::string suspect_text(const SuspectRange& range);

// First and last index that the log holds of a group; both none when it holds no entry.
struct LogBounds {
  LogIndex first;
  LogIndex last;
};

// What was found in the log at start. Blocking; used before any shard runs, and dropped after.
// Reading is allowed on several threads at once.
class RecoveredLog {
 public:
  using Visitor = std::function<Status(const LogRecord& entry)>;

  virtual ~RecoveredLog() = default;

  // All groups with any record, in ascending order.
  virtual std::vector<GroupId> groups() const = 0;
  virtual LogBounds bounds(GroupId group) const = 0;
  // The newest hard state record of the group.
  virtual std::optional<LogRecord> hard_state(GroupId group) const = 0;
  // The newest record of kind kWitness.
  virtual std::optional<LogRecord> witness() const = 0;
  // The group's entries from `from` on in index order, truncated ones left out. Indexes follow
  // each other without a gap except across a suspect range. Stops at the visitor's first failure.
  virtual Status replay(GroupId group, LogIndex from, const Visitor& visit) const = 0;
  // Empty on a healthy disk.
  virtual const std::vector<SuspectRange>& suspect_ranges() const = 0;
};

}  // namespace leat
