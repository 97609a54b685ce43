#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/session/close_reason.h"

namespace leat {

// Messages and bytes in one direction; bytes are those of headers and payloads.
struct TrafficCount {
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
};

struct SubscriptionSnapshot {
  std::string subject;
  std::string queue;
  std::string sid;
  std::uint64_t messages = 0;
  std::int64_t deliveries_max = 0;  // 0: none set
};

// A connection as monitoring shows it: copied out on its shard, read anywhere.
struct ConnectionSnapshot {
  ConnectionId cid;
  std::string ip;
  std::uint16_t port = 0;
  WallNs start = 0;
  WallNs last_activity = 0;
  WallNs stop = 0;  // 0: open
  CloseReason reason = CloseReason::kNone;
  DurationNs rtt_ns = 0;  // 0: not measured yet
  std::uint64_t pending_bytes = 0;
  TrafficCount in;
  TrafficCount out;
  std::uint64_t subscription_count = 0;
  std::string name;
  std::string lang;
  std::string version;
  AccountId account_id;
  std::string account;
  std::string user;
  std::vector<SubscriptionSnapshot> subscriptions;  // where asked for
};

// What one account's connections did on one shard since its start, and what is open now.
struct AccountTraffic {
  std::uint64_t connections = 0;
  std::uint64_t subscriptions = 0;
  TrafficCount in{};
  TrafficCount out{};
  std::uint64_t slow_consumers = 0;
};

// Sums of one shard since its start.
struct SessionCounts {
  TrafficCount in;
  TrafficCount out;
  std::uint64_t connections = 0;  // open now
  std::uint64_t subscriptions = 0;
  std::uint64_t slow_consumers_pending = 0;
  std::uint64_t slow_consumers_deadline = 0;
  std::uint64_t stale_connections = 0;
  std::uint64_t stalled_publishers = 0;

  std::uint64_t slow_consumers() const { return slow_consumers_pending + slow_consumers_deadline; }
};

}  // namespace leat
