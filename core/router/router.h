#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/base/task.h"
#include "core/env/mailbox.h"
#include "core/env/scheduler.h"
#include "core/router/directory.h"
#include "core/router/interest_listener.h"
#include "core/router/message.h"
#include "core/router/shard_set.h"
#include "core/router/sink.h"
#include "core/subject/interest_statistics.h"

namespace leat {

using SubscriptionId = StrongId<struct SubscriptionIdTag>;

struct SubscribeRequest {
  AccountId account;
  std::string_view subject;
  std::string_view queue;  // empty: a plain subscription
  SinkCookie cookie = 0;
};

struct PublishOutcome {
  bool taken = false;  // a local sink took it, or it went to a peer
  ShardSet touched;    // the other shards that were sent something
};

// JetStream traffic that belongs to one stream, by its place in the directory.
enum class StreamTraffic : std::uint8_t { kAck, kPull, kDirectGet, kStreamApi };
inline constexpr int kStreamTrafficKinds = 4;

// Told on the shard of the publisher that nobody took a request it had sent to another shard.
class NoResponderListener {
 public:
  virtual ~NoResponderListener() = default;
  virtual void nobody_took(ConnectionId publisher, std::string_view subject,
                           std::string_view reply) = 0;
};

// The subject router of one shard. Owned by the shard's hosts, used on the shard's thread only.
//
// It holds the subscriptions of this shard's sinks, and for every peer (another shard, peer.h) only
// (account, subject, queue, weight). A publish is matched once where it arrives: delivered to own
// sinks, and sent once to each peer with interest, which matches again for its plain sinks. The
// publisher's router draws one member per queue group, weighted by members, and names the groups
// that the peer has to serve.
//
// A directory (account, stream[, consumer]) -> shard stands before the subject match: acks, pulls,
// direct gets and stream API requests go to the owner's shard, to the one sink of their kind.
// Everything else under $JS.API. goes to the kStreamApi sink of the first shard.
class Router {
 public:
  Router(Mailbox& mailbox, Scheduler& scheduler, std::uint64_t random_seed);
  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  // Routers of all shards, by shard, so that mail can name its receiver. Called once, before use;
  // a router only ever touches the pointer of another shard inside mail that runs there.
  void connect_shards(std::vector<Router*> routers);

  SubscriptionId subscribe(const SubscribeRequest& request, Sink& sink);
  void unsubscribe(SubscriptionId subscription);

  PublishOutcome publish(const RoutedMessage& message);
  // Publishes an answer in the shard that the request came from; at once where that is this shard.
  // All answers of a turn to one shard travel in one mail.
  void answer(const ReplyHandle& to, std::string_view headers, std::string_view payload);

  // The barriers of DESIGN section 4. `done` runs when every shard of `shards` has taken all mail
  // sent to it before this call; at once, inside the call, where the set is empty.
  void when_taken(ShardSet shards, Task done);
  ShardSet other_shards() const;  // what a change of interest touches

  // JetStream: which accounts have it, who owns what, who takes it.
  void enable_jetstream(AccountId account);  // on every shard, before clients come
  bool has_jetstream(AccountId account) const;
  // Whether requests of the API are answered: also in accounts without JetStream, once the sink of
  // such requests is set.
  bool answers_api(AccountId account) const;
  void set_traffic_sink(StreamTraffic kind, StreamTrafficSink& sink);
  void claim_stream(AccountId account, std::string_view stream);    // owned by this shard; all told
  void release_stream(AccountId account, std::string_view stream);  // its consumers go with it
  // Also when what it takes has changed.
  void claim_consumer(AccountId account, std::string_view stream, std::string_view consumer,
                      ConsumerTraffic traffic);
  void release_consumer(AccountId account, std::string_view stream, std::string_view consumer);
  // Direct gets are only routed (and only have responders) where the stream allows them.
  enum class DirectGet : bool { kRefused, kAllowed };
  void set_direct_get(AccountId account, std::string_view stream, DirectGet direct_get);

  // Interest in a literal subject on any shard; `queue` empty: any subscription counts, otherwise
  // members of that group count.
  bool has_interest(AccountId account, std::string_view subject, std::string_view queue) const;
  void watch_interest(AccountId account, std::string_view subject, InterestListener& listener);
  void unwatch_interest(AccountId account, std::string_view subject, InterestListener& listener);

  void set_no_responder_listener(NoResponderListener* listener);

  std::uint64_t subscription_count() const;  // of this shard's sinks
  // Of this shard's sinks in the account: every publish that is matched with them counts.
  InterestStatistics interest_statistics(AccountId account) const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace leat
