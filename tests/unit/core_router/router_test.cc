// Wrong in the world: on a server with several shards a message is lost, comes twice, comes in
// another order, or a requester is told that nobody listens while somebody does.
#include "core/router/router.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "tests/unit/core_router/test_shards.h"

namespace leat {
namespace {

using test::kAccount;
using test::message_on;
using test::NotingSink;
using test::subscribe;
using test::TestShards;
using Notes = std::vector<std::string>;

class RouterOnShards : public ::testing::TestWithParam<int> {
 protected:
  TestShards shards{static_cast<std::uint16_t>(GetParam())};
  std::size_t last = shards.size() - 1;
};
INSTANTIATE_TEST_SUITE_P(Shards, RouterOnShards, ::testing::Values(1, 2, 4));

TEST_P(RouterOnShards, EveryPlainSubscriberGetsOneCopy) {
  std::vector<NotingSink> sinks(shards.size());
  for (std::size_t i = 0; i < shards.size(); ++i) {
    subscribe(shards.router(i), sinks[i], "a.*");
    subscribe(shards.router(i), sinks[i], "a.>");
  }
  shards.settle();
  const PublishOutcome outcome = shards.router(0).publish(message_on("a.b"));
  EXPECT_TRUE(outcome.taken);
  EXPECT_EQ(outcome.touched, shards.router(0).other_shards());
  shards.settle();
  for (const NotingSink& sink : sinks) EXPECT_EQ(sink.notes, (Notes{"a.b x", "a.b x"}));
}

TEST_P(RouterOnShards, NobodyIsNobody) {
  NotingSink sink;
  subscribe(shards.router(last), sink, "a");
  shards.settle();
  RoutedMessage other = message_on("a");
  other.account = AccountId(4);
  for (const RoutedMessage& message : {message_on("b"), message_on("a.b"), other}) {
    const PublishOutcome outcome = shards.router(0).publish(message);
    EXPECT_FALSE(outcome.taken);
    EXPECT_TRUE(outcome.touched.empty());
  }
  shards.settle();
  EXPECT_TRUE(sink.notes.empty());
}

TEST_P(RouterOnShards, WhoHasLeftGetsNothing) {
  NotingSink sink;
  const auto first = subscribe(shards.router(last), sink, "a");
  const auto second = subscribe(shards.router(last), sink, "a");
  shards.settle();
  shards.router(last).unsubscribe(first);
  shards.settle();
  EXPECT_TRUE(shards.router(0).publish(message_on("a")).taken);
  shards.settle();
  EXPECT_EQ(sink.notes.size(), 1U);
  shards.router(last).unsubscribe(second);
  shards.router(last).unsubscribe(second);  // the number may be somebody else's by now
  shards.settle();
  EXPECT_FALSE(shards.router(0).publish(message_on("a")).taken);
  EXPECT_EQ(shards.router(last).subscription_count(), 0U);
}

TEST_P(RouterOnShards, AQueueGroupIsOneOverAllShardsAndPatterns) {
  std::vector<NotingSink> sinks(shards.size());
  for (std::size_t i = 0; i < shards.size(); ++i) {
    subscribe(shards.router(i), sinks[i], i % 2 == 0 ? "work.*" : "work.>", "q");
    subscribe(shards.router(i), sinks[i], "work.1", "q");
  }
  shards.settle();
  constexpr std::size_t kMessages = 4000;
  for (std::size_t i = 0; i < kMessages; ++i) shards.router(0).publish(message_on("work.1"));
  shards.settle();
  std::size_t total = 0;
  for (const NotingSink& sink : sinks) {
    total += sink.notes.size();
    EXPECT_NEAR(static_cast<double>(sink.notes.size()),
                static_cast<double>(kMessages / shards.size()), 250.0);
  }
  EXPECT_EQ(total, kMessages);
}

TEST_P(RouterOnShards, MembersWeighOneEachWhereverTheyAre) {
  NotingSink one;
  NotingSink many;
  subscribe(shards.router(0), one, "a", "q");
  for (int i = 0; i < 4; ++i) subscribe(shards.router(last), many, "a", "q");
  shards.settle();
  for (int i = 0; i < 5000; ++i) shards.router(0).publish(message_on("a"));
  shards.settle();
  EXPECT_NEAR(static_cast<double>(one.notes.size()), 1000.0, 150.0);
  EXPECT_EQ(one.notes.size() + many.notes.size(), 5000U);
}

TEST_P(RouterOnShards, MembersThatRefuseArePassedOver) {
  std::vector<NotingSink> sinks(shards.size() + 1);
  for (std::size_t i = 0; i < shards.size(); ++i) {
    subscribe(shards.router(i), sinks[i], "a", "q");
    sinks[i].refuses = true;
  }
  subscribe(shards.router(last), sinks.back(), "a", "q");
  shards.settle();
  for (int i = 0; i < 200; ++i) {
    EXPECT_TRUE(shards.router(0).publish(message_on("a")).taken);
    shards.settle();
  }
  EXPECT_EQ(sinks.back().notes.size(), 200U);
}

TEST_P(RouterOnShards, OrderHoldsForEachPublisherAndSubscriber) {
  NotingSink sink;
  subscribe(shards.router(last), sink, ">");
  shards.settle();
  Notes expected;
  for (int i = 0; i < 50; ++i) {
    const std::string subject = "s." + std::to_string(i);
    shards.router(0).publish(message_on(subject, "p"));
    expected.push_back(subject + " p");
    if (i % 7 == 0) shards.step();
  }
  shards.settle();
  EXPECT_EQ(sink.notes, expected);
}

TEST_P(RouterOnShards, AMessageIsMatchedByWhereItIsDeliveredTo) {
  NotingSink inbox;
  NotingSink stream;
  subscribe(shards.router(last), inbox, "_INBOX.*");
  subscribe(shards.router(last), stream, "orders.>");
  shards.settle();
  RoutedMessage message = message_on("orders.7");
  message.deliver_to = "_INBOX.9";
  shards.router(0).publish(message);
  shards.settle();
  EXPECT_EQ(inbox.notes, Notes{"orders.7 x"});
  EXPECT_TRUE(stream.notes.empty());
}

TEST_P(RouterOnShards, CookiesComeBack) {
  NotingSink sink;
  shards.router(last).subscribe({.account = kAccount, .subject = "a", .queue = {}, .cookie = 77},
                                sink);
  shards.settle();
  shards.router(0).publish(message_on("a"));
  shards.settle();
  EXPECT_EQ(sink.cookies, std::vector<SinkCookie>{77});
}

// The barrier of PONG: after it, earlier subscriptions are active and earlier publishes delivered.
TEST_P(RouterOnShards, WhenTakenFollowsAllThatWasSentBefore) {
  NotingSink far;
  NotingSink near;
  subscribe(shards.router(last), far, "a");
  shards.settle();
  subscribe(shards.router(0), near, "b");
  shards.router(0).publish(message_on("a"));
  bool is_taken = false;
  shards.router(0).when_taken(shards.router(0).other_shards(), [&] {
    is_taken = true;
    EXPECT_EQ(far.notes.size(), 1U);
    for (std::size_t i = 0; i < shards.size(); ++i) {
      EXPECT_TRUE(shards.router(i).publish(message_on("b")).taken) << i;
    }
  });
  EXPECT_EQ(is_taken, shards.size() == 1);
  shards.settle();
  EXPECT_TRUE(is_taken);
  EXPECT_EQ(near.notes.size(), shards.size());
}

TEST_P(RouterOnShards, ABarrierOfNoShardsPassesAtOnce) {
  bool is_taken = false;
  shards.router(0).when_taken(ShardSet(), [&] { is_taken = true; });
  EXPECT_TRUE(is_taken);
}

TEST_P(RouterOnShards, AnswersArePublishedWhereTheRequestArrived) {
  NotingSink requester;
  subscribe(shards.router(0), requester, "_INBOX.1");
  shards.settle();
  const ReplyHandle to{kAccount, ShardId(0), Bytes::copy_of("_INBOX.1")};
  shards.router(last).answer(to, "NATS/1.0\r\n\r\n", "one");
  shards.router(last).answer(to, {}, "two");
  shards.router(last).answer({}, {}, "nobody wants this");
  shards.settle();
  EXPECT_EQ(requester.notes, (Notes{"_INBOX.1 one", "_INBOX.1 two"}));
}

TEST_P(RouterOnShards, InterestIsSeenAndWatchedEverywhere) {
  struct Listener final : InterestListener {
    void interest_changed(AccountId account, std::string_view subject) override {
      EXPECT_EQ(account, kAccount);
      EXPECT_EQ(subject, "deliver.1");
      ++changes;
    }
    int changes = 0;
  } listener;
  Router& owner = shards.router(0);
  NotingSink sink;
  owner.watch_interest(kAccount, "deliver.1", listener);
  EXPECT_FALSE(owner.has_interest(kAccount, "deliver.1", {}));
  const auto grouped = subscribe(shards.router(last), sink, "deliver.*", "q");
  subscribe(shards.router(last), sink, "elsewhere");
  shards.settle();
  EXPECT_EQ(listener.changes, 1);
  EXPECT_TRUE(owner.has_interest(kAccount, "deliver.1", {}));
  EXPECT_TRUE(owner.has_interest(kAccount, "deliver.1", "q"));
  EXPECT_FALSE(owner.has_interest(kAccount, "deliver.1", "r"));
  shards.router(last).unsubscribe(grouped);
  shards.settle();
  EXPECT_EQ(listener.changes, 2);
  EXPECT_FALSE(owner.has_interest(kAccount, "deliver.1", {}));
  owner.unwatch_interest(kAccount, "deliver.1", listener);
  subscribe(shards.router(last), sink, "deliver.1");
  shards.settle();
  EXPECT_EQ(listener.changes, 2);
}

class NobodyListener final : public NoResponderListener {
 public:
  void nobody_took(ConnectionId publisher, std::string_view subject,
                   std::string_view reply) override {
    told.push_back(std::to_string(publisher.value) + " " + std::string(subject) + " " +
                   std::string(reply));
  }
  Notes told;
};

RoutedMessage request_on(std::string_view subject) {
  RoutedMessage request = message_on(subject);
  request.reply = "_INBOX.r";
  request.origin = {.shard = ShardId(0), .connection = ConnectionId(9), .no_responders = true};
  return request;
}

class RouterRequests : public ::testing::Test {
 protected:
  RouterRequests() { shards.router(0).set_no_responder_listener(&nobody); }
  TestShards shards{4};
  NobodyListener nobody;
};

TEST_F(RouterRequests, AShardThatFindsNobodyTellsThePublisher) {
  NotingSink sink;
  const auto subscription = subscribe(shards.router(3), sink, "a");
  shards.settle();
  // The UNSUB is under way while the request is sent.
  shards.router(3).unsubscribe(subscription);
  EXPECT_TRUE(shards.router(0).publish(request_on("a")).taken);
  shards.settle();
  EXPECT_EQ(nobody.told, Notes{"9 a _INBOX.r"});
}

TEST_F(RouterRequests, NobodyIsToldWhenAnotherTookIt) {
  NotingSink far;
  NotingSink near;
  far.refuses = true;
  subscribe(shards.router(3), far, "a");
  subscribe(shards.router(0), near, "a");
  shards.settle();
  shards.router(0).publish(request_on("a"));
  shards.settle();
  EXPECT_EQ(near.notes.size(), 1U);
  EXPECT_TRUE(nobody.told.empty());
}

TEST_F(RouterRequests, AGroupThatIsHandedOnIsAnsweredOnce) {
  NotingSink gone;
  NotingSink there;
  const auto first = subscribe(shards.router(1), gone, "a", "q");
  shards.settle();
  const auto second = subscribe(shards.router(2), there, "a", "q");
  shards.settle();
  shards.router(1).unsubscribe(first);
  for (int i = 0; i < 20; ++i) shards.router(0).publish(request_on("a"));
  shards.settle();
  EXPECT_EQ(there.notes.size(), 20U);
  EXPECT_TRUE(nobody.told.empty());
  shards.router(2).unsubscribe(second);
  shards.router(0).publish(request_on("a"));
  shards.settle();
  EXPECT_EQ(nobody.told.size(), 1U);
}

TEST_F(RouterRequests, WithoutARequestNobodyIsTold) {
  NotingSink sink;
  const auto subscription = subscribe(shards.router(3), sink, "a");
  shards.settle();
  shards.router(3).unsubscribe(subscription);
  RoutedMessage silent = request_on("a");
  silent.reply = {};
  shards.router(0).publish(silent);
  RoutedMessage old_client = request_on("a");
  old_client.origin.no_responders = false;
  shards.router(0).publish(old_client);
  shards.settle();
  EXPECT_TRUE(nobody.told.empty());
}

}  // namespace
}  // namespace leat
