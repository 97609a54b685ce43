#include "core/node/shard_hosts.h"

#include <utility>

namespace leat {

ShardHosts::ShardHosts(const ShardDoors& doors, std::shared_ptr<const SessionSettings> settings)
    : doors_(doors),
      router_(doors.mailbox, doors.scheduler, doors.random()),
      sessions_(SessionHosts{.router = router_,
                             .scheduler = doors.scheduler,
                             .mailbox = doors.mailbox,
                             .clock = doors.clock,
                             .authenticator = doors.authenticator,
                             .ledger = doors.ledger,
                             .random = doors.random},
                std::move(settings)) {
  router_.set_no_responder_listener(&sessions_);
}

ShardHosts::~ShardHosts() { router_.set_no_responder_listener(nullptr); }

void ShardHosts::add_jetstream(const JetStreamDoors& doors, const JetStreamSettings& settings) {
  jetstream_ = std::make_unique<JetStreamHosts>(JetStreamHosts::World{.router = router_,
                                                                      .scheduler = doors_.scheduler,
                                                                      .mailbox = doors_.mailbox,
                                                                      .clock = doors_.clock,
                                                                      .brake = sessions_,
                                                                      .random = doors_.random},
                                                doors, settings);
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
