#pragma once

#include <memory>
#include <string>
#include <vector>

#include "consumers/host/consumer_set.h"
#include "core/api/api_desk.h"
#include "core/cluster/assignments.h"
#include "core/env/mailbox.h"
#include "core/monitor/snapshot.h"
#include "core/router/router.h"
#include "core/session/accounts.h"
#include "core/session/session_set.h"
#include "streams/host/stream_set.h"

namespace leat {

// The hosts of one shard that monitoring asks, on that shard's thread. Without JetStream the last
// four are null.
struct MonitoredShard {
  Mailbox* mailbox = nullptr;  // the shard's own, by which it answers
  Router* router = nullptr;
  SessionSet* sessions = nullptr;
  StreamSet* streams = nullptr;
  ConsumerSet* consumers = nullptr;
  ApiDesk* api = nullptr;
  Assignments* assignments = nullptr;
};

// What a question needs; what it does not need is not copied.
struct MonitorQuestion {
  enum class Streams { kNone, kTotals, kStreams, kConsumers };

  bool open_connections = false;
  bool closed_connections = false;
  bool subscriptions = false;  // of the connections
  bool damages = false;        // and the room on the disk
  bool traffic = false;        // of the accounts
  bool interest = false;
  Streams streams = Streams::kNone;
  std::string account;  // streams and interest of this one only; empty: of all
  // Accounts that have JetStream, with their ids in this generation.
  std::shared_ptr<const AccountTable> accounts;
  std::vector<std::string> jetstream_accounts;
};

// Asks every shard the same question by mail, adds what they say and runs `done` on the asking
// shard, which is the one of `mailbox`. `shards` outlives the answer.
void collect(Mailbox& mailbox, const std::vector<MonitoredShard>& shards, MonitorQuestion question,
             InlineFunction<void(MonitorSnapshot)> done);

}  // namespace leat
