#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/options/options.h"
#include "core/session/connection_snapshot.h"
#include "core/subject/interest_statistics.h"
#include "proto/api/info.h"
#include "proto/client/info.h"
#include "storage/api/disk_waits.h"
#include "storage/api/log_store.h"
#include "streams/host/damage.h"

namespace leat {

// What the endpoints say about the server as a whole. One for each generation of the configuration;
// immutable, shared.
struct MonitorFacts {
  std::shared_ptr<const ServerOptions> options;  // never null
  ServerInfo server;
  bool auth_required = false;
  std::string http_host;
  int http_port = 0;
  std::string store_dir;  // where streams lie
  std::vector<std::string> jetstream_accounts;
  WallNs start = 0;
  WallNs config_loaded = 0;
};

struct StreamPart {
  StreamInfo info;
  std::vector<ConsumerInfo> consumers;  // where asked for
};

// JetStream of one account; sums of shards are added.
struct AccountPart : AccountFigures {
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
  std::vector<StreamPart> stream_parts;  // where asked for

  void add(AccountPart more);
};

// What one shard, or after adding all of them, said when it was asked.
struct MonitorSnapshot {
  SessionCounts counts;
  std::uint64_t router_subscriptions = 0;
  std::vector<ConnectionSnapshot> open;          // where asked for
  std::vector<ConnectionSnapshot> closed;        // where asked for
  std::map<AccountId, AccountTraffic> traffic;   // where asked for
  InterestStatistics interest;                   // where asked for
  std::map<std::string, AccountPart> jetstream;  // by account; of those that have it
  std::vector<StreamDamage> damages;             // where asked for
  DiskRoom room = DiskRoom::kEnough;             // the least that a shard has

  void add(MonitorSnapshot other);
  // Of all accounts, without the streams.
  AccountPart jetstream_sum() const;
};

// Figures of the process that no shard knows.
struct ProcessFigures {
  std::uint64_t memory_bytes = 0;
  double cpu_percent = 0;  // over the life of the process
  int cores = 1;
  std::uint64_t total_connections = 0;
  std::int64_t open_connections = 0;
  std::map<std::string, std::uint64_t> http_requests;  // by path
  DiskWaits disk_waits;
};

}  // namespace leat
