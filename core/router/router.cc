#include "core/router/router.h"

#include "core/base/check.h"
#include "core/router/router_state.h"
#include "core/router/shard_peer.h"

namespace leat {

Router::State::State(Mailbox& mailbox, Scheduler& scheduler, std::uint64_t random_seed)
    : rng_(random_seed),
      mail_(scheduler),
      local(rng_),
      barrier(mail_),
      mailbox_(mailbox),
      scheduler_(scheduler),
      self_(mailbox.self()),
      shard_count_(mailbox.shard_count()),
      remote_(mail_, rng_) {}

void Router::State::connect_shards(const std::vector<Router*>& routers) {
  LEAT_CHECK(routers.size() == shard_count_) << routers.size() << " routers";
  std::vector<std::unique_ptr<RouterPeer>> peers;
  for (std::uint16_t shard = 0; shard < shard_count_; ++shard) {
    const bool is_self = ShardId(shard) == self_;
    peers.push_back(
        is_self ? nullptr
                : std::make_unique<ShardPeer>(mailbox_, ShardId(shard), *routers[shard]->state_));
  }
  mail_.connect(std::move(peers));
}

SubscriptionId Router::State::subscribe(const SubscribeRequest& request, Sink& sink) {
  const LocalSubscribers::Subscribed made = local.subscribe(request, sink);
  announce(made.change);
  return made.id;
}

void Router::State::unsubscribe(SubscriptionId subscription) {
  if (const auto change = local.unsubscribe(subscription)) announce(*change);
}

// Peers know of a plain subject whether there is anybody, and of a queue how many.
void Router::State::announce(const LocalSubscribers::Change& change) {
  if (change.alike <= 1) note_interest_change(change.account, change.words.subject);
  if (change.words.queue.empty() && change.alike > 1) return;
  mail_.post_to_all(
      InterestMail{change.account, change.words, static_cast<std::uint32_t>(change.alike)});
}

void Router::State::note_interest_change(AccountId account, std::string_view subject) {
  if (!watches.note_change(account, subject) || is_tell_due_) return;
  is_tell_due_ = true;
  scheduler_.at_turn_end([this] {
    is_tell_due_ = false;
    watches.tell();
  });
}

bool Router::State::has_interest(AccountId account, std::string_view subject,
                                 std::string_view queue) const {
  const auto is_wanted = [&](Interest* interest) {
    if (interest == nullptr) return false;
    const InterestMatch& match = interest->match(subject);
    return queue.empty() ? !match.empty() : match.find_group(queue).has_value();
  };
  return is_wanted(local.find(account)) || is_wanted(remote_.find(account));
}

InterestStatistics Router::State::interest_statistics(AccountId account) const {
  const Interest* interest = local.find(account);
  return interest == nullptr ? InterestStatistics() : interest->statistics();
}

ShardSet Router::State::other_shards() const {
  ShardSet others;
  for (std::uint16_t shard = 0; shard < shard_count_; ++shard) {
    if (ShardId(shard) != self_) others.add(ShardId(shard));
  }
  return others;
}

void Router::State::when_taken(ShardSet shards, Task done) {
  shards.remove(self_);
  barrier.when_taken(shards, std::move(done));
}

void Router::State::change_directory(DirectoryChange change) {
  change.owner = self_;
  directory.apply(change);
  other_shards().for_each([&](ShardId shard) { mail_.post(peer_of(shard), change); });
}

Router::Router(Mailbox& mailbox, Scheduler& scheduler, std::uint64_t random_seed)
    : state_(std::make_unique<State>(mailbox, scheduler, random_seed)) {}
Router::~Router() = default;

void Router::connect_shards(std::vector<Router*> routers) { state_->connect_shards(routers); }
SubscriptionId Router::subscribe(const SubscribeRequest& request, Sink& sink) {
  return state_->subscribe(request, sink);
}
void Router::unsubscribe(SubscriptionId subscription) { state_->unsubscribe(subscription); }
PublishOutcome Router::publish(const RoutedMessage& message) { return state_->publish(message); }
void Router::answer(const ReplyHandle& to, std::string_view headers, std::string_view payload) {
  state_->answer(to, headers, payload);
}
void Router::when_taken(ShardSet shards, Task done) { state_->when_taken(shards, std::move(done)); }
ShardSet Router::other_shards() const { return state_->other_shards(); }

void Router::enable_jetstream(AccountId account) { state_->directory.enable_account(account); }
bool Router::has_jetstream(AccountId account) const {
  return state_->directory.is_enabled(account);
}
bool Router::answers_api(AccountId account) const { return state_->directory.answers_api(account); }
void Router::set_traffic_sink(StreamTraffic kind, StreamTrafficSink& sink) {
  state_->traffic_sinks.at(static_cast<std::size_t>(kind)) = &sink;
  if (kind == StreamTraffic::kStreamApi) state_->directory.answer_api();
}
void Router::claim_stream(AccountId account, std::string_view stream) {
  state_->change_directory(
      {DirectoryChange::Kind::kStreamClaimed, {}, account, std::string(stream), {}});
}
void Router::release_stream(AccountId account, std::string_view stream) {
  state_->change_directory(
      {DirectoryChange::Kind::kStreamReleased, {}, account, std::string(stream), {}});
}
void Router::claim_consumer(AccountId account, std::string_view stream, std::string_view consumer,
                            ConsumerTraffic traffic) {
  state_->change_directory({DirectoryChange::Kind::kConsumerClaimed,
                            {},
                            account,
                            std::string(stream),
                            std::string(consumer),
                            traffic});
}
void Router::release_consumer(AccountId account, std::string_view stream,
                              std::string_view consumer) {
  state_->change_directory({DirectoryChange::Kind::kConsumerReleased,
                            {},
                            account,
                            std::string(stream),
                            std::string(consumer)});
}
void Router::set_direct_get(AccountId account, std::string_view stream, DirectGet direct_get) {
  const auto kind = direct_get == DirectGet::kAllowed ? DirectoryChange::Kind::kDirectGetAllowed
                                                      : DirectoryChange::Kind::kDirectGetRefused;
  state_->change_directory({kind, {}, account, std::string(stream), {}});
}

bool Router::has_interest(AccountId account, std::string_view subject,
                          std::string_view queue) const {
  return state_->has_interest(account, subject, queue);
}
void Router::watch_interest(AccountId account, std::string_view subject,
                            InterestListener& listener) {
  state_->watches.watch(account, subject, listener);
}
void Router::unwatch_interest(AccountId account, std::string_view subject,
                              InterestListener& listener) {
  state_->watches.unwatch(account, subject, listener);
}
void Router::set_no_responder_listener(NoResponderListener* listener) {
  state_->no_responder_listener = listener;
}
std::uint64_t Router::subscription_count() const { return state_->local.size(); }
InterestStatistics Router::interest_statistics(AccountId account) const {
  return state_->interest_statistics(account);
}

}  // namespace leat
