// Wrong here: a client that waits for ever, is served too much, or is told a status it must not
// get.
#include "consumers/core/pull_queue.h"

#include <gtest/gtest.h>

#include <string>

namespace leat {
namespace {

constexpr SteadyNs kMs = 1'000'000;

class PullQueueTest : public ::testing::Test {
 protected:
  struct Told {
    PullStatus status;
    std::string reply;
    std::uint64_t messages;
    std::uint64_t bytes;
    friend bool operator==(const Told&, const Told&) = default;
  };

  void pull(std::string_view reply, const PullRequest& request) {
    queue_.add(request,
               {.reply = {.subject = Bytes::copy_of(reply), .shard = ShardId(0)},
                .now = now_,
                .deliverable = deliverable_},
               notices_);
  }
  // To whom the next message goes; empty when nobody waits.
  std::string serve(std::size_t bytes) {
    const PullReply* reply = queue_.next(bytes, now_, notices_);
    if (reply == nullptr) return {};
    std::string to(reply->subject.view());
    queue_.served(bytes, now_, notices_);
    return to;
  }
  std::vector<Told> told() {
    std::vector<Told> out;
    for (const PullNotice& notice : notices_) {
      out.push_back({notice.status, std::string(notice.reply.subject.view()),
                     notice.pending_messages, notice.pending_bytes});
    }
    notices_.clear();
    return out;
  }

  PullQueue queue_{3};
  SteadyNs now_ = 1;
  std::uint64_t deliverable_ = 0;
  std::vector<PullNotice> notices_;
};

TEST_F(PullQueueTest, ServesRoundRobinOneMessageEach) {
  pull("a", {.batch = 3});
  pull("b", {.batch = 1});
  pull("c", {.batch = 2});
  std::string order;
  for (int i = 0; i < 7; ++i) order += serve(10);
  EXPECT_EQ(order, "abcaca");
  EXPECT_TRUE(queue_.empty());
  EXPECT_TRUE(told().empty());  // a filled batch ends without a status
}

TEST_F(PullQueueTest, NoWaitWithNothingThereEndsAtOnce) {
  pull("a", {.batch = 1, .no_wait = true});
  EXPECT_EQ(told(), (std::vector<Told>{{PullStatus::kNoMessages, "a", 1, 0}}));
  EXPECT_TRUE(queue_.empty());
}

TEST_F(PullQueueTest, APullWithoutTimeLeftEndsAtOnceAndGetsNothing) {
  deliverable_ = 2;
  pull("a", {.batch = 2, .expires = -1});
  pull("b", {.batch = 1, .expires = -5 * kMs, .no_wait = true});
  EXPECT_EQ(told(), (std::vector<Told>{{PullStatus::kRequestTimeout, "a", 2, 0},
                                       {PullStatus::kRequestTimeout, "b", 1, 0}}));
  EXPECT_TRUE(queue_.empty());
}

TEST_F(PullQueueTest, NoWaitThatOthersWouldStarveIsToldSo) {
  deliverable_ = 2;
  pull("a", {.batch = 5});
  pull("b", {.batch = 1, .no_wait = true});
  EXPECT_EQ(told(), (std::vector<Told>{{PullStatus::kRequestsPending, "b", 1, 0}}));
  EXPECT_EQ(queue_.size(), 1u);
}

TEST_F(PullQueueTest, NoWaitWithExpiresWaitsForAFirstMessageAndEndsAtTheEndOfTheStream) {
  pull("a", {.batch = 2, .expires = 5000 * kMs, .no_wait = true});
  queue_.end_of_stream(notices_);
  EXPECT_TRUE(told().empty());
  EXPECT_EQ(serve(10), "a");
  queue_.end_of_stream(notices_);
  EXPECT_EQ(told(), (std::vector<Told>{{PullStatus::kNoMessages, "a", 1, 0}}));
  EXPECT_TRUE(queue_.empty());
}

TEST_F(PullQueueTest, NoWaitThatOthersWereFasterThanEndsAtTheEndOfTheStream) {
  deliverable_ = 1;
  pull("a", {.batch = 1, .no_wait = true});
  EXPECT_EQ(queue_.size(), 1u);
  queue_.end_of_stream(notices_);
  EXPECT_EQ(told(), (std::vector<Told>{{PullStatus::kNoMessages, "a", 1, 0}}));
}

TEST_F(PullQueueTest, ExpiryTellsWhatWasLeft) {
  pull("a", {.batch = 2, .expires = 300 * kMs, .max_bytes = 1000});
  EXPECT_EQ(queue_.next_deadline(), now_ + 300 * kMs);
  EXPECT_EQ(serve(100), "a");
  now_ += 300 * kMs;
  queue_.advance_time(now_, notices_);
  EXPECT_EQ(told(), (std::vector<Told>{{PullStatus::kRequestTimeout, "a", 1, 900}}));
  EXPECT_EQ(queue_.next_deadline(), 0);
}

TEST_F(PullQueueTest, AnExpiredPullIsNotServed) {
  pull("a", {.batch = 2, .expires = 300 * kMs});
  pull("b", {.batch = 1});
  now_ += 301 * kMs;
  EXPECT_EQ(serve(10), "b");
  EXPECT_EQ(told(), (std::vector<Told>{{PullStatus::kRequestTimeout, "a", 2, 0}}));
}

TEST_F(PullQueueTest, HeartbeatsComeOnlyWhenNothingElseDid) {
  pull("a", {.batch = 5, .expires = 500 * kMs, .idle_heartbeat = 200 * kMs});
  now_ += 150 * kMs;
  EXPECT_EQ(serve(10), "a");
  now_ += 100 * kMs;
  queue_.advance_time(now_, notices_);
  EXPECT_TRUE(told().empty());
  now_ += 100 * kMs;
  queue_.advance_time(now_, notices_);
  EXPECT_EQ(told(), (std::vector<Told>{{PullStatus::kIdleHeartbeat, "a", 4, 0}}));
}

TEST_F(PullQueueTest, AFullQueueRefusesAloudOrInSilence) {
  for (int i = 0; i < 3; ++i) pull("w", {.batch = 1});
  pull("x", {.batch = 1, .expires = 1000 * kMs});
  EXPECT_EQ(told(), (std::vector<Told>{{PullStatus::kExceededMaxWaiting, "x", 1, 0}}));
  pull("y", {.batch = 1, .expires = 1000 * kMs, .idle_heartbeat = 100 * kMs});
  EXPECT_TRUE(told().empty());
  EXPECT_EQ(queue_.size(), 3u);
}

TEST_F(PullQueueTest, AFullQueueMakesRoomFromWhatHasExpired) {
  for (int i = 0; i < 3; ++i) pull("w", {.batch = 1, .expires = 10 * kMs});
  now_ += 20 * kMs;
  pull("x", {.batch = 1});
  EXPECT_EQ(told().size(), 3u);
  EXPECT_EQ(serve(1), "x");
}

TEST_F(PullQueueTest, NoWaitThatIsHeldBackAfterItsFirstMessageEndsAtItsHeartbeat) {
  const PullRequest request{
      .batch = 5, .expires = 100 * kMs, .no_wait = true, .idle_heartbeat = 30 * kMs};
  deliverable_ = 9;
  pull("a", request);
  pull("b", {.batch = 5, .expires = 10 * kMs});
  EXPECT_EQ(serve(1), "a");
  now_ += 20 * kMs;
  queue_.advance_time(now_, notices_);  // not where another one ends
  EXPECT_EQ(told(), (std::vector<Told>{{PullStatus::kRequestTimeout, "b", 5, 0}}));
  now_ += 20 * kMs;
  queue_.advance_time(now_, notices_);
  EXPECT_EQ(told(), (std::vector<Told>{{PullStatus::kNoMessages, "a", 4, 0}}));
  deliverable_ = 0;
  pull("a", request);  // without a first message it waits for it
  now_ += 30 * kMs;
  queue_.advance_time(now_, notices_);
  EXPECT_EQ(told(), (std::vector<Told>{{PullStatus::kIdleHeartbeat, "a", 5, 0}}));
}

TEST_F(PullQueueTest, APullThatNobodyListensForIsDroppedWithoutAWord) {
  pull("gone", {.batch = 9, .expires = 10 * kMs});
  pull("here", {.batch = 1});
  pull("gone", {.batch = 9, .idle_heartbeat = 20 * kMs});
  const auto is_heard = [](const PullReply& reply) { return reply.subject.view() == "here"; };
  EXPECT_TRUE(queue_.is_crowded_for({.batch = 1}, 0));
  now_ += 15 * kMs;
  EXPECT_EQ(queue_.drop_unheard_due(now_, is_heard), 1u);  // the other one has nothing to be told
  queue_.advance_time(now_, notices_);
  EXPECT_FALSE(queue_.is_crowded_for({.batch = 1}, 0));
  EXPECT_TRUE(queue_.is_crowded_for({.batch = 1, .no_wait = true}, 5));
  EXPECT_EQ(queue_.drop_unheard(is_heard), 1u);
  EXPECT_FALSE(queue_.is_crowded_for({.batch = 1, .no_wait = true}, 5));
  EXPECT_EQ(queue_.size(), 1u);
  EXPECT_TRUE(told().empty());
}

TEST_F(PullQueueTest, MaxBytesEndsAPullThatTheMessageDoesNotFit) {
  pull("a", {.batch = 1, .max_bytes = 100});
  pull("b", {.batch = 1, .max_bytes = 1000});
  EXPECT_EQ(serve(342), "b");
  EXPECT_EQ(told(), (std::vector<Told>{{PullStatus::kMessageSizeExceedsMaxBytes, "a", 1, 100},
                                       {PullStatus::kBatchCompleted, "b", 0, 658}}));
}

TEST_F(PullQueueTest, MaxBytesUsedUpExactlyEndsThePullQuietly) {
  pull("a", {.batch = 5, .max_bytes = 100});
  EXPECT_EQ(serve(40), "a");
  EXPECT_EQ(serve(60), "a");
  EXPECT_TRUE(queue_.empty());
  EXPECT_TRUE(told().empty());
}

TEST_F(PullQueueTest, TheEndOfTheConsumerEndsAll) {
  pull("a", {.batch = 5});
  pull("b", {.batch = 1, .expires = 10 * kMs});
  queue_.end_all(PullStatus::kConsumerDeleted, notices_);
  EXPECT_EQ(told().size(), 2u);
  EXPECT_TRUE(queue_.empty());
  EXPECT_EQ(queue_.next_deadline(), 0);
}

}  // namespace
}  // namespace leat
