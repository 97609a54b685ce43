#include "core/session/session_set.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/session/session.h"

namespace leat {

namespace {

// How often writes under way are looked at, at most.
constexpr DurationNs kWriteWatchNs = 1'000'000'000;

void add_traffic(AccountTraffic& to, const ConnectionSnapshot& connection) {
  to.in.messages += connection.in.messages;
  to.in.bytes += connection.in.bytes;
  to.out.messages += connection.out.messages;
  to.out.bytes += connection.out.bytes;
}

}  // namespace

SessionSet::SessionSet(const SessionHosts& hosts, std::shared_ptr<const SessionSettings> settings)
    : hosts_(hosts),
      settings_(std::move(settings)),
      write_watch_(hosts.scheduler),
      close_timer_(hosts.scheduler) {
  LEAT_CHECK(settings_ != nullptr && settings_->accounts != nullptr);
  hosts_.router.set_no_responder_listener(this);
}

SessionSet::~SessionSet() {
  hosts_.router.set_no_responder_listener(nullptr);
  for (const auto& [cid, session] : sessions_) session->detach();
}

void SessionSet::connect_shards(std::vector<SessionSet*> sets) { sets_ = std::move(sets); }

std::unique_ptr<ByteStreamHandler> SessionSet::accept(ByteStream& stream) {
  const ConnectionId cid = hosts_.ledger.next_id();
  auto session = std::make_unique<Session>(*this, stream, cid);
  sessions_.emplace(cid, session.get());
  const bool has_room = hosts_.ledger.enter(settings_->connections_max);
  session->start(has_room ? Session::Admission::kAccept : Session::Admission::kRefuse);
  return session;
}

void SessionSet::nobody_took(ConnectionId publisher, std::string_view subject,
                             std::string_view reply) {
  if (Session* session = find(publisher)) session->send_no_responders(subject, reply);
}

Session* SessionSet::find(ConnectionId connection) const {
  const auto place = sessions_.find(connection);
  return place == sessions_.end() ? nullptr : place->second;
}

void SessionSet::remove(Session& session) { sessions_.erase(session.cid()); }

void SessionSet::closed(ConnectionSnapshot snapshot) {
  if (snapshot.account_id) {
    AccountTraffic& ended = ended_[snapshot.account_id];
    add_traffic(ended, snapshot);
    const bool is_slow = snapshot.reason == CloseReason::kSlowConsumerPendingBytes ||
                         snapshot.reason == CloseReason::kSlowConsumerWriteDeadline;
    ended.slow_consumers += is_slow ? 1 : 0;
  }
  if (settings_->closed_connections_max == 0) return;
  while (closed_.size() >= settings_->closed_connections_max) closed_.pop_front();
  closed_.push_back(std::move(snapshot));
}

void SessionSet::add_dirty(ConnectionId session) {
  dirty_.push_back(session);
  if (std::exchange(end_turn_due_, true)) return;
  hosts_.scheduler.at_turn_end([this] { end_turn(); });
}

void SessionSet::end_turn() {
  end_turn_due_ = false;
  dirty_now_.swap(dirty_);
  for (const ConnectionId cid : dirty_now_) {
    if (Session* session = find(cid)) session->end_turn();
  }
  dirty_now_.clear();
}

void SessionSet::hold(ShardId shard, ConnectionId publisher) {
  if (shard == hosts_.mailbox.self()) return stall_here(publisher);
  SessionSet* other = sets_[shard.value];
  hosts_.mailbox.send(shard, [other, publisher] { other->stall_here(publisher); });
}

// Never at once: whoever is resumed publishes, and the caller is in the middle of its own work.
void SessionSet::release(ShardId shard, ConnectionId publisher) {
  SessionSet* set = shard == hosts_.mailbox.self() ? this : sets_[shard.value];
  hosts_.mailbox.send(shard, [set, publisher] { set->unstall_here(publisher); });
}

void SessionSet::stall_here(ConnectionId publisher) {
  if (Session* session = find(publisher)) session->stall_for_receiver();
}

void SessionSet::unstall_here(ConnectionId publisher) {
  if (Session* session = find(publisher)) session->unstall_for_receiver();
}

void SessionSet::watch_writes() {
  if (write_watch_.is_armed()) return;
  const DurationNs gap = std::min(kWriteWatchNs, settings_->write_deadline_ns / 4 + 1);
  write_watch_.arm(hosts_.clock.steady_ns() + gap, [this] { check_writes(); });
}

void SessionSet::check_writes() {
  const SteadyNs now = hosts_.clock.steady_ns();
  bool is_any_writing = false;
  for (const auto& [cid, session] : sessions_) {
    session->check_write(now);
    is_any_writing = is_any_writing || session->is_writing();
  }
  if (is_any_writing) watch_writes();
}

void SessionSet::reload(std::shared_ptr<const SessionSettings> settings) {
  LEAT_CHECK(settings != nullptr && settings->accounts != nullptr);
  settings_ = std::move(settings);
  std::vector<ConnectionId> running;
  for (const auto& [cid, session] : sessions_) {
    session->settings_changed();
    if (session->is_running()) running.push_back(cid);
  }
  std::sort(running.begin(), running.end());
  for (const ConnectionId cid : running) {
    if (Session* session = find(cid)) session->ask_again();
  }
}

void SessionSet::announce_lame_duck(std::vector<std::string> connect_urls) {
  auto settings = std::make_shared<SessionSettings>(*settings_);
  settings->server.connect_urls = std::move(connect_urls);
  settings_ = std::move(settings);
  for (const auto& [cid, session] : sessions_) session->announce(Session::InfoKind::kLameDuck);
}

void SessionSet::close_over(DurationNs duration_ns) {
  to_close_.clear();
  for (const auto& [cid, session] : sessions_) to_close_.push_back(cid);
  std::sort(to_close_.begin(), to_close_.end());
  for (std::size_t i = to_close_.size(); i > 1; --i) {
    std::swap(to_close_[i - 1], to_close_[hosts_.random() % i]);
  }
  if (to_close_.empty()) return;
  close_gap_ns_ = std::min<DurationNs>(duration_ns / static_cast<DurationNs>(to_close_.size()),
                                       limits::kLameDuckGapNs);
  close_next();
}

void SessionSet::close_next() {
  // Gaps below the resolution of timers close several at once.
  const std::size_t count = close_gap_ns_ >= limits::kLameDuckStepNs
                                ? 1
                                : static_cast<std::size_t>(limits::kLameDuckStepNs /
                                                           std::max<DurationNs>(close_gap_ns_, 1));
  for (std::size_t i = 0; i < count && !to_close_.empty(); ++i) {
    close(to_close_.back(), CloseReason::kServerShutdown);
    to_close_.pop_back();
  }
  if (to_close_.empty()) return;
  const DurationNs gap = std::max(close_gap_ns_, limits::kLameDuckStepNs);
  close_timer_.arm(hosts_.clock.steady_ns() + gap, [this] { close_next(); });
}

void SessionSet::close_all(CloseReason reason) {
  for (const auto& [cid, session] : sessions_) session->close(reason);
}

bool SessionSet::close(ConnectionId connection, CloseReason reason) {
  Session* session = find(connection);
  if (session == nullptr || session->is_closing()) return false;
  if (reason == CloseReason::kMaxConnectionsExceeded) {
    session->close_with_error("maximum connections exceeded", reason);
  } else {
    session->close(reason);
  }
  return true;
}

std::vector<ConnectionSnapshot> SessionSet::open_connections(Detail detail) const {
  std::vector<ConnectionSnapshot> snapshots;
  snapshots.reserve(sessions_.size());
  for (const auto& [cid, session] : sessions_) {
    if (!session->is_closing()) snapshots.push_back(session->snapshot(detail));
  }
  std::sort(snapshots.begin(), snapshots.end(),
            [](const auto& a, const auto& b) { return a.cid < b.cid; });
  return snapshots;
}

std::map<AccountId, AccountTraffic> SessionSet::account_traffic() const {
  std::map<AccountId, AccountTraffic> all = ended_;
  for (const auto& [cid, session] : sessions_) {
    if (session->is_closing()) continue;
    const ConnectionSnapshot open = session->snapshot(Detail::kPlain);
    if (!open.account_id) continue;
    AccountTraffic& of = all[open.account_id];
    add_traffic(of, open);
    ++of.connections;
    of.subscriptions += open.subscription_count;
  }
  return all;
}

SessionCounts SessionSet::counts() const {
  SessionCounts counts = counts_;
  for (const auto& [cid, session] : sessions_) counts.connections += session->is_closing() ? 0 : 1;
  return counts;
}

}  // namespace leat
