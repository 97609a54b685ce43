// Wrong in the world: a subscriber misses messages or still gets them after it left, or a queue
// group gets a message twice.
#include "core/subject/interest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "core/base/rng.h"
#include "core/subject/subject.h"

namespace leat {
namespace {

using Members = std::vector<Subscriber>;

Members sorted(std::span<const Subscriber> subscribers) {
  Members members(subscribers.begin(), subscribers.end());
  std::sort(members.begin(), members.end());
  return members;
}

// Everything a match says, in one comparable value; plain subscribers have no group name.
using Picture = std::map<std::string, Members>;

Picture picture_of(const InterestMatch& match) {
  Picture picture;
  if (!match.plain().empty()) picture[""] = sorted(match.plain());
  for (std::size_t i = 0; i < match.group_count(); ++i) {
    const InterestMatch::Group group = match.group(i);
    EXPECT_EQ(picture.count(std::string(group.name)), 0U) << group.name << " appears twice";
    picture[std::string(group.name)] = sorted(group.members);
  }
  return picture;
}

TEST(Interest, NothingMatchesNothing) {
  Interest interest;
  EXPECT_TRUE(interest.match("a").empty());
  EXPECT_TRUE(interest.match("").empty());
}

TEST(Interest, GroupsMergeByNameOverPatterns) {
  Interest interest;
  interest.insert("a.b", "q", 1);
  interest.insert("a.*", "q", 2);
  interest.insert(">", "q", 3);
  interest.insert("a.>", "r", 4);
  interest.insert("a.b", "", 5);
  interest.insert("a.b", "", 5);
  EXPECT_EQ(picture_of(interest.match("a.b")),
            (Picture{{"", {5, 5}}, {"q", {1, 2, 3}}, {"r", {4}}}));
  EXPECT_EQ(picture_of(interest.match("a")), (Picture{{"q", {3}}}));
}

TEST(Interest, EmptyTokensAndTextWildcards) {
  Interest interest;
  interest.insert(">", "", 1);
  interest.insert("foo*", "", 2);
  interest.insert("a.*", "", 3);
  EXPECT_EQ(picture_of(interest.match("foo*")), (Picture{{"", {1, 2}}}));
  EXPECT_EQ(picture_of(interest.match("foox")), (Picture{{"", {1}}}));
  EXPECT_EQ(picture_of(interest.match("a.*")), (Picture{{"", {1, 3}}}));
  for (const char* subject : {"", ".", "a.", ".a", "a..b"}) {
    EXPECT_TRUE(interest.match(subject).empty()) << subject;
  }
}

TEST(Interest, CountsSubscriptionsThatAreAlike) {
  Interest interest;
  const auto first = interest.insert("a.*", "q", 1);
  const auto second = interest.insert("a.*", "q", 2);
  const auto plain = interest.insert("a.*", "", 3);
  EXPECT_EQ(first.alike, 1U);
  EXPECT_EQ(second.alike, 2U);
  EXPECT_EQ(plain.alike, 1U);
  EXPECT_EQ(interest.remove(first.handle), 1U);
  EXPECT_EQ(interest.remove(plain.handle), 0U);
  EXPECT_EQ(interest.remove(second.handle), 0U);
  EXPECT_TRUE(interest.empty());
}

TEST(Interest, WhatWasMatchedIsNotRememberedTooLong) {
  Interest interest;
  EXPECT_TRUE(interest.match("a.b").empty());
  const auto literal = interest.insert("a.b", "", 1).handle;
  EXPECT_EQ(picture_of(interest.match("a.b")), (Picture{{"", {1}}}));
  const auto pattern = interest.insert("a.*", "", 2).handle;
  EXPECT_EQ(picture_of(interest.match("a.b")), (Picture{{"", {1, 2}}}));
  const auto all = interest.insert(">", "", 3).handle;
  EXPECT_EQ(picture_of(interest.match("a.b")), (Picture{{"", {1, 2, 3}}}));
  interest.remove(pattern);
  EXPECT_EQ(picture_of(interest.match("a.b")), (Picture{{"", {1, 3}}}));
  interest.remove(literal);
  EXPECT_EQ(picture_of(interest.match("a.b")), (Picture{{"", {3}}}));
  interest.remove(all);
  EXPECT_TRUE(interest.match("a.b").empty());
}

TEST(Interest, ManySubscribersOfOneSubjectComeAndGo) {
  Interest interest;
  std::vector<SubscriptionHandle> handles;
  for (Subscriber s = 0; s < 5000; ++s) handles.push_back(interest.insert("a", "", s).handle);
  EXPECT_EQ(interest.match("a").plain().size(), 5000U);
  for (std::size_t i = 0; i < handles.size(); i += 2) interest.remove(handles[i]);
  Members odd;
  for (Subscriber s = 1; s < 5000; s += 2) odd.push_back(s);
  EXPECT_EQ(sorted(interest.match("a").plain()), odd);
}

TEST(Interest, SubscriptionsAreFoundAndSayWhatTheyAre) {
  Interest interest;
  const auto literal = interest.insert("a.b", "", 7).handle;
  const auto pattern = interest.insert("a.*.>", "q", 8).handle;
  interest.insert("a.*.>", "r", 8);
  using Found = std::vector<std::pair<SubscriptionHandle, Subscriber>>;
  const auto alike = [&](std::string_view subject, std::string_view queue) {
    Found found;
    interest.for_each_alike(subject, queue, [&](SubscriptionHandle handle, Subscriber subscriber) {
      found.emplace_back(handle, subscriber);
    });
    return found;
  };
  EXPECT_EQ(alike("a.b", ""), (Found{{literal, 7}}));
  EXPECT_EQ(alike("a.*.>", "q"), (Found{{pattern, 8}}));
  EXPECT_TRUE(alike("a.b", "q").empty());
  EXPECT_TRUE(alike("a.*", "q").empty());
  EXPECT_TRUE(alike("b.>", "").empty());
  EXPECT_EQ(interest.subject_of(pattern), "a.*.>");
  EXPECT_EQ(interest.queue_of(pattern), "q");
  EXPECT_EQ(interest.subject_of(literal), "a.b");
  EXPECT_EQ(interest.queue_of(literal), "");
  EXPECT_EQ(picture_of(interest.match("a.b.c")), (Picture{{"q", {8}}, {"r", {8}}}));
  EXPECT_EQ(interest.match("a.b.c").find_group("r")->members.size(), 1U);
  EXPECT_FALSE(interest.match("a.b.c").find_group("s"));
  interest.set_subscriber(pattern, 9);
  EXPECT_EQ(picture_of(interest.match("a.b.c")), (Picture{{"q", {9}}, {"r", {8}}}));
  EXPECT_EQ(alike("a.*.>", "q"), (Found{{pattern, 9}}));
}

TEST(Interest, CountsWhatItDoesAndWhatItRemembers) {
  Interest interest;
  interest.insert("a.*", "", 1);
  interest.insert("a.b", "q", 2);
  const SubscriptionHandle gone = interest.insert("b", "", 3).handle;
  interest.match("a.b");
  interest.match("a.b");
  interest.match("a.c");
  interest.match("b");
  interest.match("_INBOX.x");
  interest.remove(gone);
  const InterestStatistics got = interest.statistics();
  EXPECT_EQ(got.subscriptions, 2U);
  EXPECT_EQ(got.inserts, 3U);
  EXPECT_EQ(got.removes, 1U);
  EXPECT_EQ(got.matches, 5U);
  EXPECT_EQ(got.cache_hits, 1U);
  // The match of `b` went with its subscription, that of an inbox was never kept.
  EXPECT_EQ(got.remembered, 2U);
  EXPECT_EQ(got.fanout_sum, 3U);
  EXPECT_EQ(got.fanout_max, 2U);
}

TEST(InterestDeathTest, AHandleIsRemovedOnce) {
  Interest interest;
  const auto handle = interest.insert("a", "", 1).handle;
  interest.remove(handle);
  EXPECT_DEATH(interest.remove(handle), "not in use");
}

struct Twin {
  std::string pattern;
  std::string queue;
  Subscriber subscriber;
  SubscriptionHandle handle;
};

Picture expected(const std::vector<Twin>& twins, std::string_view subject) {
  Picture picture;
  for (const Twin& twin : twins) {
    if (subject_matches(twin.pattern, subject)) picture[twin.queue].push_back(twin.subscriber);
  }
  for (auto& [queue, members] : picture) std::sort(members.begin(), members.end());
  return picture;
}

std::string random_subject(Rng& rng, const std::vector<std::string>& tokens) {
  std::string subject = tokens[rng.below(tokens.size())];
  while (!rng.one_in(3)) subject += "." + tokens[rng.below(tokens.size())];
  return subject;
}

TEST(Interest, BehavesAsAListOfPatterns) {
  constexpr std::uint64_t kSeed = 11;
  SCOPED_TRACE(kSeed);
  Rng rng(kSeed);
  Interest interest;
  std::vector<Twin> twins;
  const std::vector<std::string> pattern_tokens = {"a", "b", "c", "*", ">", "_INBOX", "x*"};
  const std::vector<std::string> literal_tokens = {"a", "b", "c", "*", "", "_INBOX", "x*"};
  const std::vector<std::string> queues = {"", "", "q", "r", "s"};
  for (int step = 0; step < 30000; ++step) {
    if (rng.one_in(4)) {
      const std::string pattern = random_subject(rng, pattern_tokens);
      if (!is_valid_subject(pattern)) continue;
      const std::string& queue = queues[rng.below(queues.size())];
      const Subscriber subscriber = rng.below(20);
      const auto inserted = interest.insert(pattern, queue, subscriber);
      twins.push_back({pattern, queue, subscriber, inserted.handle});
    } else if (!twins.empty() && rng.one_in(4)) {
      const std::size_t index = rng.below(twins.size());
      interest.remove(twins[index].handle);
      twins.erase(twins.begin() + static_cast<std::ptrdiff_t>(index));
    } else {
      const std::string subject = random_subject(rng, literal_tokens);
      ASSERT_EQ(picture_of(interest.match(subject)), expected(twins, subject)) << subject;
    }
    ASSERT_EQ(interest.size(), twins.size());
  }
}

}  // namespace
}  // namespace leat
