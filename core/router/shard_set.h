#pragma once

#include <bit>
#include <cstdint>

#include "core/base/check.h"
#include "core/base/ids.h"
#include "core/base/limits.h"

namespace leat {

// Shards of this server that a barrier waits for. Only barriers and those who ask for one keep such
// a set; whoever is sent something is otherwise a peer (peer.h).
class ShardSet {
 public:
  bool empty() const { return bits_ == 0; }
  bool contains(ShardId shard) const { return (bits_ & bit(shard)) != 0; }
  void add(ShardId shard) { bits_ |= bit(shard); }
  void add(ShardSet shards) { bits_ |= shards.bits_; }
  void remove(ShardId shard) { bits_ &= ~bit(shard); }

  // Calls `visit(shard)` for each, the first shard first.
  template <typename Visit>
  void for_each(Visit visit) const {
    for (std::uint64_t rest = bits_; rest != 0; rest &= rest - 1) {
      visit(ShardId(static_cast<std::uint16_t>(std::countr_zero(rest))));
    }
  }
  friend bool operator==(ShardSet, ShardSet) = default;

 private:
  static std::uint64_t bit(ShardId shard) {
    LEAT_CHECK(shard.value < limits::kShards) << shard;
    return std::uint64_t{1} << shard.value;
  }

  std::uint64_t bits_ = 0;
};

}  // namespace leat
