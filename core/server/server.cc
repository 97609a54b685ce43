#include "core/server/server.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <latch>
#include <utility>

#include "core/base/duration.h"
#include "core/base/log.h"
#include "core/server/reload.h"
#include "proto/api/level.h"

namespace leat {

namespace {

// How often a lame duck looks whether it is alone.
constexpr DurationNs kEmptyCheckNs = 100'000'000;

}  // namespace

Server::Server(const ServerOptions& options)
    : identity_(random_server_identity()),
      pool_(static_cast<std::uint16_t>(options.shards), clock_) {}

Server::~Server() { stop(); }

Result<std::unique_ptr<Server>> Server::start(ServerOptions options) {
  std::unique_ptr<Server> server(new Server(options));  // NOLINT: private constructor
  server->log_start(options);
  // Sessions are made only after the port is known, but nobody can connect before recovery.
  server->generation_ = make_generation(std::move(options), server->identity_, 0, nullptr);
  LEAT_TRY(server->open_storage());
  server->make_shards();
  LEAT_TRY(server->recover_streams());
  LEAT_TRY(server->open_listeners());
  server->accept_clients();
  LEAT_TRY(write_pid_file(server->generation_->options->pid_file));
  LEAT_LOG(kInfo) << "Server is ready";
  LEAT_TRY(server->write_ports_file());
  return server;
}

void Server::log_start(const ServerOptions& options) const {
  LEAT_LOG(kInfo) << "Starting nats-server (leat-server)";
  LEAT_LOG(kInfo) << "  Version:  " << kNatsVersion;
  LEAT_LOG(kInfo) << "  Name:     "
                  << (options.server_name.empty() ? identity_.server_id : options.server_name);
  LEAT_LOG(kInfo) << "  ID:       " << identity_.server_id;
  if (!options.config_file.empty()) {
    LEAT_LOG(kInfo) << "Using configuration file: " << options.config_file << " ("
                    << options.config_digest << ")";
  }
}

Status Server::open_storage() {
  const JetStreamOptions& options = generation_->options->jetstream;
  if (!options.enabled) return {};
  LEAT_LOG(kInfo) << "Starting JetStream";
  auto storage = JetStreamStorage::open(options, pool_.size());
  if (!storage) {
    return failure(storage.error().kind, "Can't start JetStream: " + storage.error().text);
  }
  storage_ = std::move(*storage);
  LEAT_LOG(kInfo) << "---------------- JETSTREAM ----------------";
  LEAT_LOG(kInfo) << "  Strict:          " << (options.strict ? "true" : "false");
  LEAT_LOG(kInfo) << "  Store Directory: \"" << storage_->directory() << "\"";
  LEAT_LOG(kInfo) << "  API Level:       " << kApiLevel;
  LEAT_LOG(kInfo) << "-------------------------------------------";
  return {};
}

void Server::make_shards() {
  std::vector<ShardHosts*> hosts;
  std::vector<ConnectionSet*> connection_sets;
  for (std::uint16_t i = 0; i < pool_.size(); ++i) {
    Shard& shard = pool_.at(i);
    ShardParts parts;
    parts.authenticator =
        std::make_unique<ConfigAuthenticator>(generation_->users, passwords_, shard.inbox());
    parts.hosts =
        std::make_unique<ShardHosts>(ShardDependencies{.scheduler = shard,
                                                       .mailbox = shard,
                                                       .clock = clock_,
                                                       .authenticator = *parts.authenticator,
                                                       .ledger = ledger_,
                                                       .random = &random_number},
                                     generation_->settings);
    parts.connections = std::make_unique<ConnectionSet>(shard, parts.hosts->sessions());
    if (storage_ != nullptr) {
      parts.hosts->add_jetstream(storage_->open_shard(shard), jetstream_settings(*generation_));
    }
    hosts.push_back(parts.hosts.get());
    connection_sets.push_back(parts.connections.get());
    shards_.push_back(std::move(parts));
  }
  ShardHosts::connect(hosts);
  distributor_ = std::make_unique<Distributor>(pool_.at(0), std::move(connection_sets));
}

// From here on the shards run.
Status Server::recover_streams() {
  pool_.start();
  is_running_ = true;
  if (storage_ == nullptr) return {};
  const SteadyNs began = clock_.steady_ns();
  Status outcome;
  std::latch recovered(1);
  pool_.at(0).inbox().post([this, &outcome, &recovered] {
    outcome = shards_[0].hosts->jetstream()->recover(storage_->recovered_store(),
                                                     storage_->recovered_log(),
                                                     [&recovered] { recovered.count_down(); });
    if (!outcome) recovered.count_down();
  });
  recovered.wait();
  if (!outcome) {
    return failure(outcome.error().kind, "Can't start JetStream: " + outcome.error().text);
  }
  storage_->forget_recovered();
  LEAT_LOG(kInfo) << "Took " << format_duration(clock_.steady_ns() - began)
                  << " to start JetStream";
  return {};
}

Status Server::open_listeners() {
  const ServerOptions& options = *generation_->options;
  auto listener = Listener::open(pool_.at(0), options.host, options.port);
  if (!listener) {
    return failure(ErrorKind::kIo,
                   "Error listening on port: " + host_and_port(options.host, options.port) +
                       ", \"" + listener.error().text + "\"");
  }
  client_listener_ = std::move(*listener);
  return open_monitoring();
}

Status Server::open_monitoring() {
  std::vector<ShardHosts*> hosts;
  for (ShardParts& parts : shards_) hosts.push_back(parts.hosts.get());
  LEAT_TRY_ASSIGN(monitoring_, Monitoring::open(Monitoring::Dependencies{.pool = pool_,
                                                                         .clock = clock_,
                                                                         .ledger = ledger_,
                                                                         .hosts = std::move(hosts),
                                                                         .storage = storage_.get()},
                                                *generation_));
  return {};
}

void Server::accept_clients() {
  // The port is known only now, and INFO states it.
  const int port = client_listener_->port();
  generation_ = make_generation(*generation_->options, identity_, port, generation_.get());
  on_every_shard([this](std::uint16_t shard, Task done) {
    shards_[shard].authenticator->reload(generation_->users);
    shards_[shard].hosts->sessions().reload(generation_->settings);
    done();
  });
  on_every_shard([this](std::uint16_t shard, Task done) {
    if (shard == 0) {
      client_listener_->start(
          [this](AcceptedSocket socket) { distributor_->distribute(std::move(socket)); });
      if (monitoring_ != nullptr) {
        monitoring_->reload(*generation_);
        monitoring_->start();
      }
    }
    done();
  });
  if (monitoring_ != nullptr) {
    LEAT_LOG(kInfo) << "Starting http monitor on "
                    << host_and_port(monitoring_->host(), monitoring_->port());
  }
  LEAT_LOG(kInfo) << "Listening for client connections on "
                  << host_and_port(client_listener_->host(), port);
}

Status Server::write_ports_file() {
  const ServerOptions& options = *generation_->options;
  ports_file_ = PortsFile();
  if (options.ports_file_dir.empty()) return {};
  PortsFile::Listening listening;
  listening.host = client_listener_->bound_host();
  listening.client_port = client_port();
  if (monitoring_ != nullptr) {
    listening.monitoring_host = monitoring_->bound_host();
    listening.monitoring_port = monitoring_->port();
  }
  LEAT_TRY_ASSIGN(ports_file_, PortsFile::write(options.ports_file_dir, listening));
  return {};
}

Status Server::reload(ServerOptions options) {
  LEAT_TRY_ASSIGN(const std::vector<std::string> changes,
                  compare_for_reload(*generation_->options, options));
  const std::shared_ptr<const ServerOptions> previous = generation_->options;
  generation_ = make_generation(std::move(options), identity_, client_port(), generation_.get());
  on_every_shard([this](std::uint16_t shard, Task done) {
    ShardParts& parts = shards_[shard];
    parts.authenticator->reload(generation_->users);
    if (JetStreamHosts* jetstream = parts.hosts->jetstream()) {
      jetstream->set_settings(jetstream_settings(*generation_));
    }
    if (shard == 0 && monitoring_ != nullptr) monitoring_->reload(*generation_);
    parts.hosts->sessions().reload(generation_->settings);
    done();
  });
  for (const std::string& line : changes) LEAT_LOG(kInfo) << line;
  move_process_files(*previous);
  close_excess_connections();
  return {};
}

// A pid file under its former name stays, as with the peer. The reload is done by now: what cannot
// be written is told, and the server goes on.
void Server::move_process_files(const ServerOptions& previous) {
  const ServerOptions& options = *generation_->options;
  Status pid;
  if (options.pid_file != previous.pid_file) pid = write_pid_file(options.pid_file);
  Status ports;
  if (options.ports_file_dir != previous.ports_file_dir) ports = write_ports_file();
  for (const Status& written : {pid, ports}) {
    if (!written) {
      LEAT_LOG(kError) << written.error().text;
    }
  }
}

// A reload may have lowered the maximum below what is connected; any of them may have to go.
void Server::close_excess_connections() {
  const std::int64_t maximum = generation_->settings->connections_max;
  if (maximum < 0) return;
  std::atomic<std::int64_t> excess{ledger_.open() - maximum};
  on_every_shard([this, &excess](std::uint16_t shard, Task done) {
    SessionSet& sessions = shards_[shard].hosts->sessions();
    for (const ConnectionSnapshot& open : sessions.open_connections(SessionSet::Detail::kPlain)) {
      if (excess.fetch_sub(1) <= 0) break;
      if (!sessions.close(open.cid, CloseReason::kMaxConnectionsExceeded)) excess.fetch_add(1);
    }
    done();
  });
}

bool Server::begin_lame_duck() {
  if (std::exchange(is_lame_duck_, true)) return false;
  LEAT_LOG(kInfo) << "Entering lame duck mode, stop accepting new clients";
  on_every_shard([this](std::uint16_t shard, Task done) {
    if (shard == 0) client_listener_->close();
    SessionSet& sessions = shards_[shard].hosts->sessions();
    sessions.announce_lame_duck({});
    const ServerOptions& options = *generation_->options;
    pool_.at(shard).call_at(
        clock_.steady_ns() + options.lame_duck_grace_ns,
        [&sessions, duration = options.lame_duck_duration_ns] { sessions.close_over(duration); });
    if (shard == 0) end_when_empty(options.lame_duck_grace_ns);
    done();
  });
  return true;
}

// On the first shard. The main thread waits for signals, so that is how it is told.
void Server::end_when_empty(DurationNs from_now) {
  pool_.at(0).call_at(clock_.steady_ns() + from_now, [this] {
    if (ledger_.open() == 0) {
      ::kill(::getpid(), SIGINT);
    } else {
      end_when_empty(kEmptyCheckNs);
    }
  });
}

void Server::stop() {
  if (!std::exchange(is_running_, false)) return;
  LEAT_LOG(kInfo) << "Initiating Shutdown...";
  ports_file_ = PortsFile();
  // Streams first: who waits for messages is told so before the connection ends.
  if (storage_ != nullptr) {
    LEAT_LOG(kInfo) << "Initiating JetStream Shutdown...";
    on_every_shard([this](std::uint16_t shard, Task done) {
      shards_[shard].hosts->jetstream()->stop(std::move(done));
    });
  }
  on_every_shard([this](std::uint16_t shard, Task done) {
    if (shard == 0 && client_listener_ != nullptr) client_listener_->close();
    if (shard == 0 && monitoring_ != nullptr) monitoring_->close();
    shards_[shard].hosts->sessions().close_all(CloseReason::kServerShutdown);
    done();
  });
  pool_.stop();
  monitoring_.reset();
  for (ShardParts& parts : shards_) parts.connections.reset();
  for (ShardParts& parts : shards_) parts.hosts.reset();
  if (storage_ != nullptr) {
    storage_->close();
    LEAT_LOG(kInfo) << "JetStream Shutdown";
  }
  LEAT_LOG(kInfo) << "Server Exiting..";
}

void Server::on_every_shard(const ShardWork& work) {
  std::latch left(pool_.size());
  for (std::uint16_t i = 0; i < pool_.size(); ++i) {
    pool_.at(i).inbox().post([&work, &left, i] { work(i, [&left] { left.count_down(); }); });
  }
  left.wait();
}

}  // namespace leat
