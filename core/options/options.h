#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/duration.h"
#include "core/base/ids.h"
#include "core/base/limits.h"
#include "core/session/permissions.h"

namespace leat {

// A limit that may be absent; the configuration writes -1 for it.
inline constexpr std::int64_t kUnlimited = -1;

// A user who is known by name and password (or a bcrypt hash of it).
struct UserOptions {
  std::string user;
  std::string password;
  // Null: the default permissions of the account or block were null too; everything is allowed.
  std::shared_ptr<const PermissionSet> permissions;
  // Empty: every type of connection. Upper case: STANDARD, WEBSOCKET, LEAFNODE, ...
  std::vector<std::string> connection_types;
};

// JetStream of one account. The defaults mean "enabled, and only the server limits it".
struct AccountJetStreamOptions {
  std::int64_t memory_bytes_max = kUnlimited;
  std::int64_t file_bytes_max = kUnlimited;
  std::int64_t streams_max = kUnlimited;
  std::int64_t consumers_max = kUnlimited;
  std::int64_t ack_pending_max = kUnlimited;
  std::int64_t memory_stream_bytes_max = -1;  // -1: no bound for one stream
  std::int64_t file_stream_bytes_max = -1;
  bool stream_bytes_required = false;  // max_bytes must be set on every stream
};

struct AccountOptions {
  std::string name;
  std::vector<UserOptions> users;
  std::shared_ptr<const PermissionSet> default_permissions;  // already given to users without any
  std::int64_t connections_max = kUnlimited;
  std::int64_t subscriptions_max = kUnlimited;
  std::int64_t payload_bytes_max = kUnlimited;
  // Absent: JetStream is off in this account (the global account is on when it has no block).
  std::optional<AccountJetStreamOptions> jetstream;
};

// The authorization block: one user, or a token, or users; all of them in the global account.
struct AuthorizationOptions {
  std::string user;
  std::string password;
  std::string token;
  std::vector<UserOptions> users;
  bool has_users = false;                                    // a list of users, perhaps empty
  std::shared_ptr<const PermissionSet> default_permissions;  // already given to users without any
  std::optional<DurationNs> timeout_ns;                      // absent: two seconds
};

struct JetStreamLimits {
  std::int64_t ack_pending_max = 0;  // of one consumer; 0: no bound
  std::int64_t ha_assets_max = 0;
  std::int64_t request_batch_max = 0;
  DurationNs duplicate_window_ns_max = 0;
  std::int64_t consumers_default_max = 0;  // of one stream that sets none; 0: the built-in default
};

struct JetStreamOptions {
  bool enabled = false;
  std::string store_dir;  // empty: the temporary directory of the system
  std::int64_t memory_bytes_max = kUnlimited;
  std::int64_t file_bytes_max = kUnlimited;
  std::string domain;
  std::string unique_tag;
  // Absent: an acknowledgement waits for the disk. Otherwise entries are synced this often.
  std::optional<DurationNs> sync_interval_ns;
  // Above it streams are asked to store what holds the journal back; a quarter of it is one file.
  std::int64_t journal_bytes = limits::kJournalHorizonBytes;
  // With less left on the disk nothing new is taken in; 0: as long as the disk takes it.
  std::int64_t disk_reserve_bytes = limits::kDiskReserveBytes;
  // Memory that the indexes of all streams may take before they spill; absent: a quarter of it all.
  std::optional<std::int64_t> index_bytes_max;
  bool strict = true;  // API requests with unknown fields are refused
  JetStreamLimits limits;
};

struct LogOptions {
  bool debug = false;
  bool trace = false;
  bool trace_verbose = false;  // the system account's traffic too
  bool trace_headers = false;  // headers only, no payload
  bool time = true;
  bool utc = false;
  std::string file;                 // empty: standard error
  std::int64_t file_bytes_max = 0;  // 0: never rotated by size
  std::int64_t files_max = 0;       // 0: every backup is kept
  std::int64_t traced_bytes_max = 0;
};

struct HttpOptions {
  std::string host;
  std::int64_t port = 0;  // 0: no monitoring; -1: a random port
  std::string base_path;
};

// What a connection may cost.
struct LimitOptions {
  std::int64_t connections_max = limits::kConnections;
  std::int64_t subscriptions_max = 0;        // of one connection; 0: no bound
  std::int64_t subscription_tokens_max = 0;  // 0: no bound
  std::int64_t control_line_bytes_max = static_cast<std::int64_t>(limits::kControlLineBytes);
  std::int64_t payload_bytes_max = static_cast<std::int64_t>(limits::kPayloadBytes);
  std::int64_t pending_bytes_max = static_cast<std::int64_t>(limits::kPendingBytes);
  std::int64_t closed_clients_max = 10'000;
  DurationNs ping_interval_ns = 120 * kSecondNs;
  int pings_outstanding_max = limits::kPingsOutstanding;
  DurationNs write_deadline_ns = 10 * kSecondNs;
  bool fast_producer_stall = true;
};

// Everything that flags and the configuration file can say and that is built: plain data, made by
// `flags` and `config`, immutable once the server has started with it (a reload makes a new one).
struct ServerOptions {
  std::string host = "0.0.0.0";
  std::int64_t port = 4222;  // -1: a random port
  std::string client_advertise;
  std::string server_name;  // empty: the server id
  std::vector<std::string> server_tags;
  std::map<std::string, std::string> server_metadata;
  std::map<std::string, bool> feature_flags;

  HttpOptions http;
  std::string ports_file_dir;
  std::string pid_file;
  LogOptions log;
  LimitOptions limits;
  bool headers = true;  // false: no_header_support
  DurationNs lame_duck_duration_ns = 120 * kSecondNs;
  DurationNs lame_duck_grace_ns = 10 * kSecondNs;

  AuthorizationOptions authorization;
  std::vector<AccountOptions> accounts;  // the system account is always among them
  std::string system_account = "$SYS";
  bool system_account_disabled = false;
  std::string no_auth_user;

  JetStreamOptions jetstream;
  std::int64_t shards = 1;

  std::string config_file;    // as given; empty: none
  std::string config_digest;  // "sha256:<hex>" of the parsed configuration; empty without a file
};

// No host and port 0 say "the usual one", wherever they were written.
inline void complete_options(ServerOptions& options) {
  if (options.host.empty()) options.host = ServerOptions().host;
  if (options.port == 0) options.port = ServerOptions().port;
}

inline DurationNs auth_timeout_ns(const ServerOptions& options) {
  return options.authorization.timeout_ns.value_or(2 * kSecondNs);
}

}  // namespace leat
