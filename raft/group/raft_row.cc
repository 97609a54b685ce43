#include "raft/group/raft_row.h"

#include <string>

#include "core/base/encoding.h"

namespace leat {
namespace {

using encoding::Cursor;

constexpr std::uint8_t kVersion = 1;

void append_nodes(std::string& to, const std::vector<NodeId>& nodes) {
  encoding::append(to, static_cast<std::uint8_t>(nodes.size()));
  for (const NodeId node : nodes) encoding::append(to, node.value);
}

std::vector<NodeId> read_nodes(Cursor& from) {
  std::vector<NodeId> nodes(from.byte());
  for (NodeId& node : nodes) node = NodeId(from.number<std::uint64_t>());
  return nodes;
}

bool is_complete(const Cursor& from) { return from.is_good() && from.at_end(); }

RaftHardState read_hard_state(Cursor& from) {
  RaftHardState state;
  state.term = Term(from.number<std::uint64_t>());
  state.vote = NodeId(from.number<std::uint64_t>());
  state.commit = LogIndex(from.number<std::uint64_t>());
  return state;
}

void append_hard_state(std::string& out, const RaftHardState& state) {
  encoding::append(out, state.term.value);
  encoding::append(out, state.vote.value);
  encoding::append(out, state.commit.value);
}

}  // namespace

HardStatePlace place_of(const RaftHardState& state) {
  return {state.term, LogIndex(state.vote ? 1 : 0)};
}

Bytes encode_raft_row(const RaftRow& row) {
  std::string out(1, static_cast<char>(kVersion));
  append_hard_state(out, row.hard_state);
  encoding::append(out, row.stored.index.value);
  encoding::append(out, row.stored.term.value);
  encoding::append(out, row.stored.hash);
  append_nodes(out, row.members.voters);
  append_nodes(out, row.members.learners);
  return Bytes::copy_of(out);
}

Result<RaftRow> decode_raft_row(std::string_view bytes) {
  Cursor from(bytes);
  if (from.byte() != kVersion) {
    return failure(ErrorKind::kCorruption, "raft row of an unknown version");
  }
  RaftRow row;
  row.hard_state = read_hard_state(from);
  row.stored.index = LogIndex(from.number<std::uint64_t>());
  row.stored.term = Term(from.number<std::uint64_t>());
  row.stored.hash = from.number<std::uint64_t>();
  row.members.voters = read_nodes(from);
  row.members.learners = read_nodes(from);
  if (!is_complete(from)) return failure(ErrorKind::kCorruption, "raft row of a wrong length");
  return row;
}

Bytes encode_hard_state(const RaftHardState& state) {
  std::string out(1, static_cast<char>(kVersion));
  append_hard_state(out, state);
  return Bytes::copy_of(out);
}

Result<RaftHardState> decode_hard_state(std::string_view bytes) {
  Cursor from(bytes);
  if (from.byte() != kVersion) {
    return failure(ErrorKind::kCorruption, "hard state of an unknown version");
  }
  const RaftHardState state = read_hard_state(from);
  if (!is_complete(from)) return failure(ErrorKind::kCorruption, "hard state of a wrong length");
  return state;
}

}  // namespace leat
