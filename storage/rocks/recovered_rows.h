#pragma once

#include "storage/api/message_store.h"
#include "storage/rocks/damaged_scan.h"
#include "storage/rocks/database.h"

namespace leat::rocks {

// The recovery side: blocking reads of what the database held. Any thread; owned by the store.
class RecoveredRows : public RecoveredStore {
 public:
  explicit RecoveredRows(const Database& database) : database_(database) {}

  Result<std::vector<GroupId>> groups() override;
  Result<std::vector<GroupId>> deleted_groups() override;
  StoreTicket last_ticket() override { return database_.last_ticket(); }
  // Every group with a row that can be read, and every deleted one, as if it had been written just
  // now; what cannot be read is logged.
  Result<std::vector<WrittenGroup>> written_groups() const;
  Result<std::optional<StoredRow>> stored_row(GroupId group) override;
  Status scan_state_pages(GroupId stream, const PageVisitor& visit) override;
  Status scan_index_rows(GroupId stream, StreamSeq from, const RowVisitor& visit) override;
  Status scan_meta_rows(const MetaVisitor& visit) override;
  Result<Bytes> read_block(GroupId stream, StreamSeq first) override;

 private:
  Result<std::vector<GroupId>> groups_of(char table);
  Status scan_blocks_in(GroupId stream, const RowHole& hole, const RowVisitor& visit);

  const Database& database_;
};

}  // namespace leat::rocks
