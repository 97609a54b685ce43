// The process: addresses, names, files, logging, monitoring.

#include <charconv>

#include "core/server/config_blocks.h"

namespace leat {
namespace {

using Rule = ConfigRule<ServerOptions>;

template <typename Block, typename Value>
auto inside(Block ServerOptions::*block, Value Block::*member) {
  return [block, member](ConfigReader& reader, const ConfigField& field, ServerOptions& options) {
    if constexpr (std::is_same_v<Value, std::string>) {
      store_text(member)(reader, field, options.*block);
    } else if constexpr (std::is_same_v<Value, bool>) {
      store_flag(member)(reader, field, options.*block);
    } else {
      store_integer(member)(reader, field, options.*block);
    }
  };
}

void read_server_name(ConfigReader& reader, const ConfigField& field, ServerOptions& options) {
  const auto name = reader.text(field.value);
  if (!name) return;
  if (name->find(' ') != std::string::npos) {
    reader.error(field.value.at, "server name cannot contain spaces");
    return;
  }
  options.server_name = *name;
}

void read_listen_field(ConfigReader& reader, const ConfigField& field, ServerOptions& options) {
  const auto address = read_listen(reader, field.value);
  if (!address) return;
  options.host = address->host;
  options.port = address->port;
}

void read_http(ConfigReader& reader, const ConfigField& field, ServerOptions& options) {
  const auto address = read_listen(reader, field.value);
  if (!address) return;
  options.http.host = address->host;
  options.http.port = address->port;
}

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

void read_tags(ConfigReader& reader, const ConfigField& field, ServerOptions& options) {
  options.server_tags.clear();
  if (field.value.kind == ConfigKind::kString) {
    std::string_view rest = field.value.text;
    while (true) {
      const std::size_t comma = rest.find(',');
      options.server_tags.push_back(trimmed(rest.substr(0, comma)));
      if (comma == std::string_view::npos) return;
      rest.remove_prefix(comma + 1);
    }
  }
  if (field.value.kind != ConfigKind::kArray) {
    reader.error(field.value.at, "error parsing tags: unsupported type " +
                                     std::string(config_kind_name(field.value)));
    return;
  }
  for (const ConfigValue& item : field.value.items) {
    if (item.kind == ConfigKind::kString) {
      options.server_tags.push_back(trimmed(item.text));
    } else {
      reader.error(field.value.at, "error parsing tags: unsupported type " +
                                       std::string(config_kind_name(item)) +
                                       " where string is expected");
    }
  }
}

void read_metadata(ConfigReader& reader, const ConfigField& field, ServerOptions& options) {
  options.server_metadata.clear();
  if (field.value.kind != ConfigKind::kMap) {
    reader.error(field.value.at, "error parsing metadata: unsupported type " +
                                     std::string(config_kind_name(field.value)));
    return;
  }
  for (const ConfigField& entry : field.value.fields) {
    if (const auto text = reader.text(entry.value)) options.server_metadata[entry.key] = *text;
  }
}

void read_feature_flags(ConfigReader& reader, const ConfigField& field, ServerOptions& options) {
  options.feature_flags.clear();
  if (field.value.kind != ConfigKind::kMap) {
    reader.error(field.value.at, "error parsing feature flags: unsupported type " +
                                     std::string(config_kind_name(field.value)));
    return;
  }
  for (const ConfigField& entry : field.value.fields) {
    if (entry.value.kind != ConfigKind::kBool) {
      reader.error(entry.value.at, "error parsing feature flag \"" + entry.key +
                                       "\": expected bool, got " +
                                       std::string(config_kind_name(entry.value)));
      continue;
    }
    const bool changes_the_wire = entry.key == "js_ack_fc_v2" || entry.key == "js_api_reply_v2" ||
                                  entry.key == "js_snapshot_sources";
    if (changes_the_wire && entry.value.flag) {
      reader.unbuilt(entry, "feature flag of that name");
      continue;
    }
    options.feature_flags[entry.key] = entry.value.flag;
  }
}

void read_store_dir(ConfigReader& reader, const ConfigField& field, ServerOptions& options) {
  const auto directory = reader.text(field.value);
  if (!directory) return;
  // It can also stand in the jetstream block, but only in one of the two places.
  if (!options.jetstream.store_dir.empty()) {
    reader.error(field.value.at, "Duplicate 'store_dir' configuration");
    return;
  }
  options.jetstream.store_dir = *directory;
}

void read_system_account(ConfigReader& reader, const ConfigField& field, ServerOptions& options) {
  if (field.value.kind != ConfigKind::kString) {
    reader.error(field.value.at, "system account name must be a string");
    return;
  }
  options.system_account = field.value.text;
}

void read_shards(ConfigReader& reader, const ConfigField& field, ServerOptions& options) {
  const auto count = reader.integer(field.value);
  if (!count) return;
  if (*count < 1 || *count > limits::kShards) {
    reader.error(field.value.at, "shards must be between 1 and " + std::to_string(limits::kShards));
    return;
  }
  options.shards = *count;
}

}  // namespace

std::optional<HostPort> read_listen(ConfigReader& reader, const ConfigValue& value) {
  if (value.kind == ConfigKind::kInteger) {
    return HostPort{.host = "", .port = value.integer};
  }
  if (value.kind != ConfigKind::kString) {
    reader.error(value.at,
                 "expected port or host:port, got " + std::string(config_kind_name(value)));
    return std::nullopt;
  }
  const std::string& text = value.text;
  const std::size_t colon = text.rfind(':');
  std::string host = text.substr(0, colon == std::string::npos ? 0 : colon);
  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (colon == std::string::npos || (!bracketed && host.find(':') != std::string::npos)) {
    reader.error(value.at, "could not parse address string \"" + text + "\"");
    return std::nullopt;
  }
  if (bracketed) host = host.substr(1, host.size() - 2);
  const std::string port_text = text.substr(colon + 1);
  std::int64_t port = 0;
  const auto parsed = std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  if (port_text.empty() || parsed.ec != std::errc{} ||
      parsed.ptr != port_text.data() + port_text.size()) {
    reader.error(value.at, "could not parse port \"" + port_text + "\"");
    return std::nullopt;
  }
  return HostPort{.host = std::move(host), .port = port};
}

const std::vector<Rule>& process_rules() {
  using Options = ServerOptions;
  static const std::vector<Rule> rules = {
      {{"listen"}, read_listen_field},
      {{"host", "net"}, store_text(&Options::host)},
      {{"port"}, store_integer(&Options::port)},
      {{"client_advertise"}, store_text(&Options::client_advertise)},
      {{"server_name"}, read_server_name},
      {{"server_tags"}, read_tags},
      {{"server_metadata"}, read_metadata},
      {{"feature_flags"}, read_feature_flags},
      {{"shards"}, read_shards},
      {{"debug"}, inside(&Options::log, &LogOptions::debug)},
      {{"trace"}, inside(&Options::log, &LogOptions::trace)},
      {{"trace_verbose"},
       [](ConfigReader& reader, const ConfigField& field, Options& options) {
         const auto on = reader.flag(field.value);
         if (!on) return;
         options.log.trace_verbose = *on;
         if (*on) options.log.trace = true;
       }},
      {{"trace_headers"},
       [](ConfigReader& reader, const ConfigField& field, Options& options) {
         const auto on = reader.flag(field.value);
         if (!on) return;
         options.log.trace_headers = *on;
         if (*on) options.log.trace = true;
       }},
      {{"logtime"}, inside(&Options::log, &LogOptions::time)},
      {{"logtime_utc"}, inside(&Options::log, &LogOptions::utc)},
      {{"logfile", "log_file"}, inside(&Options::log, &LogOptions::file)},
      {{"logfile_size_limit", "log_size_limit"},
       inside(&Options::log, &LogOptions::file_bytes_max)},
      {{"logfile_max_num", "log_max_num"}, inside(&Options::log, &LogOptions::files_max)},
      {{"max_traced_msg_len"}, inside(&Options::log, &LogOptions::traced_bytes_max)},
      {{"syslog"}, refuse_if_on<Options>("syslog")},
      {{"remote_syslog"}, refuse<Options>("syslog")},
      {{"pidfile", "pid_file"}, store_text(&Options::pid_file)},
      {{"ports_file_dir"}, store_text(&Options::ports_file_dir)},
      {{"http"}, read_http},
      {{"http_port", "monitor_port"}, inside(&Options::http, &HttpOptions::port)},
      {{"http_base_path"}, inside(&Options::http, &HttpOptions::base_path)},
      {{"https", "https_port"}, refuse<Options>("TLS")},
      {{"store_dir", "storedir"}, read_store_dir},
      {{"system_account", "system"}, read_system_account},
      {{"no_system_account", "no_system", "no_sys_acc"},
       store_flag(&Options::system_account_disabled)},
      {{"no_auth_user"}, store_text(&Options::no_auth_user)},
      // These tune machinery that this server does not have.
      {{"prof_port", "prof_block_rate", "connect_error_reports", "reconnect_error_reports"},
       ignore_integer<Options>()},
      {{"disable_sublist_cache", "no_sublist_cache"}, ignore_flag<Options>()},
  };
  return rules;
}

const std::vector<Rule>& unbuilt_rules() {
  using Options = ServerOptions;
  static const std::vector<Rule> rules = {
      {{"tls"},
       [](ConfigReader& reader, const ConfigField& field, Options&) {
         reader.unbuilt(field, "TLS");
       }},
      {{"allow_non_tls"}, refuse_if_on<Options>("TLS")},
      {{"ocsp", "ocsp_cache"}, refuse_if_on<Options>("OCSP")},
      {{"cluster"}, refuse<Options>("clustering")},
      {{"gateway"}, refuse<Options>("gateways")},
      {{"leaf", "leafnodes"}, refuse<Options>("leaf nodes")},
      {{"websocket", "ws"}, refuse<Options>("WebSocket")},
      {{"mqtt"}, refuse<Options>("MQTT")},
      {{"mappings", "maps"}, refuse<Options>("subject mappings")},
      {{"operator", "operators", "roots", "root", "root_operators", "root_operator"},
       refuse<Options>("operator mode")},
      {{"trusted", "trusted_keys"}, refuse<Options>("operator mode")},
      {{"resolver", "account_resolver", "accounts_resolver", "resolver_tls", "resolver_preload",
        "resolver_pinned_accounts", "default_sentinel"},
       refuse<Options>("operator mode")},
      {{"default_js_domain"}, refuse<Options>("default JetStream domains")},
      {{"proxies"}, refuse<Options>("trusted proxies")},
      {{"proxy_protocol"}, refuse_if_on<Options>("PROXY protocol")},
  };
  return rules;
}

}  // namespace leat
