#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "storage/api/message_store.h"
#include "tests/sim/bugs.h"
#include "tests/sim/sim_loop.h"

namespace leat::sim {

// What a store holds: the rows of all groups.
struct StoreContents {
  using RowKey = std::pair<GroupId, StreamSeq>;
  std::map<GroupId, StoredRow> groups;
  std::set<GroupId> deleted;
  std::map<RowKey, Bytes> blocks;
  std::map<RowKey, Bytes> index_rows;
  std::map<std::pair<GroupId, StatePageKey>, Bytes> pages;
  std::map<std::string, Bytes> meta;
  StoreTicket ticket;  // of the newest write

  void apply(const WriteSet& set);
  void erase_stream(GroupId stream);
  // Blocks and index rows that lie wholly below the floors of `set` or of all rows leave.
  void reclaim(const StoredRow& row, GroupId stream);
  void reclaim_all();
};

// Next stream sequence of a consumer; filled for a planted bug only.
using KeptCursors = std::map<std::pair<GroupId, std::uint64_t>, StreamSeq>;

// The store of one simulated server, which outlives its processes. It keeps write sets in memory
// until a flush, as the real one does with its own log switched off; a crash or a kill takes back
// everything since the last flush, always a suffix of whole write sets.
class SimStoreDisk {
 public:
  explicit SimStoreDisk(const Bugs& bugs) : bugs_(bugs) {}
  StoreContents& live() { return live_; }
  void flush();
  // Runs after each flush; null: nobody listens.
  void on_flush(std::function<void()> callback) { on_flush_ = std::move(callback); }
  // What a flush has just made durable: every group whose row it holds, and every one deleted.
  std::vector<FlushedGroup> flushed_groups() const;
  StoreTicket flushed_ticket() const { return flushed_.ticket; }
  void lose_unflushed() { live_ = flushed_; }
  // The same of one bit in a block.
  bool rot(Rng& chance);
  // Between two lives: bits of one byte of one row flip; both are taken round. False when there is
  // no such row.
  enum class Rows : std::uint8_t { kBlocks, kIndexRows, kPages, kMeta, kRaft };
  struct Flip {
    std::uint64_t row = 0;
    std::uint64_t byte = 0;
    std::uint8_t mask = 0;
  };
  bool flip(Rows rows, const Flip& flip);
  // Where a consumer of the process that just ended stood.
  void keep_cursor(GroupId stream, ConsumerId consumer, StreamSeq next) {
    kept_cursors_[{stream, consumer.value}] = next;
  }
  void write(const WriteSet& set);
  std::unique_ptr<RecoveredStore> recovered();
  std::uint64_t sets() const { return sets_; }  // written so far

 private:
  StoreContents live_;
  StoreContents flushed_;
  std::uint64_t sets_ = 0;
  std::function<void()> on_flush_;
  KeptCursors kept_cursors_;
  const Bugs& bugs_;
};

// The handle of one shard.
class SimMessageStore final : public MessageStore {
 public:
  SimMessageStore(SimStoreDisk& disk, SimLoop& loop, SimShard& shard)
      : disk_(disk), loop_(loop), shard_(shard), alive_(std::make_shared<bool>(true)) {}
  ~SimMessageStore() override { *alive_ = false; }

  void write(WriteSet set, Task on_written) override;
  void delete_stream(GroupId stream, Task on_deleted) override;
  void read_block(GroupId stream, StreamSeq first, ReadCallback callback) override;
  void read_message(GroupId stream, MessagePlace place, ReadCallback callback) override;
  void read_index_row(GroupId stream, StreamSeq first, ReadCallback callback) override;
  std::size_t pending_bytes() const override { return pending_bytes_; }

 private:
  void later(Task task);

  SimStoreDisk& disk_;
  SimLoop& loop_;
  SimShard& shard_;
  std::shared_ptr<bool> alive_;  // false once the process that owned this handle is gone
  SteadyNs last_done_ = 0;       // writes end in order
  std::size_t pending_bytes_ = 0;
};

}  // namespace leat::sim
