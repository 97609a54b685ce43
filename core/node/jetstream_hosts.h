#pragma once

#include <memory>
#include <vector>

#include "consumers/host/consumer_set.h"
#include "core/api/api_desk.h"
#include "core/api/api_settings.h"
#include "core/base/rng.h"
#include "core/cluster/assignments.h"
#include "core/cluster/meta_group.h"
#include "core/env/clock.h"
#include "core/env/mailbox.h"
#include "core/env/scheduler.h"
#include "core/env/time_zones.h"
#include "core/router/publisher_brake.h"
#include "core/router/router.h"
#include "core/session/accounts.h"
#include "storage/api/spill_store.h"
#include "streams/core/index_budget.h"
#include "streams/host/direct_get.h"
#include "streams/host/stream_set.h"

namespace leat {

// What streams need of the world beside what sessions do. Everything outlives the hosts.
struct JetStreamDependencies {
  StreamStorage file;
  StreamStorage memory;
  StorageQuotas& quotas;       // of all shards
  TimeZones* zones = nullptr;  // null: none but UTC
  // Where indexes go that take more than this; null: they stay in memory.
  SpillStore* spill = nullptr;
  std::size_t index_bytes_max = 0;  // of this shard
  // Deliveries wait for their booking, as those of replicated streams do; for tests.
  bool delivers_when_booked = false;
};

// What the configuration says to the streams. Immutable.
struct JetStreamSettings {
  std::shared_ptr<const ApiSettings> api;
  std::shared_ptr<const AccountTable> accounts;
  std::vector<AccountId> enabled;  // accounts that have JetStream
};

// Streams, consumers and their API on one shard. Owned by ShardHosts; made before the shard runs,
// used on its thread, destroyed after it has stopped.
class JetStreamHosts {
 public:
  struct World {
    Router& router;
    Scheduler& scheduler;
    Mailbox& mailbox;
    const Clock& clock;
    PublisherBrake& brake;
    RandomSource random;
  };
  JetStreamHosts(const World& world, const JetStreamDependencies& deps,
                 const JetStreamSettings& settings);
  ~JetStreamHosts();
  JetStreamHosts(const JetStreamHosts&) = delete;
  JetStreamHosts& operator=(const JetStreamHosts&) = delete;

  // By shard; once, before any shard runs.
  static void connect(const std::vector<JetStreamHosts*>& shards);

  // On the first shard only, with all shards running: meta group, then every stream from what store
  // and log hold. `ready` runs there when all of them take publishes; store and log outlive that.
  Status recover(RecoveredStore& store, const RecoveredLog& log, Task ready);
  // A clean stop of this shard's part: everything applied is on its way to the store when `done`
  // runs.
  void stop(Task done);
  void set_settings(const JetStreamSettings& settings);

  StreamSet& streams() { return streams_; }
  ConsumerSet& consumers() { return consumers_; }
  ApiDesk& desk() { return desk_; }
  // Of the first shard, once recovered; null elsewhere.
  MetaGroup* meta() const { return meta_.get(); }

 private:
  void follow(const JetStreamSettings& settings);

  World world_;
  MessageStore& file_store_;
  StorageQuotas& quotas_;
  std::unique_ptr<IndexBudget> index_budget_;  // null: without bound
  StreamSet streams_;
  ConsumerSet consumers_;
  DirectGet direct_get_;
  Assignments assignments_;
  ApiDesk desk_;
  std::unique_ptr<MetaGroup> meta_;
};

}  // namespace leat
