#include "core/server/generation.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include "proto/api/level.h"

namespace leat {

namespace {

// The peer names its compiler in the field "go"; clients only show it.
std::string compiler_text() {
  return "gcc" + std::to_string(__GNUC__) + "." + std::to_string(__GNUC_MINOR__);
}

// "host" or "host:port"; IPv6 with a port is in brackets.
void advertise(const std::string& address, ServerInfo& info) {
  const std::size_t colon = address.rfind(':');
  const bool has_port =
      colon != std::string::npos && (address.find(':') == colon || address[colon - 1] == ']');
  std::string host = has_port ? address.substr(0, colon) : address;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  int port = 0;
  if (has_port) std::from_chars(address.data() + colon + 1, address.data() + address.size(), port);
  info.host = std::move(host);
  if (port > 0) info.port = port;
}

ServerInfo server_info(const ServerOptions& options, const ServerIdentity& identity,
                       int client_port) {
  ServerInfo info;
  info.version = kNatsVersion;
  info.api_level = kApiLevel;
  info.server_id = identity.server_id;
  info.server_name = options.server_name.empty() ? identity.server_id : options.server_name;
  info.go = compiler_text();
  info.host = options.host;
  info.port = client_port;
  if (!options.client_advertise.empty()) advertise(options.client_advertise, info);
  info.headers = options.headers;
  info.jetstream = options.jetstream.enabled;
  info.domain = options.jetstream.domain;
  info.xkey = identity.xkey;
  return info;
}

}  // namespace

std::shared_ptr<const Generation> make_generation(ServerOptions options,
                                                  const ServerIdentity& identity, int client_port,
                                                  const Generation* previous) {
  auto generation = std::make_shared<Generation>();
  std::vector<std::string> names;
  for (const AccountOptions& account : options.accounts) names.push_back(account.name);
  generation->accounts = previous == nullptr ? AccountTable::first(names, options.system_account)
                                             : AccountTable::following(*previous->accounts, names,
                                                                       options.system_account);
  generation->number = previous == nullptr ? 1 : previous->number + 1;

  const LimitOptions& limit = options.limits;
  auto settings = std::make_shared<SessionSettings>();
  settings->server = server_info(options, identity, client_port);
  settings->accounts = generation->accounts;
  settings->connections_max = limit.connections_max;
  settings->subscriptions_max = limit.subscriptions_max;
  settings->subscription_tokens_max = limit.subscription_tokens_max;
  settings->control_line_bytes_max = static_cast<std::size_t>(limit.control_line_bytes_max);
  settings->payload_bytes_max = limit.payload_bytes_max;
  settings->pending_bytes_max = static_cast<std::size_t>(limit.pending_bytes_max);
  settings->closed_connections_max = static_cast<std::size_t>(limit.closed_clients_max);
  settings->auth_timeout_ns = auth_timeout_ns(options);
  settings->ping_interval_ns = limit.ping_interval_ns;
  settings->pings_outstanding_max = limit.pings_outstanding_max;
  settings->write_deadline_ns = limit.write_deadline_ns;
  settings->fast_producer = limit.fast_producer_stall ? SessionSettings::FastProducer::kPaused
                                                      : SessionSettings::FastProducer::kDropped;
  if (options.log.trace_headers) settings->traced_body = SessionSettings::TracedBody::kHeaders;
  settings->traced_bytes_max =
      static_cast<std::size_t>(std::max<std::int64_t>(0, options.log.traced_bytes_max));
  generation->users = std::make_shared<const UserDirectory>(options, *generation->accounts);
  generation->settings = std::move(settings);
  generation->options = std::make_shared<const ServerOptions>(std::move(options));
  return generation;
}

}  // namespace leat
