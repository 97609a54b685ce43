#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <ostream>

namespace leat {

// A number that cannot be mistaken for a number of another kind. Zero means "none" for all of them.
template <typename Tag, typename Number = std::uint64_t>
struct StrongId {
  Number value = 0;

  constexpr StrongId() = default;
  constexpr explicit StrongId(Number number) : value(number) {}

  friend constexpr auto operator<=>(StrongId, StrongId) = default;
  constexpr explicit operator bool() const { return value != 0; }
  constexpr StrongId next() const { return StrongId(static_cast<Number>(value + 1)); }
  constexpr StrongId previous() const { return StrongId(static_cast<Number>(value - 1)); }
  StrongId& operator++() {
    ++value;
    return *this;
  }
  friend std::ostream& operator<<(std::ostream& out, StrongId id) { return out << id.value; }
};

using StreamSeq = StrongId<struct StreamSeqTag>;      // position of a message in its stream, from 1
using ConsumerSeq = StrongId<struct ConsumerSeqTag>;  // count of deliveries of a consumer, from 1
using Term = StrongId<struct TermTag>;                // Raft term
using LogIndex = StrongId<struct LogIndexTag>;        // Raft log index, from 1
using NodeId = StrongId<struct NodeIdTag>;            // a server in the Raft sense; never reused
using GroupId = StrongId<struct GroupIdTag>;          // a Raft group: a stream's uid, or kMetaGroup
using ConnectionId = StrongId<struct ConnectionIdTag>;           // client id of INFO, from 1
using AccountId = StrongId<struct AccountIdTag, std::uint32_t>;  // dense, valid in one process life
using ShardId = StrongId<struct ShardIdTag, std::uint16_t>;      // 0 is the first shard, not "none"
using ConsumerId = StrongId<struct ConsumerIdTag>;  // unique within its stream, never reused there

// The group that places streams; stream uids start above it and are never reused.
inline constexpr GroupId kMetaGroup{1};

// Nanoseconds since the Unix epoch (wall), or since an arbitrary start (steady).
using WallNs = std::int64_t;
using SteadyNs = std::int64_t;
using DurationNs = std::int64_t;

}  // namespace leat

template <typename Tag, typename Number>
struct std::hash<leat::StrongId<Tag, Number>> {
  std::size_t operator()(leat::StrongId<Tag, Number> id) const noexcept {
    // Ids are dense; the multiplication spreads them over the whole word.
    return static_cast<std::size_t>(static_cast<std::uint64_t>(id.value) * 0x9E3779B97F4A7C15ULL);
  }
};
