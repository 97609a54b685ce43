#include "core/server/server.h"

#include <functional>
#include <latch>
#include <utility>

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
  LEAT_TRY(server->open_listeners(options));
  const int port = server->client_listener_->port();
  server->generation_ = make_generation(std::move(options), server->identity_, port, nullptr);
  server->make_shards();
  server->accept_clients();
  server->pool_.start();
  server->is_running_ = true;
  LEAT_LOG(kInfo) << "Listening for client connections on "
                  << host_and_port(server->client_listener_->host(), port);
  LEAT_LOG(kInfo) << "Server is ready";
  return server;
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
    parts.connections = std::make_unique<ConnectionSet>(shard, parts.hosts->sessions());
    hosts.push_back(parts.hosts.get());
    connection_sets.push_back(parts.connections.get());
    shards_.push_back(std::move(parts));
  }
  ShardHosts::connect(hosts);
  distributor_ = std::make_unique<Distributor>(pool_.at(0), std::move(connection_sets));
}

void Server::accept_clients() {
  client_listener_->start(
      [this](AcceptedSocket socket) { distributor_->distribute(std::move(socket)); });
}

void Server::stop() {
  if (!std::exchange(is_running_, false)) return;
  LEAT_LOG(kInfo) << "Initiating Shutdown...";
  on_every_shard([this](std::uint16_t shard) {
    if (shard == 0) client_listener_->close();
    shards_[shard].hosts->sessions().close_all(CloseReason::kServerShutdown);
  });
  pool_.stop();
  for (ShardParts& parts : shards_) parts.connections.reset();
  for (ShardParts& parts : shards_) parts.hosts.reset();
  LEAT_LOG(kInfo) << "Server Exiting..";
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
