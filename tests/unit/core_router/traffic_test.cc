// Wrong in the world: an acknowledgement, pull or API request reaches the wrong shard or nobody, or
// a client waits for an answer that nobody will give.
#include <gtest/gtest.h>

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

class NotingTraffic final : public StreamTrafficSink {
 public:
  explicit NotingTraffic(std::string name) : name_(std::move(name)) {}
  void deliver(const JsSubject& subject, const RoutedMessage& message) override {
    notes().push_back(name_ + " " + std::string(subject.stream) + "/" +
                      std::string(subject.consumer) + " " + std::string(message.payload()));
  }
  static Notes& notes() {
    static Notes all;
    return all;
  }

 private:
  std::string name_;
};

class RouterTraffic : public ::testing::TestWithParam<int> {
 protected:
  RouterTraffic() {
    NotingTraffic::notes().clear();
    const char* const kinds[kStreamTrafficKinds] = {"ack", "pull", "get", "api"};
    for (std::size_t i = 0; i < shards.size(); ++i) {
      for (int kind = 0; kind < kStreamTrafficKinds; ++kind) {
        sinks.push_back(std::make_unique<NotingTraffic>(kinds[kind] + std::to_string(i)));
        shards.router(i).set_traffic_sink(static_cast<StreamTraffic>(kind), *sinks.back());
      }
      shards.router(i).enable_jetstream(kAccount);
    }
    owner().claim_stream(kAccount, "S");
    owner().claim_consumer(kAccount, "S", "C", {});
    shards.settle();
  }

  Router& owner() { return shards.router(shards.size() - 1); }
  std::string at_owner(const std::string& kind) { return kind + std::to_string(shards.size() - 1); }
  // What becomes of a publish on shard 0.
  Notes sent(std::string_view subject) {
    NotingTraffic::notes().clear();
    taken = shards.router(0).publish(message_on(subject)).taken;
    shards.settle();
    return NotingTraffic::notes();
  }

  TestShards shards{static_cast<std::uint16_t>(GetParam())};
  std::vector<std::unique_ptr<NotingTraffic>> sinks;
  bool taken = false;
};
INSTANTIATE_TEST_SUITE_P(Shards, RouterTraffic, ::testing::Values(1, 2, 4));

TEST_P(RouterTraffic, TrafficOfAStreamGoesToItsOwner) {
  EXPECT_EQ(sent("$JS.ACK.S.C.1.2.3.4.5"), Notes{at_owner("ack") + " S/C x"});
  EXPECT_EQ(sent("$JS.API.CONSUMER.MSG.NEXT.S.C"), Notes{at_owner("pull") + " S/C x"});
  EXPECT_EQ(sent("$JS.API.STREAM.INFO.S"), Notes{at_owner("api") + " S/ x"});
  EXPECT_EQ(sent("$JS.API.CONSUMER.INFO.S.none"), Notes{at_owner("api") + " S/none x"});
  EXPECT_TRUE(taken);
}

TEST_P(RouterTraffic, WhatBelongsToNoStreamGoesToTheFirstShard) {
  EXPECT_EQ(sent("$JS.API.INFO"), Notes{"api0 / x"});
  EXPECT_EQ(sent("$JS.API.STREAM.CREATE.S"), Notes{"api0 S/ x"});
  EXPECT_EQ(sent("$JS.API.STREAM.INFO.none"), Notes{"api0 none/ x"});
}

TEST_P(RouterTraffic, WhatIsNotThereHasNoResponders) {
  for (const char* subject :
       {"$JS.ACK.S.none.1.2.3.4.5", "$JS.API.CONSUMER.MSG.NEXT.S.none",
        "$JS.API.CONSUMER.MSG.NEXT.none.C", "$JS.API.DIRECT.GET.S.a", "$JS.other"}) {
    EXPECT_TRUE(sent(subject).empty()) << subject;
    EXPECT_FALSE(taken) << subject;
  }
}

TEST_P(RouterTraffic, AcksThatAConsumerDoesNotTakeHaveNoResponders) {
  const std::string ack = "$JS.ACK.S.C.1.2.3.4.5";
  const std::string flow = "$JS.FC.S.C.abcd";
  const std::string pull = "$JS.API.CONSUMER.MSG.NEXT.S.C";
  EXPECT_TRUE(sent(flow).empty());
  EXPECT_FALSE(taken);
  owner().claim_consumer(kAccount, "S", "C", {.takes_acks = false, .takes_flow_control = true});
  shards.settle();
  EXPECT_TRUE(sent(ack).empty());
  EXPECT_FALSE(taken);
  EXPECT_EQ(sent(flow), Notes{at_owner("ack") + " S/C x"});
  EXPECT_EQ(sent(pull), Notes{at_owner("pull") + " S/C x"});
}

TEST_P(RouterTraffic, UnknownEndpointsAreSwallowed) {
  EXPECT_TRUE(sent("$JS.API.NO.SUCH.THING").empty());
  EXPECT_TRUE(taken);
}

TEST_P(RouterTraffic, DirectGetsAreRoutedWhereAllowed) {
  owner().set_direct_get(kAccount, "S", Router::DirectGet::kAllowed);
  shards.settle();
  EXPECT_EQ(sent("$JS.API.DIRECT.GET.S.a.b"), Notes{at_owner("get") + " S/ x"});
  owner().set_direct_get(kAccount, "S", Router::DirectGet::kRefused);
  shards.settle();
  EXPECT_TRUE(sent("$JS.API.DIRECT.GET.S.a.b").empty());
}

TEST_P(RouterTraffic, WhatIsReleasedIsGone) {
  owner().release_consumer(kAccount, "S", "C");
  shards.settle();
  EXPECT_TRUE(sent("$JS.API.CONSUMER.MSG.NEXT.S.C").empty());
  owner().release_stream(kAccount, "S");
  shards.settle();
  EXPECT_EQ(sent("$JS.API.STREAM.INFO.S"), Notes{"api0 S/ x"});
}

TEST_P(RouterTraffic, OtherAccountsHaveTheirOwn) {
  const auto sent_by_another = [this](std::string_view subject) {
    RoutedMessage message = message_on(subject);
    message.account = AccountId(8);
    NotingTraffic::notes().clear();
    taken = shards.router(0).publish(message).taken;
    shards.settle();
    return NotingTraffic::notes();
  };
  for (const char* subject : {"$JS.ACK.S.C.1.2.3.4.5", "$JS.API.CONSUMER.MSG.NEXT.S.C"}) {
    EXPECT_TRUE(sent_by_another(subject).empty()) << subject;
    EXPECT_FALSE(taken) << subject;
  }
  // That JetStream is not enabled there is an answer too.
  EXPECT_EQ(sent_by_another("$JS.API.INFO"), Notes{"api0 / x"});
  EXPECT_EQ(sent_by_another("$JS.API.STREAM.INFO.S"), Notes{"api0 S/ x"});
}

// Somebody who listens to everything sees acknowledgements and requests too, on any shard.
TEST_P(RouterTraffic, WatchersSeeACopy) {
  std::vector<NotingSink> watchers(shards.size());
  std::vector<SubscriptionId> subscriptions;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    subscriptions.push_back(subscribe(shards.router(i), watchers[i], i == 0 ? ">" : "$JS.ACK.>"));
  }
  shards.settle();
  EXPECT_EQ(sent("$JS.ACK.S.C.1.2.3.4.5").size(), 1U);
  for (const NotingSink& watcher : watchers) EXPECT_EQ(watcher.notes.size(), 1U);
  for (std::size_t i = 0; i < shards.size(); ++i) shards.router(i).unsubscribe(subscriptions[i]);
  shards.settle();
  EXPECT_EQ(sent("$JS.ACK.S.C.1.2.3.4.5").size(), 1U);
  for (const NotingSink& watcher : watchers) EXPECT_EQ(watcher.notes.size(), 1U);
}

// What answers at the end of the turn is heard, in the same turn or after the mail.
TEST_P(RouterTraffic, AnswersOfTheEndOfATurnArrive) {
  struct Echo final : StreamTrafficSink {
    Echo(Router& used, Scheduler& loop) : router(used), scheduler(loop) {}
    void deliver(const JsSubject&, const RoutedMessage& message) override {
      scheduler.at_turn_end([this, to = ReplyHandle{message.account, message.origin.shard,
                                                    Bytes::copy_of(message.reply)}] {
        router.answer(to, {}, "answer");
      });
    }
    Router& router;
    Scheduler& scheduler;
  } echo(owner(), shards.shard(shards.size() - 1));
  owner().set_traffic_sink(StreamTraffic::kPull, echo);
  NotingSink inbox;
  NotingSink watcher;
  subscribe(shards.router(0), inbox, "_INBOX.1");
  subscribe(shards.router(0), watcher, ">");
  shards.settle();
  RoutedMessage pull = message_on("$JS.API.CONSUMER.MSG.NEXT.S.C");
  pull.reply = "_INBOX.1";
  shards.router(0).publish(pull);
  shards.settle();
  EXPECT_EQ(inbox.notes, Notes{"_INBOX.1 answer"});
  EXPECT_EQ(watcher.notes.size(), 2U);
}

}  // namespace
}  // namespace leat
