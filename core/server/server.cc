#include "core/server/server.h"

#include <functional>
#include <latch>
#include <utility>

#include "core/base/duration.h"
#include "core/base/log.h"

namespace leat {

namespace {

// Everybody is let in, into the global account.
class OpenDoor final : public Authenticator {
 public:
  explicit OpenDoor(std::shared_ptr<const AccountTable> accounts)
      : accounts_(std::move(accounts)) {}
  bool auth_required() const override { return false; }
  bool nonce_wanted() const override { return false; }
  bool anonymous_allowed() const override { return true; }
  void authenticate(Credentials /*credentials*/, IdentityCallback done) override {
    Identity identity;
    identity.account = accounts_->global();
    identity.account_name = std::string(accounts_->name_of(identity.account));
    identity.generation = 1;
    done(std::move(identity));
  }

 private:
  std::shared_ptr<const AccountTable> accounts_;
};

std::uint16_t shard_count(const ServerOptions& options) {
  return options.shards > 0 ? static_cast<std::uint16_t>(options.shards) : default_shard_count();
}

}  // namespace

Server::Server(const ServerOptions& options)
    : identity_(random_server_identity()), pool_(shard_count(options), clock_) {}

Server::~Server() { stop(); }

Result<std::unique_ptr<Server>> Server::start(ServerOptions options) {
  std::unique_ptr<Server> server(new Server(options));  // NOLINT: private constructor
  server->log_start(options);
  if (options.jetstream.enabled) LEAT_TRY(server->open_storage(options));
  LEAT_TRY(server->open_listeners(options));
  const int port = server->client_listener_->port();
  server->generation_ = make_generation(std::move(options), server->identity_, port, nullptr);
  server->make_shards();
  server->pool_.start();
  server->is_running_ = true;
  if (server->storage_ != nullptr) LEAT_TRY(server->recover_streams());
  server->accept_clients();
  LEAT_TRY(server->announce(*server->generation_->options));
  return server;
}

Status Server::open_storage(const ServerOptions& options) {
  LEAT_LOG(kInfo) << "Starting JetStream";
  LEAT_TRY_ASSIGN(storage_, JetStreamStorage::open(options.jetstream));
  LEAT_LOG(kInfo) << "---------------- JETSTREAM ----------------";
  LEAT_LOG(kInfo) << "  Store Directory: \"" << storage_->directory() << "\"";
  LEAT_LOG(kInfo) << "  The journal is not trimmed yet: it grows with everything that is stored";
  LEAT_LOG(kInfo) << "-------------------------------------------";
  return {};
}

// The last act of starting: whoever waits for these lines or files may connect at once.
Status Server::announce(const ServerOptions& options) {
  LEAT_TRY(write_pid_file(options.pid_file));
  LEAT_LOG(kInfo) << "Listening for client connections on "
                  << host_and_port(client_listener_->host(), client_listener_->port());
  LEAT_LOG(kInfo) << "Server is ready";
  if (!options.ports_file_dir.empty()) {
    PortsFile::Listening listening;
    listening.host = options.host;
    listening.client_port = client_listener_->port();
    LEAT_TRY_ASSIGN(ports_file_, PortsFile::write(options.ports_file_dir, listening));
  }
  return {};
}

void Server::log_start(const ServerOptions& options) const {
  LEAT_LOG(kInfo) << "Starting leat-server";
  LEAT_LOG(kInfo) << "  Version:  " << kNatsVersion;
  LEAT_LOG(kInfo) << "  Name:     "
                  << (options.server_name.empty() ? identity_.server_id : options.server_name);
  LEAT_LOG(kInfo) << "  ID:       " << identity_.server_id;
  if (!options.config_file.empty()) {
    LEAT_LOG(kInfo) << "Using configuration file: " << options.config_file << " ("
                    << options.config_digest << ")";
  }
}

Status Server::open_listeners(const ServerOptions& options) {
  auto listener = Listener::open(pool_.at(0), options.host, options.port);
  if (!listener) {
    return failure(ErrorKind::kIo,
                   "Error listening on port: " + host_and_port(options.host, options.port) +
                       ", \"" + listener.error().text + "\"");
  }
  client_listener_ = std::move(*listener);
  return {};
}

void Server::make_shards() {
  std::vector<ShardHosts*> hosts;
  std::vector<ConnectionSet*> connection_sets;
  for (std::uint16_t i = 0; i < pool_.size(); ++i) {
    Shard& shard = pool_.at(i);
    ShardParts parts;
    parts.authenticator = std::make_unique<OpenDoor>(generation_->accounts);
    parts.hosts = std::make_unique<ShardHosts>(ShardDoors{.scheduler = shard,
                                                          .mailbox = shard,
                                                          .clock = clock_,
                                                          .authenticator = *parts.authenticator,
                                                          .ledger = ledger_,
                                                          .random = &random_number},
                                               generation_->settings);
    if (storage_ != nullptr) {
      parts.hosts->add_jetstream(storage_->open_shard(shard), jetstream_settings(*generation_));
    }
    parts.connections = std::make_unique<ConnectionSet>(shard, parts.hosts->sessions());
    hosts.push_back(parts.hosts.get());
    connection_sets.push_back(parts.connections.get());
    shards_.push_back(std::move(parts));
  }
  ShardHosts::connect(hosts);
  distributor_ = std::make_unique<Distributor>(pool_.at(0), std::move(connection_sets));
}

Status Server::recover_streams() {
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
  LEAT_LOG(kInfo) << "  Streams recovered in " << format_duration(clock_.steady_ns() - began);
  return outcome;
}

void Server::accept_clients() {
  on_every_shard([this](std::uint16_t shard) {
    if (shard != 0) return;
    client_listener_->start(
        [this](AcceptedSocket socket) { distributor_->distribute(std::move(socket)); });
  });
}

Status Server::reload(ServerOptions options) {
  auto next =
      make_generation(std::move(options), identity_, client_listener_->port(), generation_.get());
  on_every_shard([this, &next](std::uint16_t shard) {
    ShardHosts& hosts = *shards_[shard].hosts;
    if (hosts.jetstream() != nullptr) hosts.jetstream()->set_settings(jetstream_settings(*next));
    hosts.sessions().reload(next->settings, [] {});
  });
  generation_ = std::move(next);
  return {};
}

bool Server::begin_lame_duck(std::function<void()> ended) {
  if (std::exchange(is_lame_duck_, true)) return false;
  LEAT_LOG(kInfo) << "Entering lame duck mode, stop accepting new clients";
  on_every_shard([this](std::uint16_t shard) {
    if (shard == 0) client_listener_->close();
    shards_[shard].hosts->sessions().announce_lame_duck({});
  });
  pool_.at(0).inbox().post([this, ended = std::move(ended)]() mutable {
    Shard& first = pool_.at(0);
    first.call_at(clock_.steady_ns() + generation_->options->lame_duck_grace_ns,
                  [this, ended = std::move(ended)] { close_connections_over(ended); });
  });
  return true;
}

void Server::close_connections_over(std::function<void()> ended) {
  const ServerOptions& options = *generation_->options;
  const DurationNs duration = options.lame_duck_duration_ns - options.lame_duck_grace_ns;
  for (std::uint16_t i = 0; i < pool_.size(); ++i) {
    pool_.at(i).inbox().post(
        [this, i, duration] { shards_[i].hosts->sessions().close_over(duration); });
  }
  pool_.at(0).call_at(clock_.steady_ns() + duration, [ended = std::move(ended)] { ended(); });
}

void Server::stop() {
  if (!std::exchange(is_running_, false)) return;
  LEAT_LOG(kInfo) << "Initiating Shutdown...";
  ports_file_ = PortsFile();
  if (storage_ != nullptr) stop_streams();
  on_every_shard([this](std::uint16_t shard) {
    if (shard == 0) client_listener_->close();
    shards_[shard].hosts->sessions().close_all(CloseReason::kServerShutdown);
  });
  pool_.stop();
  for (ShardParts& parts : shards_) parts.connections.reset();
  for (ShardParts& parts : shards_) parts.hosts.reset();
  if (storage_ != nullptr) storage_->close();
  LEAT_LOG(kInfo) << "Server Exiting..";
}

void Server::stop_streams() {
  std::latch left(pool_.size());
  for (std::uint16_t i = 0; i < pool_.size(); ++i) {
    pool_.at(i).inbox().post(
        [this, i, &left] { shards_[i].hosts->jetstream()->stop([&left] { left.count_down(); }); });
  }
  left.wait();
}

void Server::on_every_shard(const std::function<void(std::uint16_t)>& work) {
  std::latch left(pool_.size());
  for (std::uint16_t i = 0; i < pool_.size(); ++i) {
    pool_.at(i).inbox().post([&work, &left, i] {
      work(i);
      left.count_down();
    });
  }
  left.wait();
}

}  // namespace leat
