#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "proto/api/stream_config.h"

namespace leat {

// One entry of the meta group's log: a single command under one stamp. Little endian.
//
//   +0   version 1 (= 2)
//   +1   stamp 8            leader's wall clock, ns since the epoch
//   +9   kind 1
//   +10  text account | text name | zigzag varint streams_max | zigzag varint reserved_max |
//        varint count of members | members 8 each |
//        encoded configuration to the end (config_codec.h; empty for a deletion)
//
// `text` is a varint size and the bytes. Version 1 has no members: it stands for node 1 alone.
inline constexpr std::uint8_t kMetaEntryVersion = 2;

// The numbers are on disk and between servers: pinned, never reused.
enum class MetaCommandKind : std::uint8_t {
  kCreateStream = 1,
  kUpdateStream = 2,
  kDeleteStream = 3,
};

// What is asked of the meta group. The limits are those of the account's and the server's
// configuration when the leader proposed, since configuration is no state of the group; -1 is none.
struct MetaCommand {
  MetaCommandKind kind = MetaCommandKind::kCreateStream;
  std::string account{};  // by name: ids are of one process life
  std::string name{};     // of the stream
  std::int64_t streams_max = -1;
  std::int64_t reserved_bytes_max = -1;  // over all streams of this storage type
  // Of a creation: on which servers, chosen by the leader that proposes; distinct, at least one.
  std::vector<NodeId> members{};
  StreamConfig config{};  // normalised; not of a deletion
};

struct MetaEntry {
  WallNs stamp = 0;
  MetaCommand command{};
};

Bytes encode_meta_entry(const MetaEntry& entry);
// kCorruption, or kUnsupported for a version or kind that this build does not know.
Result<MetaEntry> decode_meta_entry(std::string_view bytes);

// The rows of the meta group in the store; every key's first byte names its table.
//
//   'c'              counters | version 1 (= 1) | next uid 8 | next number 8 | stamp 8 |
//   's' | uid 8 BE   stream   | version 1 (= 2) | number 8 | text account | varint count of members
//                             | members 8 each | encoded configuration |
//
// Version 1 of a stream's row has no members: it stands for node 1 alone.
struct MetaCounters {
  GroupId next_uid{};
  std::uint64_t next_number = 1;  // of the next configuration
  WallNs stamp = 0;
};

struct MetaStream {
  GroupId uid{};
  std::uint64_t config_number = 0;
  std::string account{};
  std::vector<NodeId> members{};  // on which it was founded
  StreamConfig config{};
};

inline constexpr std::string_view kMetaCountersKey = "c";
std::string meta_stream_key(GroupId uid);
// Nothing for a key that is not a stream's.
std::optional<GroupId> parse_meta_stream_key(std::string_view key);
std::string encode_meta_counters(const MetaCounters& counters);
Result<MetaCounters> decode_meta_counters(std::string_view bytes);
std::string encode_meta_stream(const MetaStream& stream);
Result<MetaStream> decode_meta_stream(GroupId uid, std::string_view bytes);

}  // namespace leat
