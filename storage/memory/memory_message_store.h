#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>

#include "core/env/scheduler.h"
#include "storage/api/message_store.h"

namespace leat {

// The store of streams in memory, and of tests: rows in ordered maps, answers in a later turn.
// Owned by the shard's host, on its thread. Blocks below a write set's `first_kept` are dropped at
// once. Destroyed only when the scheduler runs no more of its tasks.
class MemoryMessageStore : public MessageStore, public RecoveredStore {
 public:
  explicit MemoryMessageStore(Scheduler& scheduler) : scheduler_(scheduler) {}

  void write(WriteSet set, Task on_written) override;
  void delete_stream(GroupId stream, Task on_deleted) override;
  void read_block(GroupId stream, StreamSeq first, ReadCallback callback) override;
  void read_index_row(GroupId stream, StreamSeq first, ReadCallback callback) override;
  void read_message(GroupId stream, MessagePlace place, ReadCallback callback) override;
  std::size_t pending_bytes() const override { return 0; }

  Result<std::vector<GroupId>> groups() override;
  Result<std::vector<GroupId>> deleted_groups() override;
  StoreTicket last_ticket() override { return {}; }
  Result<std::optional<StoredRow>> stored_row(GroupId group) override;
  Status scan_state_pages(GroupId stream, const PageVisitor& visit) override;
  Status scan_index_rows(GroupId stream, StreamSeq from, const RowVisitor& visit) override;
  Status scan_meta_rows(const MetaVisitor& visit) override;
  Result<Bytes> read_block(GroupId stream, StreamSeq first) override;

 private:
  using Rows = std::map<StreamSeq, Bytes>;
  struct GroupRows {
    StoredRow row;
    Rows blocks;
    Rows index_rows;
    std::map<StatePageKey, Bytes> pages;
  };

  Result<Bytes> find(GroupId stream, Rows GroupRows::*rows, StreamSeq first) const;

  Scheduler& scheduler_;
  std::map<GroupId, GroupRows> groups_;
  std::map<std::string, Bytes> meta_rows_;
  std::set<GroupId> deleted_;
};

}  // namespace leat
