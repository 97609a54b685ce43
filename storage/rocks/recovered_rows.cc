#include "storage/rocks/recovered_rows.h"

#include <string>

#include "core/base/log.h"
#include "storage/api/keys.h"
#include "storage/rocks/damaged_scan.h"
#include "storage/rocks/stored_row.h"

namespace leat::rocks {

namespace {

using Family = Database::Family;

template <typename Id>
Result<std::uint64_t> number_in(const Result<Id>& id) {
  if (!id) return tl::unexpected(id.error());
  return id->value;
}

NumberedRows rows_of_groups(char table, keys::Key (*key_of)(GroupId)) {
  return {.family = Family::kState,
          .key_of = [key_of](std::uint64_t group) { return key_of(GroupId(group)); },
          .number_of = [](std::string_view key) { return number_in(keys::parse_group(key)); },
          .end = keys::table(table).end};
}

NumberedRows index_rows(GroupId stream) {
  return {
      .family = Family::kState,
      .key_of = [stream](std::uint64_t at) { return keys::index_row(stream, StreamSeq(at)); },
      .number_of = [](std::string_view key) { return number_in(keys::parse_index_row_first(key)); },
      .end = keys::index_rows_of(stream).end};
}

// Those that begin before `end`; none: all.
NumberedRows blocks_before(GroupId stream, std::optional<std::uint64_t> end) {
  return {.family = Family::kBlocks,
          .key_of = [stream](std::uint64_t at) { return keys::block(stream, StreamSeq(at)); },
          .number_of = [](std::string_view key) { return number_in(keys::parse_block_first(key)); },
          .end = end ? keys::block(stream, StreamSeq(*end)) : keys::blocks_of(stream).end};
}

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

// What is not in the list has flushed nothing, as far as the log and the floors know: both keep
// all that they have of it.
Result<std::vector<WrittenGroup>> RecoveredRows::written_groups() const {
  std::vector<WrittenGroup> groups;
  const auto add_row = [&groups](std::uint64_t group, std::string_view value) -> Status {
    const Result<StoredRow> row = decode_stored_row(value);
    if (!row) return {};  // its group is refused by whoever needs it
    groups.push_back(
        {.ticket = {},
         .group = {.group = GroupId(group), .stored = row->stored, .hard_state = row->hard_state},
         .floor = {row->first_kept, row->first_row_kept}});
    return {};
  };
  const auto add_deleted = [&groups](std::uint64_t group, std::string_view) -> Status {
    groups.push_back(
        {.ticket = {}, .group = {.group = GroupId(group), .is_deleted = true}, .floor = {}});
    return {};
  };
  const auto name_hole = [](const RowHole& hole) -> Status {
    LEAT_LOG(kError) << "What the store has of streams from " << hole.first << " on"
                     << (hole.end ? " up to " + std::to_string(*hole.end - 1) : std::string())
                     << " cannot be read, nothing of them is trimmed: " << hole.why.text;
    return {};
  };
  LEAT_TRY(scan_past_damage(database_, rows_of_groups(keys::kRaftRowTable, &keys::raft_row), 0,
                            {.on_row = add_row, .on_hole = name_hole}));
  LEAT_TRY(scan_past_damage(database_, rows_of_groups(keys::kTombstoneTable, &keys::tombstone), 0,
                            {.on_row = add_deleted, .on_hole = name_hole}));
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
  return scan_past_damage(
      database_, index_rows(stream), from.value,
      {.on_row = [&](std::uint64_t first,
                     std::string_view value) { return visit(StreamSeq(first), value); },
       .on_hole = [&](const RowHole& hole) { return scan_blocks_in(stream, hole, visit); }});
}

// The blocks say which rows there were. One may still be read alone, where it was written anew.
Status RecoveredRows::scan_blocks_in(GroupId stream, const RowHole& hole, const RowVisitor& visit) {
  LEAT_LOG(kWarning) << "Index rows of stream " << stream << " from " << hole.first
                     << " on cannot be read, its blocks are read instead: " << hole.why.text;
  const auto on_block = [&](std::uint64_t first, std::string_view) -> Status {
    const Result<Bytes> row =
        database_.get(Family::kState, keys::index_row(stream, StreamSeq(first)).view());
    return visit(StreamSeq(first), row ? row->view() : std::string_view());
  };
  const auto on_hole = [&](const RowHole& lost) -> Status {
    // A disk that gives an error has lost nothing yet.
    if (lost.why.kind == ErrorKind::kIo) return tl::unexpected(lost.why);
    return visit(StreamSeq(lost.first), std::string_view());
  };
  return scan_past_damage(database_, blocks_before(stream, hole.end), hole.first,
                          {.on_row = on_block, .on_hole = on_hole});
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
