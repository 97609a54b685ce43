#include "storage/memory/memory_message_store.h"

#include <iterator>
#include <utility>

#include "core/base/check.h"
#include "storage/api/block_format.h"

namespace leat {

namespace {

// What a block, page or row keeps must not pin the larger buffer it was cut from; rows come from
// their builders alone in their block, so holding them is holding their own size.
template <typename Map, typename Key>
void put_or_erase(Map& map, const Key& key, Bytes value) {
  if (value.empty()) {
    map.erase(key);
  } else {
    map.insert_or_assign(key, std::move(value));
  }
}

// Only a successor's key tells that a row ends below the floor.
void drop_below(std::map<StreamSeq, Bytes>& rows, StreamSeq first_kept) {
  while (rows.size() > 1 && std::next(rows.begin())->first <= first_kept) rows.erase(rows.begin());
}

}  // namespace

void MemoryMessageStore::write(WriteSet set, Task on_written) {
  LEAT_CHECK(set.meta_rows.empty() || set.group == kMetaGroup) << set.group;
  GroupRows& rows = groups_[set.group];
  rows.row = {.stored = set.stored,
              .hard_state = set.hard_state,
              .first_kept = set.first_kept,
              .first_row_kept = set.first_row_kept,
              .raft_row = std::move(set.raft_row)};
  for (BlockRow& block : set.blocks) {
    put_or_erase(rows.blocks, block.first, std::move(block.value));
  }
  for (BlockRow& row : set.index_rows) {
    put_or_erase(rows.index_rows, row.first, std::move(row.value));
  }
  for (StatePage& page : set.pages) put_or_erase(rows.pages, page.key, std::move(page.value));
  for (MetaRow& row : set.meta_rows) put_or_erase(meta_rows_, row.key, std::move(row.value));
  drop_below(rows.blocks, set.first_kept);
  drop_below(rows.index_rows, set.first_row_kept);
  if (on_written) scheduler_.post(std::move(on_written));
}

void MemoryMessageStore::delete_stream(GroupId stream, Task on_deleted) {
  groups_.erase(stream);
  deleted_.insert(stream);
  if (on_deleted) scheduler_.post(std::move(on_deleted));
}

Result<Bytes> MemoryMessageStore::find(GroupId stream, Rows GroupRows::*rows,
                                       StreamSeq first) const {
  const auto group = groups_.find(stream);
  if (group != groups_.end()) {
    const Rows& of_group = group->second.*rows;
    const auto found = of_group.find(first);
    if (found != of_group.end()) return found->second;
  }
  return failure(ErrorKind::kNotFound, "no row at sequence " + std::to_string(first.value));
}

void MemoryMessageStore::read_block(GroupId stream, StreamSeq first, ReadCallback callback) {
  scheduler_.post([callback = std::move(callback), value = read_block(stream, first)]() mutable {
    callback(std::move(value));
  });
}

void MemoryMessageStore::read_index_row(GroupId stream, StreamSeq first, ReadCallback callback) {
  Result<Bytes> value = find(stream, &GroupRows::index_rows, first);
  scheduler_.post([callback = std::move(callback), value = std::move(value)]() mutable {
    callback(std::move(value));
  });
}

void MemoryMessageStore::read_message(GroupId stream, MessagePlace place, ReadCallback callback) {
  Result<Bytes> value = read_block(stream, place.block);
  if (value) value = cut_message(value->view(), place.sequence);
  scheduler_.post([callback = std::move(callback), value = std::move(value)]() mutable {
    callback(std::move(value));
  });
}

Result<std::vector<GroupId>> MemoryMessageStore::groups() {
  std::vector<GroupId> groups;
  for (const auto& [group, rows] : groups_) groups.push_back(group);
  return groups;
}

Result<std::vector<GroupId>> MemoryMessageStore::deleted_groups() {
  return std::vector<GroupId>(deleted_.begin(), deleted_.end());
}

Result<std::optional<StoredRow>> MemoryMessageStore::stored_row(GroupId group) {
  const auto found = groups_.find(group);
  if (found == groups_.end()) return std::optional<StoredRow>();
  return std::optional<StoredRow>(found->second.row);
}

Status MemoryMessageStore::scan_state_pages(GroupId stream, const PageVisitor& visit) {
  const auto found = groups_.find(stream);
  if (found == groups_.end()) return {};
  for (const auto& [key, value] : found->second.pages) LEAT_TRY(visit(key, value.view()));
  return {};
}

Status MemoryMessageStore::scan_index_rows(GroupId stream, StreamSeq from,
                                           const RowVisitor& visit) {
  const auto found = groups_.find(stream);
  if (found == groups_.end()) return {};
  const Rows& rows = found->second.index_rows;
  for (auto row = rows.lower_bound(from); row != rows.end(); ++row) {
    LEAT_TRY(visit(row->first, row->second.view()));
  }
  return {};
}

Status MemoryMessageStore::scan_meta_rows(const MetaVisitor& visit) {
  for (const auto& [key, value] : meta_rows_) LEAT_TRY(visit(key, value.view()));
  return {};
}

Result<Bytes> MemoryMessageStore::read_block(GroupId stream, StreamSeq first) {
  return find(stream, &GroupRows::blocks, first);
}

}  // namespace leat
