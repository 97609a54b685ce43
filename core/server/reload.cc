#include "core/server/reload.h"

#include <algorithm>
#include <functional>
#include <sstream>

#include "core/base/duration.h"

namespace leat {
namespace {

std::string shown(const std::string& text) { return text; }
std::string shown(int number) { return std::to_string(number); }
std::string shown(bool flag) { return flag ? "true" : "false"; }
std::string shown(std::int64_t number) { return std::to_string(number); }

// Something that must stay as it is while the server runs.
struct Fixed {
  const char* field;
  std::function<std::string(const ServerOptions&)> value;
};

template <typename Read>
Fixed fixed(const char* field, Read read) {
  return Fixed{field, [read](const ServerOptions& options) { return shown(read(options)); }};
}

const std::vector<Fixed>& fixed_fields() {
  using O = ServerOptions;
  static const std::vector<Fixed> fields = {
      fixed("Host", [](const O& o) { return o.host; }),
      fixed("ServerName", [](const O& o) { return o.server_name; }),
      fixed("HTTPHost", [](const O& o) { return o.http.host; }),
      fixed("HTTPBasePath", [](const O& o) { return o.http.base_path; }),
      fixed("MaxSubs", [](const O& o) { return o.limits.subscriptions_max; }),
      fixed("MaxSubTokens", [](const O& o) { return o.limits.subscription_tokens_max; }),
      fixed("MaxPending", [](const O& o) { return o.limits.pending_bytes_max; }),
      fixed("MaxClosedClients", [](const O& o) { return o.limits.closed_clients_max; }),
      fixed("NoHeaderSupport", [](const O& o) { return !o.headers; }),
      fixed("LameDuckDuration", [](const O& o) { return o.lame_duck_duration_ns; }),
      fixed("LameDuckGracePeriod", [](const O& o) { return o.lame_duck_grace_ns; }),
      fixed("SystemAccount", [](const O& o) { return o.system_account; }),
      fixed("NoSystemAccount", [](const O& o) { return o.system_account_disabled; }),
      fixed("LogSizeLimit", [](const O& o) { return o.log.file_bytes_max; }),
      fixed("LogMaxFiles", [](const O& o) { return o.log.files_max; }),
      fixed("JetStream", [](const O& o) { return o.jetstream.enabled; }),
      fixed("StoreDir", [](const O& o) { return o.jetstream.store_dir; }),
      fixed("JetStreamDomain", [](const O& o) { return o.jetstream.domain; }),
      fixed("SyncInterval",
            [](const O& o) { return o.jetstream.sync_interval_ns.value_or(std::int64_t{-1}); }),
      fixed("JournalSize", [](const O& o) { return o.jetstream.journal_bytes; }),
      fixed("DiskReserve", [](const O& o) { return o.jetstream.disk_reserve_bytes; }),
      fixed("IndexMemory",
            [](const O& o) { return o.jetstream.index_bytes_max.value_or(std::int64_t{-1}); }),
      fixed("Shards", [](const O& o) { return o.shards; }),
  };
  return fields;
}

tl::unexpected<Error> not_supported(const std::string& field, const std::string& from,
                                    const std::string& to) {
  return failure(ErrorKind::kUnsupported,
                 "config reload not supported for " + field + ": old=" + from + ", new=" + to);
}

// A random port was chosen once and stays; asking for "random" again is no change.
Status check_port(const char* field, std::int64_t running, std::int64_t wanted) {
  if (running == wanted || wanted == -1) return {};
  return not_supported(field, std::to_string(running), std::to_string(wanted));
}

// Limits of JetStream may grow; what streams already hold must stay possible.
Status check_store_limit(const char* field, std::int64_t running, std::int64_t wanted) {
  const bool shrinks = wanted != kUnlimited && (running == kUnlimited || wanted < running);
  if (!shrinks) return {};
  return not_supported(field, std::to_string(running), std::to_string(wanted));
}

// Its streams would stay and be served, without the limits that the account had.
Status check_account_jetstream(const ServerOptions& running, const ServerOptions& wanted) {
  if (!running.jetstream.enabled) return {};
  for (const AccountOptions& account : running.accounts) {
    if (!account.jetstream) continue;
    const auto now =
        std::find_if(wanted.accounts.begin(), wanted.accounts.end(),
                     [&](const AccountOptions& other) { return other.name == account.name; });
    if (now == wanted.accounts.end() || now->jetstream) continue;
    return not_supported("JetStream of account " + account.name, "true", "false");
  }
  return {};
}

Status check_fixed(const ServerOptions& running, const ServerOptions& wanted) {
  for (const Fixed& field : fixed_fields()) {
    const std::string from = field.value(running);
    const std::string to = field.value(wanted);
    if (from != to) return not_supported(field.field, from, to);
  }
  LEAT_TRY(check_port("Port", running.port, wanted.port));
  LEAT_TRY(check_port("HTTPPort", running.http.port, wanted.http.port));
  LEAT_TRY(check_account_jetstream(running, wanted));
  LEAT_TRY(check_store_limit("JetStreamMaxMemory", running.jetstream.memory_bytes_max,
                             wanted.jetstream.memory_bytes_max));
  return check_store_limit("JetStreamMaxStore", running.jetstream.file_bytes_max,
                           wanted.jetstream.file_bytes_max);
}

// Something that may change, and how its new value is shown.
struct Changing {
  const char* name;
  std::function<std::string(const ServerOptions&)> value;
};

const std::vector<Changing>& changing_fields() {
  using O = ServerOptions;
  static const std::vector<Changing> fields = {
      {"debug", [](const O& o) { return shown(o.log.debug); }},
      {"trace", [](const O& o) { return shown(o.log.trace); }},
      {"trace_verbose", [](const O& o) { return shown(o.log.trace_verbose); }},
      {"trace_headers", [](const O& o) { return shown(o.log.trace_headers); }},
      {"logtime", [](const O& o) { return shown(o.log.time); }},
      {"logtime_utc", [](const O& o) { return shown(o.log.utc); }},
      {"log_file", [](const O& o) { return o.log.file; }},
      {"max_traced_msg_len", [](const O& o) { return shown(o.log.traced_bytes_max); }},
      {"pid_file", [](const O& o) { return o.pid_file; }},
      {"ports_file_dir", [](const O& o) { return o.ports_file_dir; }},
      {"client_advertise", [](const O& o) { return o.client_advertise; }},
      {"max_connections", [](const O& o) { return shown(o.limits.connections_max); }},
      {"max_control_line", [](const O& o) { return shown(o.limits.control_line_bytes_max); }},
      {"max_payload", [](const O& o) { return shown(o.limits.payload_bytes_max); }},
      {"ping_interval", [](const O& o) { return format_duration(o.limits.ping_interval_ns); }},
      {"ping_max", [](const O& o) { return shown(o.limits.pings_outstanding_max); }},
      {"write_deadline", [](const O& o) { return format_duration(o.limits.write_deadline_ns); }},
      {"no_fast_producer_stall", [](const O& o) { return shown(!o.limits.fast_producer_stall); }},
      {"no_auth_user", [](const O& o) { return o.no_auth_user; }},
      {"authorization timeout", [](const O& o) { return format_duration(auth_timeout_ns(o)); }},
  };
  return fields;
}

void describe(std::ostream& out, const PermissionSet& set) {
  const auto list = [&](const auto& subjects) {
    for (const auto& subject : subjects) {
      if constexpr (std::is_same_v<std::decay_t<decltype(subject)>, std::string>) {
        out << '"' << subject << '"';
      } else {
        out << '"' << subject.subject << ' ' << subject.queue << '"';
      }
    }
    out << ';';
  };
  out << set.publish_allow.has_value() << set.subscribe_allow.has_value();
  if (set.publish_allow) list(*set.publish_allow);
  list(set.publish_deny);
  if (set.subscribe_allow) list(*set.subscribe_allow);
  list(set.subscribe_deny);
  if (set.responses) out << set.responses->messages_max << ' ' << set.responses->expires;
}

void describe(std::ostream& out, const std::vector<UserOptions>& users) {
  for (const UserOptions& user : users) {
    out << '{' << user.user << '\0' << user.password << '\0';
    for (const std::string& type : user.connection_types) out << type << ' ';
    if (user.permissions) describe(out, *user.permissions);
    out << '}';
  }
}

// A text that differs when what it describes does. It holds passwords and is never shown.
std::string description_of_authorization(const ServerOptions& options) {
  std::ostringstream out;
  out << options.authorization.user << '\0' << options.authorization.password << '\0'
      << options.authorization.token << '\0';
  describe(out, options.authorization.users);
  return out.str();
}

std::string description_of_accounts(const ServerOptions& options) {
  std::ostringstream out;
  for (const AccountOptions& account : options.accounts) {
    out << account.name << '\0' << account.connections_max << ' ' << account.subscriptions_max
        << ' ' << account.payload_bytes_max << '[';
    describe(out, account.users);
    out << ']';
    if (const auto& js = account.jetstream) {
      out << js->memory_bytes_max << ' ' << js->file_bytes_max << ' ' << js->streams_max << ' '
          << js->consumers_max << ' ' << js->ack_pending_max << ' ' << js->memory_stream_bytes_max
          << ' ' << js->file_stream_bytes_max << ' ' << js->stream_bytes_required;
    }
    out << '\n';
  }
  return out.str();
}

bool same_limits(const JetStreamOptions& a, const JetStreamOptions& b) {
  return a.limits.ack_pending_max == b.limits.ack_pending_max &&
         a.limits.ha_assets_max == b.limits.ha_assets_max &&
         a.limits.request_batch_max == b.limits.request_batch_max &&
         a.limits.duplicate_window_ns_max == b.limits.duplicate_window_ns_max &&
         a.limits.consumers_default_max == b.limits.consumers_default_max &&
         a.memory_bytes_max == b.memory_bytes_max && a.file_bytes_max == b.file_bytes_max;
}

}  // namespace

Result<std::vector<std::string>> compare_for_reload(const ServerOptions& running,
                                                    const ServerOptions& wanted) {
  LEAT_TRY(check_fixed(running, wanted));
  std::vector<std::string> lines;
  for (const Changing& field : changing_fields()) {
    const std::string value = field.value(wanted);
    if (value != field.value(running)) {
      lines.push_back("Reloaded: " + std::string(field.name) + " = " + value);
    }
  }
  if (running.server_tags != wanted.server_tags) lines.emplace_back("Reloaded: tags");
  if (running.server_metadata != wanted.server_metadata) lines.emplace_back("Reloaded: metadata");
  if (description_of_authorization(running) != description_of_authorization(wanted)) {
    lines.emplace_back("Reloaded: authorization users");
  }
  if (description_of_accounts(running) != description_of_accounts(wanted)) {
    lines.emplace_back("Reloaded: accounts");
  }
  if (!same_limits(running.jetstream, wanted.jetstream)) {
    lines.emplace_back("Reloaded: JetStream limits");
  }
  return lines;
}

}  // namespace leat
