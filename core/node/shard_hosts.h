#pragma once

#include <memory>
#include <vector>

#include "core/base/rng.h"
#include "core/env/clock.h"
#include "core/env/mailbox.h"
#include "core/env/scheduler.h"
#include "core/node/jetstream_hosts.h"
#include "core/router/router.h"
#include "core/session/authenticator.h"
#include "core/session/connection_ledger.h"
#include "core/session/session_set.h"
#include "core/session/session_settings.h"

namespace leat {

// The dependencies of one shard: all that its hosts see of the world. Everything outlives the
// hosts.
struct ShardDependencies {
  Scheduler& scheduler;
  Mailbox& mailbox;
  const Clock& clock;
  Authenticator& authenticator;
  ConnectionLedger& ledger;
  RandomSource random;  // unguessable
};

// Makes and wires the hosts of one shard. The server and the simulator both do it through this, so
// that what is tested is what runs. Owned by them; made and destroyed while the shard does not run,
// used on its thread otherwise.
class ShardHosts {
 public:
  ShardHosts(const ShardDependencies& deps, std::shared_ptr<const SessionSettings> settings);
  ~ShardHosts();
  ShardHosts(const ShardHosts&) = delete;
  ShardHosts& operator=(const ShardHosts&) = delete;

  // Tells the hosts of all shards (by shard) of one another. Once, before any shard runs.
  static void connect(const std::vector<ShardHosts*>& shards);

  // Gives the shard its streams; before connect().
  void add_jetstream(const JetStreamDependencies& deps, const JetStreamSettings& settings);

  Router& router() { return router_; }
  SessionSet& sessions() { return sessions_; }
  JetStreamHosts* jetstream() { return jetstream_.get(); }  // null: the server has none

 private:
  ShardDependencies deps_;
  Router router_;
  SessionSet sessions_;
  std::unique_ptr<JetStreamHosts> jetstream_;
};

}  // namespace leat
