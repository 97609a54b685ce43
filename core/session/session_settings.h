#pragma once

#include <cstdint>
#include <memory>

#include "core/base/ids.h"
#include "core/base/limits.h"
#include "core/session/accounts.h"
#include "proto/client/info.h"

namespace leat {

// What the configuration says about client connections. One object per generation, immutable and
// shared between shards.
struct SessionSettings {
  ServerInfo server;
  std::shared_ptr<const AccountTable> accounts;         // never null
  std::int64_t connections_max = limits::kConnections;  // of the whole server; -1: no limit
  std::int64_t subscriptions_max = 0;                   // of one connection; 0: no limit
  std::int64_t subscription_tokens_max = 0;             // 0: no limit
  std::size_t control_line_bytes_max = limits::kControlLineBytes;
  std::int64_t payload_bytes_max = limits::kPayloadBytes;
  std::size_t pending_bytes_max = limits::kPendingBytes;
  std::size_t closed_connections_max = limits::kClosedConnections;  // of one shard
  DurationNs auth_timeout_ns = 2'000'000'000LL;
  DurationNs ping_interval_ns = 120'000'000'000LL;
  int pings_outstanding_max = limits::kPingsOutstanding;
  DurationNs write_deadline_ns = 10'000'000'000LL;
  // What a publisher meets whose subscriber is slow: it is paused, or the message is not delivered
  // to that subscriber.
  enum class FastProducer : bool { kPaused, kDropped };
  FastProducer fast_producer = FastProducer::kPaused;
  // What trace lines show of a message.
  enum class TracedBody : bool { kWhole, kHeaders };
  TracedBody traced_body = TracedBody::kWhole;
  std::size_t traced_bytes_max = 0;  // 0: all of it
};

}  // namespace leat
