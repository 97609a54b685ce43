#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "storage/api/write_set.h"

namespace leat {

// Every key of the store. Numbers are big endian, so that byte order is numeric order.
//
//   column family `blocks`
//     block        | stream 8 | first sequence 8 |
//   column family `state`; the first byte is the table
//     raft row     | 'r' | group 8 |
//     tombstone    | 't' | stream 8 |
//     meta row     | 'm' | key of the meta group ... |
//     state page   | 's' | stream 8 | kind 1 | owner 8 | number 8 |
//     index row    | 'i' | stream 8 | first sequence 8 |
//
// The letters are on disk: pinned, never reused.
namespace keys {

inline constexpr char kRaftRowTable = 'r';
inline constexpr char kTombstoneTable = 't';
inline constexpr char kMetaTable = 'm';
inline constexpr char kStatePageTable = 's';
inline constexpr char kIndexRowTable = 'i';

// A key built in place, without an allocation; meta keys, which have no fixed length, are strings.
class Key {
 public:
  void add_byte(std::uint8_t byte) { bytes_[size_++] = static_cast<char>(byte); }
  void add_u64(std::uint64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8) {
      add_byte(static_cast<std::uint8_t>(number >> shift));
    }
  }
  std::string_view view() const { return {bytes_, size_}; }

 private:
  char bytes_[32];
  std::size_t size_ = 0;
};

Key block(GroupId stream, StreamSeq first);
Key raft_row(GroupId group);
Key tombstone(GroupId stream);
Key state_page(GroupId stream, const StatePageKey& page);
Key index_row(GroupId stream, StreamSeq first);
std::string meta_row(std::string_view key);

// The half-open range of all keys of a stream in one table, or of one whole table.
struct Range {
  Key begin;
  Key end;
};
Range blocks_of(GroupId stream);
Range state_pages_of(GroupId stream);
Range index_rows_of(GroupId stream);
Range table(char table_letter);

// The way back; kCorruption when the key does not have the shape of its table.
Result<GroupId> parse_group(std::string_view raft_row_or_tombstone);
Result<GroupId> parse_block_stream(std::string_view block_key);
Result<GroupId> parse_index_row_stream(std::string_view index_row_key);
Result<StreamSeq> parse_block_first(std::string_view block_key);
Result<StreamSeq> parse_index_row_first(std::string_view index_row_key);
Result<StatePageKey> parse_state_page(std::string_view state_page_key);

}  // namespace keys
}  // namespace leat
