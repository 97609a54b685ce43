#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/auth/config_authenticator.h"
#include "core/auth/password_pool.h"
#include "core/base/result.h"
#include "core/net/connection_set.h"
#include "core/net/listener.h"
#include "core/node/shard_hosts.h"
#include "core/options/options.h"
#include "core/runtime/server_identity.h"
#include "core/runtime/shard_pool.h"
#include "core/runtime/system_clock.h"
#include "core/server/generation.h"
#include "core/server/jetstream_storage.h"
#include "core/server/monitoring.h"
#include "core/server/process_files.h"
#include "core/session/connection_ledger.h"

namespace leat {

// The whole server of one process. Made, reloaded and destroyed on the main thread, which otherwise
// waits for signals; everything else lives on the shards, and is made before they run and destroyed
// after they have stopped.
//
//   start: storage -> hosts of all shards -> shards run -> recovery -> listeners -> "Server is
//   ready" stop:  listeners -> clients told -> shards stopped -> hosts destroyed -> store closed
class Server {
 public:
  // Returns when clients are served, or says in one sentence why that cannot be.
  static Result<std::unique_ptr<Server>> start(ServerOptions options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Everything else than the new options may be changed; what cannot is named in the error, and
  // then nothing is changed.
  Status reload(ServerOptions options);
  // Tells clients to go elsewhere, and after the configured grace closes them over the configured
  // time. False: it has begun already.
  bool begin_lame_duck();
  bool is_lame_duck() const { return is_lame_duck_; }
  void stop();

  std::uint16_t client_port() const { return client_listener_->port(); }

 private:
  // What one shard has, in the order of its making.
  struct ShardParts {
    std::unique_ptr<ConfigAuthenticator> authenticator;
    std::unique_ptr<ShardHosts> hosts;
    std::unique_ptr<ConnectionSet> connections;
  };

  // Work of one shard that ends by calling the task, perhaps later, on that shard's thread.
  using ShardWork = std::function<void(std::uint16_t shard, Task done)>;

  explicit Server(const ServerOptions& options);
  Status open_storage();
  void make_shards();
  Status recover_streams();
  Status open_listeners();
  Status open_monitoring();
  void accept_clients();
  Status write_ports_file();
  void move_process_files(const ServerOptions& previous);
  void close_excess_connections();
  void end_when_empty(DurationNs from_now);
  void log_start(const ServerOptions& options) const;
  // Runs `work` on every shard's thread and returns when all of it has ended.
  void on_every_shard(const ShardWork& work);

  SystemClock clock_;
  ServerIdentity identity_;
  ConnectionLedger ledger_;
  ShardPool pool_;
  PasswordPool passwords_;  // answers go to shards, so it goes before them
  std::shared_ptr<const Generation> generation_;
  std::unique_ptr<JetStreamStorage> storage_;  // null: JetStream is off
  std::vector<ShardParts> shards_;
  std::unique_ptr<Distributor> distributor_;
  std::unique_ptr<Listener> client_listener_;
  std::unique_ptr<Monitoring> monitoring_;  // null: not asked for
  PortsFile ports_file_;
  bool is_running_ = false;
  bool is_lame_duck_ = false;
};

}  // namespace leat
