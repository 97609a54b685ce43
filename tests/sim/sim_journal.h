#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "storage/api/horizon.h"
#include "storage/api/log_store.h"
#include "storage/journal/entry_reader.h"
#include "storage/journal/recovery.h"
#include "storage/journal/writer.h"
#include "tests/sim/bugs.h"
#include "tests/sim/sim_disk.h"
#include "tests/sim/sim_loop.h"
#include "tests/sim/sim_store.h"

namespace leat::sim {

class SimLogStore;

// Every entry that was ever appended, by group: what the journal would be if it were not trimmed.
// A group that appends at an index has lost what stood there and behind it.
using LogBook = std::map<GroupId, std::map<LogIndex, LogRecord>>;

// The newest hard state of every group that was ever durable.
using VoteBook = std::map<GroupId, HardStatePlace>;

// The journal of one life of a simulated server: the production writer and recovery over the
// simulated disk, with the sync thread's work as events of the loop. Writes at once, syncs after a
// random delay, and takes what came meanwhile into the next batch, as the thread does.
class SimJournal {
 public:
  static constexpr const char* kDirectory = "store/journal";

  // What outlives this life.
  struct Past {
    SimDisk& disk;
    LogBook& book;
    VoteBook& votes;
  };
  SimJournal(SimLoop& loop, const Past& past, const Bugs& bugs);
  ~SimJournal();

  // Reads what is there, refuses what does not belong to a store that holds this much, and begins a
  // new segment behind it.
  Status open(StoreTicket store_holds);
  RecoveredLog& recovered() { return *recovered_.log; }
  // Hard states that were durable and stand neither in the log that was found nor in the store.
  std::vector<std::string> forgotten_votes(const StoreContents& store) const;
  // A write or a sync failed: nothing more becomes durable, and the process must end.
  bool has_failed() const { return has_failed_; }
  // Now and then a sync takes a second.
  void be_slow() { is_slow_ = true; }
  // What the store has flushed: segments that nobody needs leave.
  void flushed(std::span<const FlushedGroup> groups, StoreTicket through);

  // The handle of one shard; lives as long as the journal.
  LogStore& log_of(SimShard& shard);

 private:
  friend class SimLogStore;
  void kick();
  void write_batch();
  void end_sync();
  void answer_reads();
  // Now and then, entries of one group are read back, as for a member that lags.
  void read_some_back();
  void ask_holders();
  bool went_well(const Status& status);

  SimLoop& loop_;
  SimDisk& disk_;
  LogBook& book_;
  VoteBook& votes_;
  const Bugs& bugs_;
  std::shared_ptr<bool> alive_;
  journal::Recovered recovered_;
  std::unique_ptr<journal::Writer> writer_;
  journal::EntryReader reader_;
  std::vector<std::unique_ptr<SimLogStore>> shards_;
  VoteBook unsynced_votes_;
  std::uint64_t syncs_ = 0;
  bool is_syncing_ = false;
  bool is_slow_ = false;
  bool has_failed_ = false;
};

class SimLogStore final : public LogStore {
 public:
  SimLogStore(SimJournal& journal, SimShard& shard) : journal_(journal), shard_(shard) {}

  void set_listener(LogListener& listener) override { listener_ = &listener; }
  LogTicket append(LogRecord record) override;
  void flush() override;
  void read(GroupId group, LogIndex from, std::size_t bytes, LogReadCallback callback) override;
  std::size_t pending_bytes() const override { return pending_bytes_; }

 private:
  friend class SimJournal;
  void report_holders(const std::vector<GroupId>& holders);
  void report_durable(LogTicket ticket, std::size_t bytes);

  struct Read {
    GroupId group;
    LogIndex from;
    std::size_t bytes = 0;
    LogReadCallback callback;
  };

  SimJournal& journal_;
  SimShard& shard_;
  std::vector<Read> reads_;          // asked for
  std::vector<Read> waiting_reads_;  // flushed, to be answered behind the next batch
  LogListener* listener_ = nullptr;
  std::vector<LogRecord> gathered_;  // not flushed
  std::vector<LogRecord> waiting_;   // flushed, not written
  LogTicket last_;                   // appended
  LogTicket waiting_through_;
  LogTicket syncing_through_;
  std::size_t pending_bytes_ = 0;
  std::size_t waiting_bytes_ = 0;
  std::size_t syncing_bytes_ = 0;
};

}  // namespace leat::sim
