#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "storage/api/log_store.h"
#include "storage/journal/recovery.h"
#include "storage/journal/writer.h"
#include "tests/sim/bugs.h"
#include "tests/sim/sim_disk.h"
#include "tests/sim/sim_loop.h"

namespace leat::sim {

class SimLogStore;

// Every entry that was ever appended, by group: what the journal would be if it were not trimmed.
// A group that appends at an index has lost what stood there and behind it.
using LogBook = std::map<GroupId, std::map<LogIndex, LogRecord>>;

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
  };
  SimJournal(SimLoop& loop, const Past& past, const Bugs& bugs);
  ~SimJournal();

  // Reads what is there, refuses what does not belong to a store that holds this much, and begins a
  // new segment behind it.
  Status open(StoreTicket store_holds);
  RecoveredLog& recovered() { return *recovered_.log; }
  // What the store has flushed: segments that nobody needs leave.
  void flushed(std::span<const FlushedGroup> groups, StoreTicket through);

  // The handle of one shard; lives as long as the journal.
  LogStore& log_of(SimShard& shard);

 private:
  friend class SimLogStore;
  void kick();
  void write_batch();
  void end_sync();
  void ask_holders();

  SimLoop& loop_;
  SimDisk& disk_;
  LogBook& book_;
  const Bugs& bugs_;
  std::shared_ptr<bool> alive_;
  journal::Recovered recovered_;
  std::unique_ptr<journal::Writer> writer_;
  std::vector<std::unique_ptr<SimLogStore>> shards_;
  bool is_syncing_ = false;
};

class SimLogStore final : public LogStore {
 public:
  SimLogStore(SimJournal& journal, SimShard& shard) : journal_(journal), shard_(shard) {}

  void set_listener(LogListener& listener) override { listener_ = &listener; }
  LogTicket append(LogRecord record) override;
  void flush() override;
  std::size_t pending_bytes() const override { return pending_bytes_; }

 private:
  friend class SimJournal;
  void report_holders(const std::vector<GroupId>& holders);
  void report_durable(LogTicket ticket, std::size_t bytes);

  SimJournal& journal_;
  SimShard& shard_;
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
