#include "storage/rocks/recovered_rows.h"

#include "storage/api/keys.h"
#include "storage/rocks/stored_row.h"

namespace leat::rocks {

namespace {

using Family = Database::Family;

}  // namespace

Result<std::vector<GroupId>> RecoveredRows::groups() { return groups_of(keys::kRaftRowTable); }

Result<std::vector<GroupId>> RecoveredRows::deleted_groups() {
  return groups_of(keys::kTombstoneTable);
}

Result<std::vector<GroupId>> RecoveredRows::groups_of(char table) {
  std::vector<GroupId> groups;
  const auto add = [&groups](std::string_view key, std::string_view) -> Status {
    LEAT_TRY_ASSIGN(const GroupId group, keys::parse_group(key));
    groups.push_back(group);
    return {};
  };
  LEAT_TRY(database_.scan(Family::kState, keys::table(table), add));
  return groups;
}

Result<std::vector<WrittenGroup>> RecoveredRows::written_groups() const {
  std::vector<WrittenGroup> groups;
  const auto add_row = [&groups](std::string_view key, std::string_view value) -> Status {
    LEAT_TRY_ASSIGN(const GroupId group, keys::parse_group(key));
    LEAT_TRY_ASSIGN(const StoredRow row, decode_stored_row(value));
    groups.push_back({.ticket = {},
                      .group = {.group = group, .stored = row.stored, .hard_state = row.hard_state},
                      .floor = {row.first_kept, row.first_row_kept}});
    return {};
  };
  const auto add_deleted = [&groups](std::string_view key, std::string_view) -> Status {
    LEAT_TRY_ASSIGN(const GroupId group, keys::parse_group(key));
    groups.push_back({.ticket = {}, .group = {.group = group, .is_deleted = true}, .floor = {}});
    return {};
  };
  LEAT_TRY(database_.scan(Family::kState, keys::table(keys::kRaftRowTable), add_row));
  LEAT_TRY(database_.scan(Family::kState, keys::table(keys::kTombstoneTable), add_deleted));
  return groups;
}

Result<std::optional<StoredRow>> RecoveredRows::stored_row(GroupId group) {
  const Result<Bytes> value = database_.get(Family::kState, keys::raft_row(group).view());
  if (!value && value.error().kind == ErrorKind::kNotFound) return std::optional<StoredRow>();
  if (!value) return tl::unexpected(value.error());
  LEAT_TRY_ASSIGN(StoredRow row, decode_stored_row(value->view()));
  return std::optional<StoredRow>(std::move(row));
}

Status RecoveredRows::scan_state_pages(GroupId stream, const PageVisitor& visit) {
  return database_.scan(Family::kState, keys::state_pages_of(stream),
                        [&visit](std::string_view key, std::string_view value) -> Status {
                          LEAT_TRY_ASSIGN(const StatePageKey page, keys::parse_state_page(key));
                          return visit(page, value);
                        });
}

Status RecoveredRows::scan_index_rows(GroupId stream, StreamSeq from, const RowVisitor& visit) {
  const keys::Range range{keys::index_row(stream, from), keys::index_rows_of(stream).end};
  return database_.scan(Family::kState, range,
                        [&visit](std::string_view key, std::string_view value) -> Status {
                          LEAT_TRY_ASSIGN(const StreamSeq first, keys::parse_index_row_first(key));
                          return visit(first, value);
                        });
}

Status RecoveredRows::scan_meta_rows(const MetaVisitor& visit) {
  return database_.scan(Family::kState, keys::table(keys::kMetaTable),
                        [&visit](std::string_view key, std::string_view value) {
                          return visit(key.substr(1), value);  // behind the table's letter
                        });
}

Result<Bytes> RecoveredRows::read_block(GroupId stream, StreamSeq first) {
  return database_.get(Family::kBlocks, keys::block(stream, first).view());
}

}  // namespace leat::rocks
