#pragma once

#include <atomic>
#include <cstdint>

#include "core/base/ids.h"

namespace leat {

// What the shards of one server have to agree on about connections: their ids, and how many there
// are. Owned by the server, outlives the shards; called on any thread.
class ConnectionLedger {
 public:
  ConnectionId next_id() { return ConnectionId(last_id_.fetch_add(1) + 1); }
  // False: there are `maximum` already (-1: no maximum), and nothing was counted.
  bool enter(std::int64_t maximum) {
    if (open_.fetch_add(1) < maximum || maximum < 0) {
      total_.fetch_add(1);
      return true;
    }
    open_.fetch_sub(1);
    return false;
  }
  void leave() { open_.fetch_sub(1); }
  std::int64_t open() const { return open_.load(); }
  std::uint64_t total() const { return total_.load(); }

 private:
  std::atomic<std::uint64_t> last_id_{0};
  std::atomic<std::int64_t> open_{0};
  std::atomic<std::uint64_t> total_{0};
};

}  // namespace leat
