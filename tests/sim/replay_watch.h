#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "storage/api/log_store.h"
#include "streams/core/stream_machine.h"
#include "streams/host/stream_listener.h"
#include "tests/sim/sim_journal.h"

namespace leat::sim {

// The state hash of every stream at every index it was seen at, over all lives of a server. Kept by
// the world.
struct ReplayBook {
  std::map<GroupId, std::map<LogIndex, std::uint64_t>> hashes;
};

// Looks at the streams of one shard in one life. When a stream comes back after a crash, or leads
// again, it is compared with a second machine that has read every entry from the first one on and
// nothing of the store: both must be in the same state, the entries must give the hashes that were
// seen before, and what the journal still has of them must be them.
class ReplayWatch final : public StreamListener {
 public:
  struct Findings {
    ReplayBook& book;
    std::vector<std::string>& violations;
  };
  // `log` is what this life found at its start.
  ReplayWatch(const RecoveredLog& log, const LogBook& entries, const Findings& findings)
      : log_(log), entries_(entries), findings_(findings) {}

  void became_leader(Stream& stream) override;
  void applied(Stream& stream, const StreamEffects& effects) override;
  void clock_was_set(Stream& /*stream*/) override {}
  void stopping(Stream& /*stream*/, Stop /*why*/) override {}

 private:
  using Hashes = std::map<LogIndex, std::uint64_t>;

  void compare_log(const Stream& stream);
  void compare_state(const Stream& stream);
  void violation(const Stream& stream, const std::string& what);

  const RecoveredLog& log_;
  const LogBook& entries_;
  Findings findings_;
  std::set<GroupId> led_;  // in this life, at least once
};

// Everything that the API could show of a stream and its consumers, as text.
std::string description(const StreamMachine& machine);

}  // namespace leat::sim
