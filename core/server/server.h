#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/net/connection_set.h"
#include "core/net/http_server.h"
#include "core/net/listener.h"
#include "core/node/shard_hosts.h"
#include "core/runtime/server_identity.h"
#include "core/runtime/shard_pool.h"
#include "core/runtime/system_clock.h"
#include "core/server/generation.h"
#include "core/server/jetstream_storage.h"
#include "core/server/options.h"
#include "core/server/process_files.h"
#include "core/session/connection_ledger.h"

namespace leat {

// The whole server of one process. Made, reloaded and destroyed on the main thread, which otherwise
// waits for signals; everything else lives on the shards, and is made before they run and destroyed
// after they have stopped.
//
//   start: identity -> shards and their hosts -> recovery -> listeners -> "Server is ready"
//   stop:  listeners -> clients told -> shards stopped -> hosts destroyed -> store closed
class Server {
 public:
  // Returns when clients are served, or says in one sentence why that cannot be.
  static Result<std::unique_ptr<Server>> start(ServerOptions options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Until it returns, clients are told, what was applied goes to the disk, and all threads end.
  void stop();
  // A new generation of the configuration: all or nothing.
  Status reload(ServerOptions options);
  // Clients are told to go elsewhere; after the grace they are closed one by one, and then `ended`
  // runs, on the first shard. False when that is under way already.
  bool begin_lame_duck(std::function<void()> ended);

  std::uint16_t client_port() const { return client_listener_->port(); }

 private:
  // What one shard has, in the order of its making.
  struct ShardParts {
    std::unique_ptr<Authenticator> authenticator;
    std::unique_ptr<ShardHosts> hosts;
    std::unique_ptr<ConnectionSet> connections;
  };

  explicit Server(const ServerOptions& options);
  Status open_listeners(const ServerOptions& options);
  Status open_storage(const ServerOptions& options);
  void make_shards();
  Status recover_streams();
  Status announce(const ServerOptions& options);
  void close_connections_over(std::function<void()> ended);
  void accept_clients();
  void stop_streams();
  void log_start(const ServerOptions& options) const;
  // Runs `work` on every shard's thread and returns when all have ended.
  void on_every_shard(const std::function<void(std::uint16_t)>& work);

  SystemClock clock_;
  ServerIdentity identity_;
  ConnectionLedger ledger_;
  ShardPool pool_;
  std::shared_ptr<const Generation> generation_;
  std::unique_ptr<JetStreamStorage> storage_;  // null: no streams
  std::vector<ShardParts> shards_;
  std::unique_ptr<Distributor> distributor_;
  std::unique_ptr<Listener> client_listener_;
  PortsFile ports_file_;
  bool is_running_ = false;
  bool is_lame_duck_ = false;
};

}  // namespace leat
