// What would be wrong: a user reads or writes what the configuration keeps from it.
#include "core/session/permissions.h"

#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "core/session/permission_check.h"
#include "tests/unit/core_session/session_world.h"

namespace leat {
namespace {

using testing::kSecond;

PermissionSet example() {
  PermissionSet set;
  set.publish_allow = {"a.>", "req", "x.*"};
  set.publish_deny = {"a.no"};
  set.subscribe_allow = {
      {"a.>", ""}, {"_INBOX.>", ""}, {"jobs", "v1"}, {"only", "q.*"}, {"b.*", ""}};
  set.subscribe_deny = {{"a.secret", ""}, {"a.q", "bad"}, {"a.deep.*", ""}};
  return set;
}

TEST(Permissions, WithoutAListEverythingIsAllowed) {
  const PermissionSet set;
  EXPECT_TRUE(set.may_publish("anything"));
  EXPECT_TRUE(set.may_subscribe(">", ""));
  EXPECT_TRUE(set.may_receive("anything", "q"));
}

TEST(Permissions, PublishDenyWins) {
  const PermissionSet set = example();
  EXPECT_TRUE(set.may_publish("a.ok"));
  EXPECT_TRUE(set.may_publish("x.*"));
  EXPECT_FALSE(set.may_publish("a.no"));
  EXPECT_FALSE(set.may_publish("other"));
  EXPECT_FALSE(set.may_publish("a"));
}

TEST(Permissions, SubscribeWithQueues) {
  const PermissionSet set = example();
  EXPECT_TRUE(set.may_subscribe("a.>", ""));
  EXPECT_TRUE(set.may_subscribe("a.b", "any"));
  EXPECT_FALSE(set.may_subscribe("other", ""));
  EXPECT_FALSE(set.may_subscribe("a.secret", ""));
  EXPECT_TRUE(set.may_subscribe("jobs", "v1"));
  EXPECT_FALSE(set.may_subscribe("jobs", "v2"));
  EXPECT_FALSE(set.may_subscribe("jobs", ""));
  EXPECT_TRUE(set.may_subscribe("only", "q.1"));
  EXPECT_FALSE(set.may_subscribe("only", "q.1.2"));
  EXPECT_TRUE(set.may_subscribe("a.q", "good"));
  EXPECT_FALSE(set.may_subscribe("a.q", "bad"));
  EXPECT_FALSE(set.may_subscribe("a.deep.>", ""));
}

TEST(Permissions, AWiderSubscriptionThanAllowedIsRefused) {
  EXPECT_FALSE(example().may_subscribe("b.>", ""));
  EXPECT_FALSE(example().may_subscribe(">", ""));
  EXPECT_TRUE(example().may_subscribe("b.*", ""));
  EXPECT_FALSE(example().may_subscribe("a..b", ""));
  PermissionSet queues;
  queues.subscribe_allow = {SubscribePattern{"foo.*", "q"}};
  EXPECT_TRUE(queues.may_subscribe("foo.*", "q"));
  EXPECT_FALSE(queues.may_subscribe("foo.>", "q"));
}

TEST(Permissions, WhatIsDeniedIsKeptFromAWiderSubscription) {
  const PermissionSet set = example();
  EXPECT_FALSE(set.may_receive("a.secret", ""));
  EXPECT_FALSE(set.may_receive("a.secret", "q"));
  EXPECT_TRUE(set.may_receive("a.q", ""));
  EXPECT_FALSE(set.may_receive("a.q", "bad"));
  EXPECT_TRUE(set.may_receive("a.open", ""));
}

std::shared_ptr<const PermissionSet> responder(int messages_max) {
  PermissionSet set;
  set.responses = ResponsePermission{.messages_max = messages_max, .expires = 2 * kSecond};
  return std::make_shared<const PermissionSet>(set);
}

TEST(PermissionCheck, AnswersAreCountedAndExpire) {
  PermissionCheck check(responder(2));
  EXPECT_FALSE(check.may_publish("_INBOX.1", 0));
  check.note_reply("_INBOX.1", 0);
  EXPECT_TRUE(check.may_publish("_INBOX.1", kSecond));
  EXPECT_TRUE(check.may_publish("_INBOX.1", 2 * kSecond));
  EXPECT_FALSE(check.may_publish("_INBOX.1", 2 * kSecond));
  check.note_reply("_INBOX.1", 10 * kSecond);
  EXPECT_TRUE(check.may_publish("_INBOX.1", 11 * kSecond));
  check.note_reply("_INBOX.2", 10 * kSecond);
  EXPECT_FALSE(check.may_publish("_INBOX.2", 13 * kSecond));
  EXPECT_FALSE(check.may_publish("elsewhere", 13 * kSecond));
}

TEST(PermissionCheck, EveryOpenRequestMayBeAnsweredHoweverManyThereAre) {
  for (const int messages_max : {1, 5, -1}) {
    PermissionCheck check(responder(messages_max));
    constexpr int kRequests = 20'000;
    for (int i = 0; i < kRequests; ++i) check.note_reply("_INBOX." + std::to_string(i), kSecond);
    for (int i = 0; i < kRequests; ++i) {
      ASSERT_TRUE(check.may_publish("_INBOX." + std::to_string(i), 2 * kSecond)) << i;
    }
  }
}

TEST(PermissionCheck, ASlowRequestMayBeAnsweredAfterManyQuickOnes) {
  PermissionCheck check(responder(5));
  check.note_reply("_INBOX.slow", 0);
  for (int i = 0; i < 20'000; ++i) {
    const std::string reply = "_INBOX." + std::to_string(i);
    check.note_reply(reply, kSecond);
    ASSERT_TRUE(check.may_publish(reply, kSecond));
  }
  EXPECT_TRUE(check.may_publish("_INBOX.slow", kSecond));
}

TEST(PermissionCheck, AReloadKeepsWhatMayBeAnsweredUnderTheSameRule) {
  PermissionCheck before(responder(2));
  before.note_reply("_INBOX.1", 0);
  PermissionCheck same(responder(2));
  same.take_replies_of(before);
  EXPECT_TRUE(same.may_publish("_INBOX.1", kSecond));
  PermissionCheck other(responder(3));
  other.take_replies_of(same);
  EXPECT_FALSE(other.may_publish("_INBOX.1", kSecond));
}

TEST(OpenReplies, OnlyOpenGrantsAreHeldAndTheOldestGivesWayWhenTheyAreTooMany) {
  OpenReplies replies(ResponsePermission{.messages_max = 1, .expires = 2 * kSecond});
  replies.grant("old", 0);
  replies.grant("used", kSecond);
  EXPECT_TRUE(replies.use("used", kSecond));
  EXPECT_FALSE(replies.use("used", kSecond));
  EXPECT_EQ(replies.count(), 1U);
  replies.grant("new", 3 * kSecond);
  EXPECT_EQ(replies.count(), 1U);
  const std::string long_tail(4000, 'x');
  constexpr std::size_t kTooMany = limits::kOpenReplyBytes / 4000;
  for (std::size_t i = 0; i < kTooMany; ++i)
    replies.grant(std::to_string(i) + long_tail, 4 * kSecond);
  EXPECT_LT(replies.count(), kTooMany);
  EXPECT_FALSE(replies.use("new", 4 * kSecond));
  EXPECT_TRUE(replies.use(std::to_string(kTooMany - 1) + long_tail, 4 * kSecond));
}

TEST(PermissionCheck, RemembersWithoutGrowing) {
  PermissionCheck check(std::make_shared<const PermissionSet>(example()));
  for (int round = 0; round < 2; ++round) {
    for (std::size_t i = 0; i < 3 * limits::kPermissionAnswers; ++i) {
      EXPECT_TRUE(check.may_publish("a." + std::to_string(i), 0));
      EXPECT_FALSE(check.may_publish("b." + std::to_string(i), 0));
      EXPECT_TRUE(check.may_receive("a." + std::to_string(i), ""));
    }
    EXPECT_FALSE(check.may_publish("a.no", 0));
    EXPECT_FALSE(check.may_receive("a.secret", ""));
  }
}

}  // namespace
}  // namespace leat
