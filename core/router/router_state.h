#pragma once

#include <array>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/rng.h"
#include "core/router/directory.h"
#include "core/router/interest_watches.h"
#include "core/router/mail.h"
#include "core/router/name_list.h"
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
  InterestStatistics interest_statistics(AccountId account);

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
  // A subscription of this shard. Its subject and queue stand in the account's interest.
  struct Slot {
    Sink* sink = nullptr;  // null: free
    SinkCookie cookie = 0;
    AccountId account;
    SubscriptionHandle handle;
    std::uint32_t generation = 0;
  };
  struct AccountTable {
    Interest local;              // subscriber: slot number
    Interest remote;             // subscriber: RemoteInterest, one per (shard, subject, queue)
    std::size_t js_viewers = 0;  // subscriptions anywhere that may match subjects under `$JS.`
  };
  // Interest of another shard in one (subject, queue), packed into a subscriber.
  struct RemoteInterest {
    ShardId shard;
    std::uint32_t weight = 0;

    explicit RemoteInterest(Subscriber packed)
        : shard(static_cast<std::uint16_t>(packed & kSubscriberLowBits)),
          weight(static_cast<std::uint32_t>(packed >> 16U)) {}
    static Subscriber packed(ShardId shard, std::uint32_t weight) {
      return (Subscriber{weight} << 16U) | shard.value;
    }
  };
  // What one publish goes to on other shards; its memory is used again.
  struct Fanout {
    ShardSet shards = 0;
    std::string drawn;                      // NameList of the groups that are served elsewhere
    std::vector<std::string> by_shard;      // the same by the shard that serves them
    std::vector<std::string_view> refused;  // groups that nobody here served
  };
  // Whom of its own this shard delivers to.
  struct Served {
    enum class Rule { kAllBut, kOnly };
    RoutedMail::Reach reach = RoutedMail::Reach::kPlainAndGroups;
    Rule rule = Rule::kAllBut;
    std::string_view names;  // NameList of queue groups

    bool include(std::string_view name) const {
      return NameList::contains(names, name) == (rule == Rule::kOnly);
    }
  };
  struct GroupEnd {
    std::string_view name;
    std::size_t end = 0;  // in delivering_
  };

  // Whether a subscription may match a subject under `$JS.`: by its first token.
  static bool may_match_js(std::string_view pattern) {
    return pattern.starts_with("$JS.") || pattern.starts_with("*.") || pattern == ">";
  }
  AccountTable& table(AccountId account);
  AccountTable* find_table(AccountId account);
  void announce(AccountId account, const InterestWords& words, std::size_t alike);
  void note_interest_change(AccountId account, std::string_view subject);

  bool route_js(const RoutedMessage& message, PublishOutcome& outcome);
  void hand_to_traffic_sink(Directory::Way way, const RoutedMessage& message);
  void publish_to_matches(AccountTable& accounts, const RoutedMessage& message,
                          PublishOutcome& outcome);
  bool deliver_here(AccountTable& accounts, const RoutedMessage& message, const Served& served,
                    std::vector<std::string_view>& refused);
  bool deliver_to_one(std::size_t begin, std::size_t end, const RoutedMessage& message);
  bool deliver_to_slot(std::uint64_t slot, const RoutedMessage& message);
  void match_remote(AccountTable& accounts, std::string_view route, Fanout& fanout);
  void draw_group(const InterestMatch::Group& remote, std::size_t local_members, Fanout& fanout);
  bool hand_on_group(AccountTable& accounts, std::string_view route, std::string_view group,
                     ShardSet tried, Fanout& fanout);
  void serve_elsewhere(ShardId shard, std::string_view group, Fanout& fanout);
  void send_fanout(const RoutedMail& mail, const Fanout& fanout);
  Fanout& begin_fanout();
  void end_fanout() { --fanouts_in_use_; }
  void publish_answer(const AnswerMail& answer);

  void post(ShardId to, RouterMail mail);
  void flush_mail();
  void take_one(ShardId from, RouterMail& mail);
  void take_routed(const RoutedMail& mail);
  void note_absent_groups(AccountTable& accounts, const RoutedMail& mail, Fanout& fanout);
  void take_traffic(const TrafficMail& mail);
  void take_interest(ShardId from, const InterestMail& mail);
  void take_token(ShardId from, const TokenMail& mail);
  void tell_nobody_took(const RoutedMessage& message);

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
  std::vector<GroupEnd> group_ends_;
  std::deque<Fanout> fanouts_;  // one for each publish under way
  std::size_t fanouts_in_use_ = 0;

  std::vector<std::vector<RouterMail>> outbox_;  // by shard
  ByteBuffer outgoing_;                          // bytes of mail, of many messages in one block
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
