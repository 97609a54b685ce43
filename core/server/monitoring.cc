#include "core/server/monitoring.h"

#include <utility>

#include "core/server/jetstream_storage.h"

namespace leat {
namespace {

MonitoredShard monitored(Shard& shard, ShardHosts& hosts) {
  MonitoredShard out;
  out.mailbox = &shard;
  out.router = &hosts.router();
  out.sessions = &hosts.sessions();
  if (JetStreamHosts* jetstream = hosts.jetstream()) {
    out.streams = &jetstream->streams();
    out.consumers = &jetstream->consumers();
    out.api = &jetstream->desk();
    out.assignments = &jetstream->desk().deps().assignments;
  }
  return out;
}

std::vector<std::string> jetstream_accounts(const Generation& generation) {
  std::vector<std::string> names;
  if (!generation.options->jetstream.enabled) return names;
  for (const AccountId account : jetstream_settings(generation).enabled) {
    names.emplace_back(generation.accounts->name_of(account));
  }
  return names;
}

}  // namespace

Result<std::unique_ptr<Monitoring>> Monitoring::open(Dependencies deps,
                                                     const Generation& generation) {
  const ServerOptions& options = *generation.options;
  if (options.http.port == 0) return std::unique_ptr<Monitoring>();
  const std::string& host = options.http.host.empty() ? options.host : options.http.host;
  auto http = HttpServer::open(deps.pool.at(0), host, options.http.port);
  if (!http) {
    return failure(ErrorKind::kIo, "Can't start monitoring: can't listen to the monitor port: " +
                                       http.error().text);
  }
  return std::unique_ptr<Monitoring>(  // NOLINT: private constructor
      new Monitoring(std::move(deps), std::move(*http), generation));
}

Monitoring::Monitoring(Dependencies deps, std::unique_ptr<HttpServer> http,
                       const Generation& generation)
    : deps_(std::move(deps)), http_(std::move(http)), start_ns_(deps_.clock.wall_ns()) {
  std::vector<MonitoredShard> shards;
  for (std::uint16_t i = 0; i < deps_.pool.size(); ++i) {
    shards.push_back(monitored(deps_.pool.at(i), *deps_.hosts[i]));
  }
  monitor_ = std::make_unique<Monitor>(
      Monitor::Dependencies{.mailbox = deps_.pool.at(0),
                            .clock = deps_.clock,
                            .ledger = deps_.ledger,
                            .disk_waits =
                                [storage = deps_.storage] {
                                  return storage == nullptr ? DiskWaits() : storage->disk_waits();
                                },
                            .shards = std::move(shards)},
      describe(generation));
}

void Monitoring::start() { http_->start(*monitor_); }

void Monitoring::reload(const Generation& generation) { monitor_->reload(describe(generation)); }

MonitorGeneration Monitoring::describe(const Generation& generation) const {
  auto facts = std::make_shared<MonitorFacts>();
  facts->options = generation.options;
  facts->server = generation.settings->server;
  facts->auth_required = generation.users->requires_auth();
  facts->http_host = http_->host();
  facts->http_port = http_->port();
  if (deps_.storage != nullptr) facts->store_dir = deps_.storage->directory();
  facts->jetstream_accounts = jetstream_accounts(generation);
  facts->start = start_ns_;
  facts->config_loaded = deps_.clock.wall_ns();
  return MonitorGeneration{.facts = std::move(facts), .accounts = generation.accounts};
}

}  // namespace leat
