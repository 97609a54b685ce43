#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/base/task.h"
#include "storage/api/write_set.h"

namespace leat {

// The materialised state of the process as one shard sees it; owned by the shard's host and used on
// its thread only. Callbacks run on that thread, in a later turn. A write that fails stops the
// process and names the reason; a read that fails is handed to its callback.
class MessageStore {
 public:
  using ReadCallback = InlineFunction<void(Result<Bytes>)>;

  virtual ~MessageStore() = default;

  // Takes a write set. Sets of one shard are written in order. When `on_written` runs, reads see
  // the set; until then whoever gave it keeps what it may be asked for. Written is not flushed:
  // the log still holds what a crash would take from here.
  virtual void write(WriteSet set, Task on_written) = 0;

  // Deletes all rows of a stream and leaves its tombstone, in one piece. Ordered with write().
  virtual void delete_stream(GroupId stream, Task on_deleted) = 0;

  // Reads one block or index row by its first sequence. ErrorKind::kNotFound when there is none
  // (the caller compares with its first sequence: below it the block left by retention),
  // kCorruption when the table's checksum is wrong, kLimit when limits::kColdReadsPending reads are
  // waiting. The value is as it was written: its own checksum is the reader's business.
  virtual void read_block(GroupId stream, StreamSeq first, ReadCallback callback) = 0;
  virtual void read_index_row(GroupId stream, StreamSeq first, ReadCallback callback) = 0;
  // One message of a block as a block of its own (cut_message), for who does not want the others:
  // the same cost for the disk, but little memory. The block's checksum was looked at.
  struct MessagePlace {
    StreamSeq block = {};
    StreamSeq sequence = {};
  };
  virtual void read_message(GroupId stream, MessagePlace place, ReadCallback callback) = 0;

  // Bytes of sets taken and not yet written. Above limits::kStorePendingBytes the host takes no
  // further publishes; the store itself never refuses.
  virtual std::size_t pending_bytes() const = 0;
};

// A group's row of the last write set that reached the disk.
struct StoredRow {
  LogIndex stored = {};            // replay starts behind it
  HardStatePlace hard_state = {};  // as the set said, and the next two
  StreamSeq first_kept = {};
  StreamSeq first_row_kept = {};
  Bytes raft_row = {};
};

// What the store held when it was opened. Blocking; for recovery only, on any thread.
class RecoveredStore {
 public:
  using PageVisitor = std::function<Status(const StatePageKey& key, std::string_view value)>;
  using RowVisitor = std::function<Status(StreamSeq first, std::string_view value)>;
  using MetaVisitor = std::function<Status(std::string_view key, std::string_view value)>;

  virtual ~RecoveredStore() = default;

  // All groups that have a row and no tombstone, kMetaGroup among them; ascending.
  virtual Result<std::vector<GroupId>> groups() = 0;
  // All groups that were deleted; ascending.
  virtual Result<std::vector<GroupId>> deleted_groups() = 0;
  // The newest write that is here.
  virtual StoreTicket last_ticket() = 0;
  // None when no write set of the group reached the disk: everything is in the log.
  virtual Result<std::optional<StoredRow>> stored_row(GroupId group) = 0;
  // In key order; stops at the visitor's first failure. Views end with the call. An index row that
  // cannot be read has no value, and the first sequence of its block; where that one is unknown as
  // well, the first that it may have.
  virtual Status scan_state_pages(GroupId stream, const PageVisitor& visit) = 0;
  virtual Status scan_index_rows(GroupId stream, StreamSeq from, const RowVisitor& visit) = 0;
  virtual Status scan_meta_rows(const MetaVisitor& visit) = 0;
  virtual Result<Bytes> read_block(GroupId stream, StreamSeq first) = 0;
};

}  // namespace leat
