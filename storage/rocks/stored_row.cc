#include "storage/rocks/stored_row.h"

#include "core/base/encoding.h"

namespace leat::rocks {

namespace {

constexpr std::uint8_t kVersion = 2;
constexpr std::uint8_t kFirstVersion = 1;
constexpr std::size_t kHeadBytes = 48;

}  // namespace

std::string encode_stored_row(const WriteSet& set) {
  std::string value;
  value.reserve(kHeadBytes + set.raft_row.size());
  encoding::append(value, std::uint64_t{kVersion});  // and the reserved bytes
  encoding::append(value, set.stored.value);
  encoding::append(value, set.first_kept.value);
  encoding::append(value, set.first_row_kept.value);
  encoding::append(value, set.hard_state.term.value);
  encoding::append(value, set.hard_state.index.value);
  value.append(set.raft_row.view());
  return value;
}

Result<StoredRow> decode_stored_row(std::string_view value) {
  encoding::Cursor cursor(value);
  const auto head = cursor.number<std::uint64_t>();
  StoredRow row;
  row.stored = LogIndex(cursor.number<std::uint64_t>());
  row.first_kept = StreamSeq(cursor.number<std::uint64_t>());
  if (head == kVersion) {
    row.first_row_kept = StreamSeq(cursor.number<std::uint64_t>());
    row.hard_state.term = Term(cursor.number<std::uint64_t>());
    row.hard_state.index = LogIndex(cursor.number<std::uint64_t>());
  }
  if (!cursor.is_good() || (head != kVersion && head != kFirstVersion)) {
    return failure(ErrorKind::kCorruption,
                   "a raft row of the store has version " + std::to_string(head & 0xFF) +
                       ", this server reads up to " + std::to_string(kVersion));
  }
  row.raft_row = Bytes::copy_of(cursor.bytes(cursor.remaining()));
  return row;
}

}  // namespace leat::rocks
