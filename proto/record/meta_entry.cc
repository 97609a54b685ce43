#include "proto/record/meta_entry.h"

#include "core/base/encoding.h"
#include "proto/record/config_codec.h"

namespace leat {

namespace {

constexpr std::uint8_t kCountersVersion = 1;
constexpr std::uint8_t kStreamVersion = 2;
constexpr std::uint8_t kVersionWithoutMembers = 1;
constexpr char kStreamTable = 's';
// Where everything was before members were named.
constexpr NodeId kNodeBeforeMembers{1};

void append_u64(std::string& out, std::uint64_t number) {
  for (unsigned shift = 0; shift < 64; shift += 8) out += static_cast<char>(number >> shift & 0xFF);
}

std::uint64_t read_u64(encoding::Cursor& cursor) {
  std::uint64_t number = 0;
  for (unsigned shift = 0; shift < 64; shift += 8) {
    number |= static_cast<std::uint64_t>(cursor.byte()) << shift;
  }
  return number;
}

bool is_known(std::uint8_t kind) {
  return kind >= static_cast<std::uint8_t>(MetaCommandKind::kCreateStream) &&
         kind <= static_cast<std::uint8_t>(MetaCommandKind::kDeleteStream);
}

Status unknown_version(std::string_view what) {
  return failure(ErrorKind::kUnsupported, std::string(what) + " of an unknown version");
}

void append_members(std::string& out, const std::vector<NodeId>& members) {
  encoding::append_varint(out, members.size());
  for (const NodeId member : members) append_u64(out, member.value);
}

std::vector<NodeId> read_members(encoding::Cursor& cursor) {
  std::vector<NodeId> members;
  for (std::uint64_t left = cursor.varint(); left > 0 && cursor.is_good(); --left) {
    members.emplace_back(read_u64(cursor));
  }
  return members;
}

}  // namespace

Bytes encode_meta_entry(const MetaEntry& entry) {
  std::string out;
  out += static_cast<char>(kMetaEntryVersion);
  append_u64(out, static_cast<std::uint64_t>(entry.stamp));
  out += static_cast<char>(entry.command.kind);
  encoding::append_text(out, entry.command.account);
  encoding::append_text(out, entry.command.name);
  encoding::append_signed(out, entry.command.streams_max);
  encoding::append_signed(out, entry.command.reserved_bytes_max);
  append_members(out, entry.command.members);
  if (entry.command.kind != MetaCommandKind::kDeleteStream) {
    append_stream_config(entry.command.config, out);
  }
  return Bytes::copy_of(out);
}

Result<MetaEntry> decode_meta_entry(std::string_view bytes) {
  encoding::Cursor cursor(bytes);
  const std::uint8_t version = cursor.byte();
  if (version != kMetaEntryVersion && version != kVersionWithoutMembers) {
    return tl::unexpected(unknown_version("meta entry").error());
  }
  MetaEntry entry;
  entry.stamp = static_cast<WallNs>(read_u64(cursor));
  const std::uint8_t kind = cursor.byte();
  if (cursor.is_good() && !is_known(kind)) {
    return failure(ErrorKind::kUnsupported, "meta entry of an unknown kind");
  }
  entry.command.kind = static_cast<MetaCommandKind>(kind);
  entry.command.account = cursor.text();
  entry.command.name = cursor.text();
  entry.command.streams_max = cursor.signed_varint();
  entry.command.reserved_bytes_max = cursor.signed_varint();
  if (version != kVersionWithoutMembers) {
    entry.command.members = read_members(cursor);
  } else if (entry.command.kind == MetaCommandKind::kCreateStream) {
    entry.command.members = {kNodeBeforeMembers};
  }
  if (!cursor.is_good()) return failure(ErrorKind::kCorruption, "meta entry is cut short");
  if (entry.command.kind != MetaCommandKind::kDeleteStream) {
    LEAT_TRY_ASSIGN(entry.command.config, parse_stream_config(cursor.rest()));
  }
  return entry;
}

std::string meta_stream_key(GroupId uid) {
  std::string key(1, kStreamTable);
  for (int shift = 56; shift >= 0; shift -= 8) key += static_cast<char>(uid.value >> shift & 0xFF);
  return key;
}

std::optional<GroupId> parse_meta_stream_key(std::string_view key) {
  if (key.size() != 9 || key.front() != kStreamTable) return std::nullopt;
  std::uint64_t uid = 0;
  for (const char c : key.substr(1)) uid = uid << 8 | static_cast<unsigned char>(c);
  return GroupId(uid);
}

std::string encode_meta_counters(const MetaCounters& counters) {
  std::string out(1, static_cast<char>(kCountersVersion));
  append_u64(out, counters.next_uid.value);
  append_u64(out, counters.next_number);
  append_u64(out, static_cast<std::uint64_t>(counters.stamp));
  return out;
}

Result<MetaCounters> decode_meta_counters(std::string_view bytes) {
  encoding::Cursor cursor(bytes);
  if (cursor.byte() != kCountersVersion) {
    return tl::unexpected(unknown_version("meta counters").error());
  }
  MetaCounters counters;
  counters.next_uid = GroupId(read_u64(cursor));
  counters.next_number = read_u64(cursor);
  counters.stamp = static_cast<WallNs>(read_u64(cursor));
  if (!cursor.is_good()) return failure(ErrorKind::kCorruption, "meta counters are cut short");
  return counters;
}

std::string encode_meta_stream(const MetaStream& stream) {
  std::string out(1, static_cast<char>(kStreamVersion));
  append_u64(out, stream.config_number);
  encoding::append_text(out, stream.account);
  append_members(out, stream.members);
  append_stream_config(stream.config, out);
  return out;
}

Result<MetaStream> decode_meta_stream(GroupId uid, std::string_view bytes) {
  encoding::Cursor cursor(bytes);
  const std::uint8_t version = cursor.byte();
  if (version != kStreamVersion && version != kVersionWithoutMembers) {
    return tl::unexpected(unknown_version("meta stream row").error());
  }
  MetaStream stream;
  stream.uid = uid;
  stream.config_number = read_u64(cursor);
  stream.account = cursor.text();
  stream.members = version == kVersionWithoutMembers ? std::vector<NodeId>{kNodeBeforeMembers}
                                                     : read_members(cursor);
  if (!cursor.is_good()) return failure(ErrorKind::kCorruption, "meta stream row is cut short");
  LEAT_TRY_ASSIGN(stream.config, parse_stream_config(cursor.rest()));
  return stream;
}

}  // namespace leat
