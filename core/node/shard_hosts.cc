#include "core/node/shard_hosts.h"

#include <utility>

namespace leat {

ShardHosts::ShardHosts(const ShardDependencies& deps,
                       std::shared_ptr<const SessionSettings> settings)
    : deps_(deps),
      router_(deps.mailbox, deps.scheduler, deps.random()),
      sessions_(SessionHosts{.router = router_,
                             .scheduler = deps.scheduler,
                             .mailbox = deps.mailbox,
                             .clock = deps.clock,
                             .authenticator = deps.authenticator,
                             .ledger = deps.ledger,
                             .random = deps.random},
                std::move(settings)) {
  router_.set_no_responder_listener(&sessions_);
}

ShardHosts::~ShardHosts() { router_.set_no_responder_listener(nullptr); }

void ShardHosts::add_jetstream(const JetStreamDependencies& deps,
                               const JetStreamSettings& settings) {
  jetstream_ = std::make_unique<JetStreamHosts>(JetStreamHosts::World{.router = router_,
                                                                      .scheduler = deps_.scheduler,
                                                                      .mailbox = deps_.mailbox,
                                                                      .clock = deps_.clock,
                                                                      .brake = sessions_,
                                                                      .random = deps_.random},
                                                deps, settings);
}

void ShardHosts::connect(const std::vector<ShardHosts*>& shards) {
  std::vector<Router*> routers;
  std::vector<SessionSet*> session_sets;
  for (ShardHosts* shard : shards) {
    routers.push_back(&shard->router_);
    session_sets.push_back(&shard->sessions_);
  }
  std::vector<JetStreamHosts*> jetstream;
  for (ShardHosts* shard : shards) {
    if (shard->jetstream_ != nullptr) jetstream.push_back(shard->jetstream_.get());
  }
  JetStreamHosts::connect(jetstream);
  for (ShardHosts* shard : shards) {
    shard->router_.connect_shards(routers);
    shard->sessions_.connect_shards(session_sets);
  }
}

}  // namespace leat
