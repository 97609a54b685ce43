#pragma once

#include <array>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/rng.h"
#include "core/router/directory.h"
#include "core/router/interest_watches.h"
#include "core/router/mail.h"
#include "core/router/router.h"
#include "core/subject/interest.h"

namespace leat {

// What is behind a Router; its own room only. Split over router.cc (subscriptions, barriers),
// router_publish.cc (matching and delivery) and router_mail.cc (what shards say to each other).
class Router::State {
 public:
  State(Mailbox& mailbox, Scheduler& scheduler, std::uint64_t random_seed);

  // --- subscriptions and interest (router.cc)
  SubscriptionId subscribe(const SubscribeRequest& request, Sink& sink);
  void unsubscribe(SubscriptionId subscription);
  bool has_interest(AccountId account, std::string_view subject, std::string_view queue);
  void when_taken(ShardSet shards, Task done);
  void change_directory(DirectoryChange change);
  std::uint64_t subscription_count() const { return slots_.size() - free_slots_.size(); }

  // --- publishing (router_publish.cc)
  PublishOutcome publish(const RoutedMessage& message);
  void answer(const ReplyHandle& to, std::string_view headers, std::string_view payload);

  // --- mail (router_mail.cc)
  void connect_shards(std::vector<Router*> routers) { routers_ = std::move(routers); }
  void take(ShardId from, std::vector<RouterMail> mail);
  ShardSet other_shards() const;

  Directory directory;
  InterestWatches watches;
  std::array<StreamTrafficSink*, kStreamTrafficKinds> traffic_sinks{};
  NoResponderListener* no_responder_listener = nullptr;

 private:
  // A subscription of this shard.
  struct Slot {
    Sink* sink = nullptr;  // null: free
    SinkCookie cookie = 0;
    AccountId account;
    SubscriptionHandle handle;
    std::uint32_t generation = 0;
    bool is_queue = false;
    bool sees_js = false;  // may match subjects under `$JS.`
    // Kept for what other shards are told.
    std::string subject;
    std::string queue;
  };
  // Interest of another shard in one (subject, queue).
  struct RemoteInterest {
    ShardId shard;
    std::uint32_t weight = 0;
    SubscriptionHandle handle;
  };
  struct AccountTable {
    Interest local;   // subscriber: slot number
    Interest remote;  // subscriber: number in remotes
    std::vector<RemoteInterest> remotes;
    std::vector<std::uint32_t> free_remotes;
    // (shard, subject, queue) -> number in remotes
    std::map<std::tuple<ShardId, std::string, std::string>, std::uint32_t> remote_by_name;
    std::size_t js_viewers = 0;  // local subscriptions that may match `$JS.`
  };
  // What one publish goes to on other shards.
  struct Fanout {
    ShardSet shards = 0;
    std::vector<std::pair<ShardId, std::string>> groups;
  };

  AccountTable& table(AccountId account);
  AccountTable* find_table(AccountId account);
  void announce(const Slot& slot, std::size_t alike);
  void note_interest_change(AccountId account, std::string_view subject);

  bool route_js(const RoutedMessage& message, PublishOutcome& outcome);
  void hand_to_traffic_sink(Directory::Way way, const RoutedMessage& message);
  void publish_to_matches(AccountTable& accounts, const RoutedMessage& message,
                          PublishOutcome& outcome);
  bool deliver_to_slot(std::uint64_t slot, const RoutedMessage& message);
  bool deliver_to_one(std::span<const Subscriber> members, const RoutedMessage& message);
  void match_remote(AccountTable& accounts, const RoutedMessage& message,
                    std::vector<std::string>& drawn_remotely);
  bool draw_group(AccountTable& accounts, const InterestMatch::Group& remote,
                  std::span<const Subscriber> local);
  void send_fanout(const RoutedMessage& message, PublishOutcome& outcome);
  void publish_answer(const AnswerMail& answer);

  void post(ShardId to, RouterMail mail);
  void flush_mail();
  void take_one(ShardId from, RouterMail& mail);
  void take_routed(ShardId from, const RoutedMail& mail);
  void take_traffic(ShardId from, const TrafficMail& mail);
  void take_interest(ShardId from, const InterestMail& mail);
  void take_token(ShardId from, const TokenMail& mail);
  void tell_nobody_took(ShardId from, const RoutedMessage& message);

  Mailbox& mailbox_;
  Scheduler& scheduler_;
  Rng rng_;
  ShardId self_;
  std::uint16_t shard_count_;
  std::vector<Router*> routers_;

  std::vector<std::unique_ptr<AccountTable>> accounts_;  // by AccountId
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_slots_;
  // Subscribers being delivered to, one stretch for each publish under way: a match does not
  // survive a publish from inside a delivery.
  std::vector<Subscriber> delivering_;
  Fanout fanout_;
  std::vector<std::string> drawn_remotely_;

  std::vector<std::vector<RouterMail>> outbox_;  // by shard
  ByteBuffer answers_;                           // bodies of answers on their way
  bool is_flush_due_ = false;
  bool is_tell_due_ = false;

  struct Barrier {
    ShardSet missing = 0;
    Task done;
  };
  std::unordered_map<std::uint64_t, Barrier> barriers_;
  std::uint64_t next_token_ = 1;
};

}  // namespace leat
