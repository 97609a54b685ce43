#include "storage/api/keys.h"

namespace leat::keys {

namespace {

constexpr std::size_t kTableBytes = 1;
constexpr std::size_t kNumberBytes = 8;

std::uint64_t read_u64(std::string_view bytes, std::size_t offset) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < kNumberBytes; ++i) {
    number = number << 8 | static_cast<std::uint8_t>(bytes[offset + i]);
  }
  return number;
}

Key start(char table_letter) {
  Key key;
  key.add_byte(static_cast<std::uint8_t>(table_letter));
  return key;
}

Key of_group(char table_letter, GroupId group) {
  Key key = start(table_letter);
  key.add_u64(group.value);
  return key;
}

Status expect_size(std::string_view key, std::size_t size) {
  if (key.size() == size) return {};
  return failure(ErrorKind::kCorruption, "a key of the store has " + std::to_string(key.size()) +
                                             " bytes where " + std::to_string(size) +
                                             " are expected");
}

}  // namespace

Key block(GroupId stream, StreamSeq first) {
  Key key;
  key.add_u64(stream.value);
  key.add_u64(first.value);
  return key;
}

Key raft_row(GroupId group) { return of_group(kRaftRowTable, group); }

Key tombstone(GroupId stream) { return of_group(kTombstoneTable, stream); }

Key state_page(GroupId stream, const StatePageKey& page) {
  Key key = of_group(kStatePageTable, stream);
  key.add_byte(static_cast<std::uint8_t>(page.kind));
  key.add_u64(page.owner);
  key.add_u64(page.number);
  return key;
}

Key index_row(GroupId stream, StreamSeq first) {
  Key key = of_group(kIndexRowTable, stream);
  key.add_u64(first.value);
  return key;
}

std::string meta_row(std::string_view key) {
  std::string row;
  row.reserve(kTableBytes + key.size());
  row.push_back(kMetaTable);
  row.append(key);
  return row;
}

Range blocks_of(GroupId stream) {
  Range range;
  range.begin.add_u64(stream.value);
  range.end.add_u64(stream.value + 1);
  return range;
}

Range state_pages_of(GroupId stream) {
  return {of_group(kStatePageTable, stream), of_group(kStatePageTable, stream.next())};
}

Range index_rows_of(GroupId stream) {
  return {of_group(kIndexRowTable, stream), of_group(kIndexRowTable, stream.next())};
}

Range table(char table_letter) {
  return {start(table_letter), start(static_cast<char>(table_letter + 1))};
}

Result<GroupId> parse_group(std::string_view key) {
  LEAT_TRY(expect_size(key, kTableBytes + kNumberBytes));
  return GroupId(read_u64(key, kTableBytes));
}

Result<GroupId> parse_block_stream(std::string_view key) {
  LEAT_TRY(expect_size(key, 2 * kNumberBytes));
  return GroupId(read_u64(key, 0));
}

Result<GroupId> parse_index_row_stream(std::string_view key) {
  LEAT_TRY(expect_size(key, kTableBytes + 2 * kNumberBytes));
  return GroupId(read_u64(key, kTableBytes));
}

Result<StreamSeq> parse_block_first(std::string_view key) {
  LEAT_TRY(expect_size(key, 2 * kNumberBytes));
  return StreamSeq(read_u64(key, kNumberBytes));
}

Result<StreamSeq> parse_index_row_first(std::string_view key) {
  LEAT_TRY(expect_size(key, kTableBytes + 2 * kNumberBytes));
  return StreamSeq(read_u64(key, kTableBytes + kNumberBytes));
}

Result<StatePageKey> parse_state_page(std::string_view key) {
  LEAT_TRY(expect_size(key, kTableBytes + kNumberBytes + 1 + 2 * kNumberBytes));
  StatePageKey page;
  page.kind = static_cast<StatePageKind>(static_cast<std::uint8_t>(key[9]));
  page.owner = read_u64(key, 10);
  page.number = read_u64(key, 18);
  return page;
}

}  // namespace leat::keys
