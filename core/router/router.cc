#include "core/router/router.h"

#include <bit>

#include "core/base/check.h"
#include "core/router/router_state.h"
#include "core/subject/subject.h"

namespace leat {

namespace {

constexpr std::uint64_t kSlotBits = 32;

SubscriptionId subscription_id(std::size_t slot, std::uint32_t generation) {
  return SubscriptionId((std::uint64_t{generation} << kSlotBits) | (slot + 1));
}

}  // namespace

Router::State::State(Mailbox& mailbox, Scheduler& scheduler, std::uint64_t random_seed)
    : mailbox_(mailbox),
      scheduler_(scheduler),
      rng_(random_seed),
      self_(mailbox.self()),
      shard_count_(mailbox.shard_count()),
      outbox_(mailbox.shard_count()) {
  LEAT_CHECK(shard_count_ <= 64) << shard_count_ << " shards do not fit a ShardSet";
}

Router::State::AccountTable& Router::State::table(AccountId account) {
  if (accounts_.size() <= account.value) accounts_.resize(account.value + 1);
  auto& held = accounts_[account.value];
  if (held == nullptr) held = std::make_unique<AccountTable>();
  return *held;
}

Router::State::AccountTable* Router::State::find_table(AccountId account) {
  return account.value < accounts_.size() ? accounts_[account.value].get() : nullptr;
}

SubscriptionId Router::State::subscribe(const SubscribeRequest& request, Sink& sink) {
  AccountTable& accounts = table(request.account);
  if (free_slots_.empty()) {
    free_slots_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const std::uint32_t number = free_slots_.back();
  free_slots_.pop_back();
  Slot& slot = slots_[number];
  const Interest::Inserted inserted = accounts.local.insert(request.subject, request.queue, number);
  slot.sink = &sink;
  slot.cookie = request.cookie;
  slot.account = request.account;
  slot.handle = inserted.handle;
  if (may_match_js(request.subject)) ++accounts.js_viewers;
  announce(request.account, {std::string(request.subject), std::string(request.queue)},
           inserted.alike);
  return subscription_id(number, slot.generation);
}

void Router::State::unsubscribe(SubscriptionId subscription) {
  const std::uint64_t number = (subscription.value & 0xFFFFFFFF) - 1;
  LEAT_CHECK(number < slots_.size()) << subscription;
  Slot& slot = slots_[number];
  const auto generation = static_cast<std::uint32_t>(subscription.value >> kSlotBits);
  if (slot.sink == nullptr || slot.generation != generation) return;
  AccountTable& accounts = table(slot.account);
  const InterestWords words{accounts.local.subject_of(slot.handle),
                            std::string(accounts.local.queue_of(slot.handle))};
  const std::size_t alike = accounts.local.remove(slot.handle);
  if (may_match_js(words.subject)) --accounts.js_viewers;
  slot.sink = nullptr;
  ++slot.generation;
  free_slots_.push_back(static_cast<std::uint32_t>(number));
  announce(slot.account, words, alike);
}

// Other shards know of a plain subject whether there is anybody, and of a queue how many.
void Router::State::announce(AccountId account, const InterestWords& words, std::size_t alike) {
  if (alike <= 1) note_interest_change(account, words.subject);
  if (shard_count_ == 1) return;
  if (words.queue.empty() && alike > 1) return;
  const InterestMail mail{account, words, static_cast<std::uint32_t>(alike)};
  for (std::uint16_t shard = 0; shard < shard_count_; ++shard) {
    if (ShardId(shard) != self_) post(ShardId(shard), mail);
  }
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
                                 std::string_view queue) {
  AccountTable* accounts = find_table(account);
  if (accounts == nullptr) return false;
  const auto wanted = [queue](const InterestMatch& match) {
    if (queue.empty()) return !match.empty();
    for (std::size_t i = 0; i < match.group_count(); ++i) {
      if (match.group(i).name == queue) return true;
    }
    return false;
  };
  return wanted(accounts->local.match(subject)) || wanted(accounts->remote.match(subject));
}

InterestStatistics Router::State::interest_statistics(AccountId account) {
  const AccountTable* accounts = find_table(account);
  return accounts == nullptr ? InterestStatistics() : accounts->local.statistics();
}

ShardSet Router::State::other_shards() const {
  const ShardSet all = shard_count_ == 64 ? ~ShardSet{0} : (ShardSet{1} << shard_count_) - 1;
  return all & ~(ShardSet{1} << self_.value);
}

void Router::State::when_taken(ShardSet shards, Task done) {
  shards &= other_shards();
  if (shards == 0) {
    done();
    return;
  }
  const std::uint64_t token = next_token_++;
  barriers_.emplace(token, Barrier{shards, std::move(done)});
  for (ShardSet rest = shards; rest != 0; rest &= rest - 1) {
    post(ShardId(static_cast<std::uint16_t>(std::countr_zero(rest))), TokenMail{token, false});
  }
}

void Router::State::change_directory(DirectoryChange change) {
  change.owner = self_;
  directory.apply(change);
  for (std::uint16_t shard = 0; shard < shard_count_; ++shard) {
    if (ShardId(shard) != self_) post(ShardId(shard), change);
  }
}

Router::Router(Mailbox& mailbox, Scheduler& scheduler, std::uint64_t random_seed)
    : state_(std::make_unique<State>(mailbox, scheduler, random_seed)) {}
Router::~Router() = default;

void Router::connect_shards(std::vector<Router*> routers) {
  state_->connect_shards(std::move(routers));
}
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
std::uint64_t Router::subscription_count() const { return state_->subscription_count(); }
InterestStatistics Router::interest_statistics(AccountId account) const {
  return state_->interest_statistics(account);
}

}  // namespace leat
