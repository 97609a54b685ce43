#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "core/base/rng.h"
#include "core/router/directory.h"
#include "core/router/fanout.h"
#include "core/router/interest_watches.h"
#include "core/router/local_subscribers.h"
#include "core/router/mail.h"
#include "core/router/peer_interest.h"
#include "core/router/peer_mail.h"
#include "core/router/router.h"
#include "core/router/shard_barrier.h"

namespace leat {

// What is behind a Router: its parts, and the way of a publish (router_publish.cc) and of a
// peer's mail (router_mail.cc) through them. Owned by its Router, on the shard's thread.
class Router::State final : public MailReceiver {
 public:
  State(Mailbox& mailbox, Scheduler& scheduler, std::uint64_t random_seed);

  void connect_shards(const std::vector<Router*>& routers);

  SubscriptionId subscribe(const SubscribeRequest& request, Sink& sink);
  void unsubscribe(SubscriptionId subscription);
  bool has_interest(AccountId account, std::string_view subject, std::string_view queue) const;
  InterestStatistics interest_statistics(AccountId account) const;

  PublishOutcome publish(const RoutedMessage& message);
  void answer(const ReplyHandle& to, std::string_view headers, std::string_view payload);
  // Fills in the owner, applies the change here and tells the other shards.
  void change_directory(DirectoryChange change);
  ShardSet other_shards() const;
  void when_taken(ShardSet shards, Task done);

  // MailReceiver
  void take(PeerId from, std::vector<RouterMail> mail) override;

  // The parts that Router hands calls on to; `rng_` and `mail_` are what they are made with.
 private:
  Rng rng_;
  PeerMail mail_;

 public:
  LocalSubscribers local;
  Directory directory;
  InterestWatches watches;
  ShardBarrier barrier;
  std::array<StreamTrafficSink*, kStreamTrafficKinds> traffic_sinks{};
  NoResponderListener* no_responder_listener = nullptr;

 private:
  // Tells watchers and peers.
  void announce(const LocalSubscribers::Change& change);
  void note_interest_change(AccountId account, std::string_view subject);

  // True where the subject belongs to JetStream, whether or not somebody took it.
  bool route_js(const RoutedMessage& message, PublishOutcome& outcome);
  void hand_to_traffic_sink(Directory::Way way, const RoutedMessage& message);
  void publish_to_matches(const RoutedMessage& message, PublishOutcome& outcome);
  void hand_on_refused(const RoutedMessage& message, const std::vector<ShardId>& tried);
  // One mail like `mail` to each peer of the fanout, with the groups that it serves.
  void send_fanout(const RoutedMail& mail);
  void publish_answer(const AnswerMail& answer);
  void touch(PeerId peer, PublishOutcome& outcome) const;

  void take_one(PeerId from, RouterMail& mail);
  void take_routed(const RoutedMail& mail);
  void note_absent_groups(const InterestMatch* match, std::string_view groups);
  void take_traffic(const TrafficMail& mail);
  void take_nobody_took(const NobodyTookMail& mail);
  void tell_nobody_took(const RoutedMessage& message);

  Mailbox& mailbox_;
  Scheduler& scheduler_;
  const ShardId self_;
  const std::uint16_t shard_count_;
  PeerInterest remote_;
  bool is_tell_due_ = false;

  // Of the publish under way; there is never more than one.
  Fanout fanout_;
  std::vector<std::string_view> refused_;  // queue groups that nobody here served
};

}  // namespace leat
