#pragma once

#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/env/clock.h"
#include "core/env/scheduler.h"
#include "core/env/time_zones.h"
#include "core/router/publisher_brake.h"
#include "core/router/router.h"
#include "raft/group/group_set.h"
#include "storage/api/message_store.h"
#include "streams/core/index_budget.h"
#include "streams/host/block_cache.h"
#include "streams/host/damage.h"
#include "streams/host/storage_quotas.h"
#include "streams/host/stream_listener.h"
#include "streams/host/stream_scratch.h"

namespace leat {

// What a stream is given by its shard. It, and all of it, outlives the stream.
struct StreamContext {
  Router& router;
  Scheduler& scheduler;
  const Clock& clock;
  GroupSet& groups;     // over the log of the stream's storage type
  MessageStore& store;  // of the stream's storage type
  BlockCache& cache;
  StreamScratch& scratch;
  const std::vector<StreamListener*>& listeners;
  std::vector<StreamDamage>& damages;  // found so far
  StorageQuotas& quotas;
  IndexBudget* index_budget;  // null: without bound
  PublisherBrake* brake;      // null: nobody publishes through connections
  NodeId self;
  TimeZones* zones = nullptr;         // null: there is none but UTC
  bool delivers_when_booked = false;  // as with several replicas, whatever their number
  std::string_view domain{};          // of the server, which clients are told; empty: none
  // The end of the stream's log is lost. What stands before it is shown and kept as it is: its
  // group runs over the log of memory, and nothing is written to the store.
  bool is_read_only = false;
};

}  // namespace leat
