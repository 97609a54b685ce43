#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "storage/api/horizon.h"

namespace leat {

// Kinds of state pages. The numbers are in keys on disk: pinned, never reused.
enum class StatePageKind : std::uint8_t {
  kStream = 1,           // config and its number, counters, last stamp, last message id, hash
  kConsumer = 2,         // owner = consumer id; config, cursor, floors, num_pending
  kPending = 3,          // owner = consumer id; pending deliveries of 1,024 sequences
  kSubjectMap = 4,       // never written: the map is made anew from index rows
  kInteriorDeletes = 5,  // sequences deleted inside blocks since the last page
  kSchedules = 6,        // when the schedules among 1,024 sequences are due
};

// The name of one state page inside its stream; ordered as its key is.
struct StatePageKey {
  StatePageKind kind = StatePageKind::kStream;
  std::uint64_t owner = 0;   // consumer id where the page belongs to one, else 0
  std::uint64_t number = 0;  // of the page
  friend auto operator<=>(const StatePageKey&, const StatePageKey&) = default;
};

struct StatePage {
  StatePageKey key = {};
  Bytes value = {};  // at most limits::kStatePageBytes; empty deletes the page
};

// A block of messages (block_format.h) or an index row (index_row.h), under its first sequence.
struct BlockRow {
  StreamSeq first = {};
  Bytes value = {};  // empty deletes the row
};

// A row of the meta group, which keeps its state as rows of its own naming.
struct MetaRow {
  std::string key = {};
  Bytes value = {};  // empty deletes the row
};

// Everything that moves `stored` of one group, written in one piece or not at all: after a crash
// either all of it is there or none, and the log is replayed from `stored` + 1.
// Taken only between entries.
struct WriteSet {
  GroupId group = {};
  std::vector<BlockRow> blocks = {};  // a block with a known first sequence replaces the old one
  std::vector<BlockRow> index_rows = {};
  std::vector<StatePage> pages = {};
  std::vector<MetaRow> meta_rows = {};  // of kMetaGroup only
  Bytes raft_row = {};             // {term, vote, commit, membership, ...} in the owner's encoding
  HardStatePlace hard_state = {};  // what the raft row stands for
  LogIndex stored = {};            // == applied when the set was taken
  // Messages below it have left by retention; blocks that lie wholly below may be reclaimed once
  // this set is flushed. None keeps everything.
  StreamSeq first_kept = {};
  // The same for index rows, which outlive their blocks while their message ids are remembered.
  StreamSeq first_row_kept = {};
  // Taken so that others can leave something behind: flushed soon.
  bool wants_flush = false;

  // What the set counts for against limits::kStorePendingBytes.
  std::size_t size_bytes() const {
    std::size_t size = 64 + raft_row.size();
    for (const BlockRow& row : blocks) size += 16 + row.value.size();
    for (const BlockRow& row : index_rows) size += 17 + row.value.size();
    for (const StatePage& page : pages) size += 26 + page.value.size();
    for (const MetaRow& row : meta_rows) size += row.key.size() + row.value.size();
    return size;
  }
};

}  // namespace leat
