// The process: addresses, names, files, logging, monitoring.

#include <algorithm>
#include <charconv>

#include "core/base/quote.h"
#include "core/config/blocks.h"

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
      reader.error(entry.value.at, "error parsing feature flag " + go_quote(entry.key) +
                                       ": expected bool, got " +
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
  // Where both names are used the longer one counts; an empty name is none.
  if (config_name(field.key) == "system" &&
      options.system_account != ServerOptions().system_account)
    return;
  if (!field.value.text.empty()) options.system_account = field.value.text;
}

// "host:port" or "[host]:port" in its two parts; nothing where brackets and colons do not fit.
std::optional<std::pair<std::string, std::string>> split_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;
  }
  const bool stray = host.find_first_of("[]") != std::string_view::npos ||
                     port.find_first_of("[]") != std::string_view::npos;
  if (stray) return std::nullopt;
  return std::pair(std::string(host), std::string(port));
}

// Fields of the block of a listener that turn nothing on while it has no port and no peers.
struct IdleFields {
  std::vector<std::string_view> texts;
  std::vector<std::string_view> flags;
  std::vector<std::string_view> numbers;
  std::string_view peers;  // a list that may be empty
};

bool is_idle(ConfigReader& reader, const ConfigField& field, const IdleFields& idle) {
  const std::string name = config_name(field.key);
  const auto is_one_of = [&](const std::vector<std::string_view>& names) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  const ConfigValue& value = field.value;
  // A value of the wrong kind is told for its own place.
  if (is_one_of(idle.texts)) reader.text(value);
  if (is_one_of(idle.flags)) reader.flag(value);
  if (is_one_of(idle.numbers)) reader.integer(value);
  if (is_one_of(idle.texts) || is_one_of(idle.flags) || is_one_of(idle.numbers)) return true;
  if (name == "port") return value.kind == ConfigKind::kInteger && value.integer == 0;
  if (name == idle.peers) return value.kind == ConfigKind::kArray && value.items.empty();
  return value.used_as_variable;
}

// A feature that is not built and has a listener of its own: refused if the block asks for it.
auto refuse_listener(std::string_view feature, IdleFields idle) {
  return [feature, idle = std::move(idle)](ConfigReader& reader, const ConfigField& field,
                                           ServerOptions&) {
    const ConfigValue& block = field.value;
    const bool idles =
        block.kind == ConfigKind::kMap &&
        std::all_of(block.fields.begin(), block.fields.end(),
                    [&](const ConfigField& inner) { return is_idle(reader, inner, idle); });
    if (!idles) reader.unbuilt(field, feature);
  };
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
  auto parts = split_address(value.text);
  if (!parts) {
    reader.error(value.at, "could not parse address string " + go_quote(value.text));
    return std::nullopt;
  }
  auto& [host, port_text] = *parts;
  std::string_view digits = port_text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  std::int64_t port = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (digits.empty() || parsed.ec != std::errc{} || parsed.ptr != digits.data() + digits.size() ||
      (digits.size() < port_text.size() && digits.front() == '-')) {
    reader.error(value.at, "could not parse port " + go_quote(port_text));
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
      {{"cluster"},
       refuse_listener("clustering",
                       {.texts = {"name", "host", "net", "advertise", "cluster_advertise"},
                        .flags = {"no_advertise", "connect_backoff"},
                        .numbers = {"connect_retries", "pool_size", "ping_max"},
                        .peers = "routes"})},
      {{"gateway"},
       refuse_listener("gateways", {.texts = {"host", "net", "advertise"},
                                    .flags = {"connect_backoff"},
                                    .numbers = {"connect_retries", "ping_max"},
                                    .peers = "gateways"})},
      {{"leaf", "leafnodes"},
       refuse_listener("leaf nodes",
                       {.texts = {"host", "net", "advertise", "leafnode_advertise"},
                        .flags = {"no_advertise", "isolate", "isolate_leafnode_interest"},
                        .numbers = {"ping_max"},
                        .peers = "remotes"})},
      {{"websocket", "ws"},
       refuse_listener("WebSocket", {.texts = {"host", "net", "advertise"},
                                     .flags = {"no_tls", "same_origin", "compress", "compression"},
                                     .numbers = {},
                                     .peers = ""})},
      {{"mqtt"},
       refuse_listener("MQTT", {.texts = {"host", "net", "js_domain"},
                                .flags = {"consumer_memory_storage"},
                                .numbers = {"stream_replicas"},
                                .peers = ""})},
      {{"mappings", "maps"},
       [](ConfigReader& reader, const ConfigField& field, Options& options) {
         if (reader.is_map(field.value))
           refuse<Options>("subject mappings")(reader, field, options);
       }},
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
