#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/ids.h"
#include "core/base/rng.h"
#include "core/base/task.h"
#include "core/env/clock.h"
#include "core/env/mailbox.h"
#include "core/env/owned_timer.h"
#include "core/env/scheduler.h"
#include "core/router/publisher_brake.h"
#include "core/router/router.h"
#include "core/session/authenticator.h"
#include "core/session/byte_stream.h"
#include "core/session/connection_ledger.h"
#include "core/session/connection_snapshot.h"
#include "core/session/session_settings.h"

namespace leat {

class Session;

// What a SessionSet lives among. All of it outlives the set.
struct SessionHosts {
  Router& router;
  Scheduler& scheduler;
  Mailbox& mailbox;
  const Clock& clock;
  Authenticator& authenticator;
  ConnectionLedger& ledger;
  // Numbers nobody can guess, for nonces; and for jitter and order.
  RandomSource random;
};

// The client connections of one shard. Owned by the shard's hosts, used on the shard's thread; the
// sessions are owned by their streams, and the set knows them from accept to on_closed.
class SessionSet final : public ConnectionAcceptor,
                         public NoResponderListener,
                         public PublisherBrake {
 public:
  SessionSet(const SessionHosts& hosts, std::shared_ptr<const SessionSettings> settings);
  ~SessionSet() override;
  SessionSet(const SessionSet&) = delete;
  SessionSet& operator=(const SessionSet&) = delete;

  // The sets of all shards, by shard, so that a slow subscriber can pause a publisher of another
  // shard. Called once, before use.
  void connect_shards(std::vector<SessionSet*> sets);

  std::unique_ptr<ByteStreamHandler> accept(ByteStream& stream) override;
  void nobody_took(ConnectionId publisher, std::string_view subject,
                   std::string_view reply) override;

  // Back-pressure over shards: by slow subscribers, and by streams that wait for their disk.
  void hold(ShardId shard, ConnectionId publisher) override;
  void release(ShardId shard, ConnectionId publisher) override;

  // A new generation: sessions are authenticated again with what they said in CONNECT; those that
  // fail or have moved to another account are closed, subscriptions that are no longer allowed are
  // removed, each with its -ERR. All that is inside the call, but for those whose configured hash
  // is another now: their password is checked elsewhere, and they go on until the answer.
  void reload(std::shared_ptr<const SessionSettings> settings);

  // Lame duck: INFO with ldm to all that understand it; then all are closed, in random order and
  // evenly over `duration_ns`. `connect_urls` are those of the others.
  void announce_lame_duck(std::vector<std::string> connect_urls);
  void close_over(DurationNs duration_ns);
  void close_all(CloseReason reason);
  bool close(ConnectionId connection, CloseReason reason);  // false: not here

  // For monitoring. kWithSubscriptions fills ConnectionSnapshot::subscriptions.
  enum class Detail { kPlain, kWithSubscriptions };
  std::vector<ConnectionSnapshot> open_connections(Detail detail) const;
  const std::deque<ConnectionSnapshot>& closed_connections() const { return closed_; }
  SessionCounts counts() const;
  std::map<AccountId, AccountTraffic> account_traffic() const;
  std::size_t size() const { return sessions_.size(); }

  // --- For its sessions.
  const SessionHosts& hosts() const { return hosts_; }
  const SessionSettings& settings() const { return *settings_; }
  // Sums that sessions add to; without `connections`.
  SessionCounts& running_counts() { return counts_; }
  // The session is to be called when the turn ends, because it has output or closes. `is_marked` is
  // its own note that it will be.
  void mark_dirty(ConnectionId session, bool& is_marked) {
    if (!std::exchange(is_marked, true)) add_dirty(session);
  }
  // A write has begun; its end is watched.
  void watch_writes();
  // Others are done with the session: what it was is kept for monitoring.
  void closed(ConnectionSnapshot snapshot);
  // It is no more, or nearly so.
  void remove(Session& session);

 private:
  void end_turn();
  Session* find(ConnectionId connection) const;

  void stall_here(ConnectionId publisher);
  void unstall_here(ConnectionId publisher);

  void add_dirty(ConnectionId session);
  void check_writes();  // until none is under way
  void close_next();

  SessionHosts hosts_;
  std::shared_ptr<const SessionSettings> settings_;
  std::vector<SessionSet*> sets_;
  std::unordered_map<ConnectionId, Session*> sessions_;
  std::vector<ConnectionId> dirty_;
  std::vector<ConnectionId> dirty_now_;  // being worked on; kept for its memory
  std::deque<ConnectionSnapshot> closed_;
  std::map<AccountId, AccountTraffic> ended_;  // of connections that are gone
  SessionCounts counts_;
  bool end_turn_due_ = false;
  OwnedTimer write_watch_;

  std::vector<ConnectionId> to_close_;  // lame duck, in the order of closing from the back
  DurationNs close_gap_ns_ = 0;
  OwnedTimer close_timer_;
};

}  // namespace leat
