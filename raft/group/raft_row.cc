#include "raft/group/raft_row.h"

#include <string>

namespace leat {
namespace {

constexpr char kVersion = 1;

void put_u64(std::string& out, std::uint64_t number) {
  for (int shift = 0; shift < 64; shift += 8) out.push_back(static_cast<char>(number >> shift));
}

void put_nodes(std::string& out, const std::vector<NodeId>& nodes) {
  out.push_back(static_cast<char>(nodes.size()));
  for (const NodeId node : nodes) put_u64(out, node.value);
}

// Reads numbers from the front; once something is missing everything reads as zero.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  std::uint8_t byte() {
    if (rest_.empty()) {
      is_good_ = false;
      return 0;
    }
    const auto value = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  std::uint64_t u64() {
    std::uint64_t number = 0;
    for (int shift = 0; shift < 64; shift += 8) {
      number |= static_cast<std::uint64_t>(byte()) << shift;
    }
    return number;
  }
  std::vector<NodeId> nodes() {
    std::vector<NodeId> nodes(byte());
    for (NodeId& node : nodes) node = NodeId(u64());
    return nodes;
  }
  bool is_complete() const { return is_good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool is_good_ = true;
};

RaftHardState read_hard_state(Reader& reader) {
  RaftHardState state;
  state.term = Term(reader.u64());
  state.vote = NodeId(reader.u64());
  state.commit = LogIndex(reader.u64());
  return state;
}

void put_hard_state(std::string& out, const RaftHardState& state) {
  put_u64(out, state.term.value);
  put_u64(out, state.vote.value);
  put_u64(out, state.commit.value);
}

}  // namespace

Bytes encode_raft_row(const RaftRow& row) {
  std::string out(1, kVersion);
  put_hard_state(out, row.hard_state);
  put_u64(out, row.stored.index.value);
  put_u64(out, row.stored.term.value);
  put_u64(out, row.stored.hash);
  put_nodes(out, row.members.voters);
  put_nodes(out, row.members.learners);
  return Bytes::copy_of(out);
}

Result<RaftRow> decode_raft_row(std::string_view bytes) {
  Reader reader(bytes);
  if (reader.byte() != kVersion) {
    return failure(ErrorKind::kCorruption, "raft row of an unknown version");
  }
  RaftRow row;
  row.hard_state = read_hard_state(reader);
  row.stored.index = LogIndex(reader.u64());
  row.stored.term = Term(reader.u64());
  row.stored.hash = reader.u64();
  row.members.voters = reader.nodes();
  row.members.learners = reader.nodes();
  if (!reader.is_complete()) return failure(ErrorKind::kCorruption, "raft row of a wrong length");
  return row;
}

Bytes encode_hard_state(const RaftHardState& state) {
  std::string out(1, kVersion);
  put_hard_state(out, state);
  return Bytes::copy_of(out);
}

Result<RaftHardState> decode_hard_state(std::string_view bytes) {
  Reader reader(bytes);
  if (reader.byte() != kVersion) {
    return failure(ErrorKind::kCorruption, "hard state of an unknown version");
  }
  const RaftHardState state = read_hard_state(reader);
  if (!reader.is_complete()) return failure(ErrorKind::kCorruption, "hard state of a wrong length");
  return state;
}

}  // namespace leat
