// One large command would hold up everything else on its thread, or a stream's answer would depend
// on where an apply was cut into pieces.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/base/limits.h"
#include "proto/record/entry.h"
#include "streams/core/stream_machine.h"

namespace leat {
namespace {

constexpr WallNs kNow = 1'700'000'000'000'000'000;

class ApplyTest : public ::testing::Test {
 protected:
  ApplyTest() {
    config_.name = "S";
    config_.subjects = {">"};
  }
  void configure() {
    writer_.begin(kNow);
    writer_.add(ConfigCommand{.number = ++config_number_, .config = config_});
    apply();
  }
  void publish(int count) {
    writer_.begin(kNow);
    for (int i = 0; i < count; ++i) {
      writer_.add(PublishCommand{.subject = i % 2 == 0 ? "a" : "b", .payload = "x"});
    }
    apply();
  }
  // Returns in how many pieces.
  int apply() {
    entry_ = writer_.finish();
    ++index_;
    effects_.clear();
    int pieces = 1;
    std::size_t seen = 0;
    while (machine_.apply(index_, entry_, effects_) == ApplyProgress::kMore) {
      ++pieces;
      const std::size_t verdicts = effects_.verdicts.size();
      EXPECT_LE(verdicts - seen, limits::kMessagesPerApply);
      seen = verdicts;
    }
    return pieces;
  }

  StreamMachine machine_;
  StreamEffects effects_;
  StreamConfig config_;
  ByteBuffer buffer_;
  EntryWriter writer_{buffer_};
  Bytes entry_;
  LogIndex index_;
  std::uint64_t config_number_ = 0;
};

TEST_F(ApplyTest, ManyPublishesInOneEntryComeInPieces) {
  configure();
  writer_.begin(kNow);
  for (int i = 0; i < 10000; ++i) writer_.add(PublishCommand{.subject = "a", .payload = "x"});
  EXPECT_EQ(apply(), 3);
  EXPECT_EQ(effects_.verdicts.size(), 10000U);
  EXPECT_EQ(machine_.message_count(), 10000U);
}

TEST_F(ApplyTest, WhatWasAdmittedBeforeTheSealIsRefusedBehindIt) {
  configure();
  config_.sealed = true;
  writer_.begin(kNow);
  writer_.add(PublishCommand{.subject = "a", .payload = "before"});
  writer_.add(ConfigCommand{.number = ++config_number_, .config = config_});
  writer_.add(PublishCommand{.subject = "a", .payload = "behind"});
  writer_.add(PurgeCommand{});
  apply();
  ASSERT_EQ(effects_.verdicts.size(), 2U);
  EXPECT_EQ(effects_.verdicts[0].kind, PublishVerdict::Kind::kStored);
  EXPECT_EQ(effects_.verdicts[1].error, ApiErrorCode::kStreamSealed);
  ASSERT_EQ(effects_.replies.size(), 2U);
  ASSERT_TRUE(effects_.replies[1].error.has_value());
  EXPECT_EQ(effects_.replies[1].error->err_code, ApiErrorCode::kStreamSealed);
  EXPECT_EQ(machine_.message_count(), 1U);
}

TEST_F(ApplyTest, LoweredLimitEvictsInPiecesBeforeTheNextCommand) {
  configure();
  publish(20000);
  config_.max_msgs = 10;
  writer_.begin(kNow);
  writer_.add(ConfigCommand{.number = ++config_number_, .config = config_});
  writer_.add(PublishCommand{.subject = "c", .payload = "x"});
  EXPECT_GE(apply(), 4);
  EXPECT_EQ(machine_.message_count(), 10U);
  EXPECT_EQ(effects_.verdicts.back().sequence, StreamSeq(20001));
}

TEST_F(ApplyTest, FilteredPurgeComesInPiecesAndAnswersOnceAtItsEnd) {
  configure();
  publish(20000);
  writer_.begin(kNow);
  writer_.add(PurgeCommand{.filter = "a"});
  EXPECT_GE(apply(), 3);
  ASSERT_EQ(effects_.replies.size(), 1U);
  EXPECT_EQ(effects_.replies[0].count, 10000U);
  EXPECT_EQ(machine_.message_count(), 10000U);
}

TEST_F(ApplyTest, WholePurgeIsOnePiece) {
  configure();
  publish(20000);
  writer_.begin(kNow);
  writer_.add(PurgeCommand{});
  EXPECT_EQ(apply(), 1);
  EXPECT_EQ(effects_.replies[0].count, 20000U);
  EXPECT_EQ(machine_.first_sequence(), StreamSeq(20001));
}

TEST_F(ApplyTest, ExpireTakesItsBoundAndLeavesTheRestToTheNext) {
  config_.max_age = 1'000'000'000;
  configure();
  publish(5000);
  writer_.begin(kNow + 2'000'000'000);
  writer_.add(ExpireCommand{.up_to = kNow + 2'000'000'000});
  apply();
  EXPECT_EQ(effects_.replies[0].count, limits::kMessagesPerApply);
  ASSERT_TRUE(machine_.next_expiry().has_value());
  EXPECT_EQ(*machine_.next_expiry(), kNow + 1'000'000'000);
}

TEST_F(ApplyTest, AckOfAllInAnInterestStreamComesInPieces) {
  config_.retention = Retention::kInterest;
  configure();
  writer_.begin(kNow);
  ConsumerCreateCommand create{.name = "c"};
  create.config.ack_policy = AckPolicy::kAll;
  create.config.max_ack_pending = -1;
  create.config.ack_wait = 1'000'000'000;
  writer_.add(create);
  apply();
  const ConsumerId id = effects_.replies[0].consumer;
  publish(10000);
  std::vector<BookItem> items;
  for (std::uint64_t i = 1; i <= 10000; ++i) items.push_back({.sequence = StreamSeq(i)});
  writer_.begin(kNow);
  writer_.add(BookCommand{
      .consumer = id, .expected = ConsumerSeq(1), .next_stream = StreamSeq(10001), .items = items});
  apply();
  EXPECT_EQ(effects_.replies[0].count, 10000U);
  const AckItem ack{.stream_seq = StreamSeq(9000), .consumer_seq = ConsumerSeq(9000)};
  writer_.begin(kNow);
  writer_.add(AcksCommand{.consumer = id, .items = std::span<const AckItem>(&ack, 1)});
  EXPECT_GE(apply(), 3);
  EXPECT_EQ(machine_.message_count(), 1000U);
}

TEST_F(ApplyTest, RefusalsNameTheirReasonToTheClient) {
  configure();
  const std::string headers = "NATS/1.0\r\nNats-Expected-Last-Sequence: 7\r\n\r\n";
  writer_.begin(kNow);
  writer_.add(PublishCommand{.subject = "a", .headers = headers});
  apply();
  const ApiError error = to_api_error(effects_.verdicts[0]);
  EXPECT_EQ(error.err_code, ApiErrorCode::kStreamWrongLastSequence);
  EXPECT_EQ(error.description, "wrong last sequence: 0");
}

TEST_F(ApplyTest, LoadRefusesPagesThatContradictEachOther) {
  configure();
  publish(10);
  std::vector<std::pair<StatePageKey, std::string>> pages;
  machine_.take_dirty_pages(
      [&](const StatePageKey& key, std::string_view value) { pages.emplace_back(key, value); });
  StreamMachine without_rows;
  for (const auto& [key, value] : pages) ASSERT_TRUE(without_rows.load_page(key, value));
  EXPECT_EQ(without_rows.finish_load().error().kind, ErrorKind::kCorruption);
  StreamMachine cut;
  ASSERT_TRUE(cut.load_page(pages[0].first, std::string_view(pages[0].second).substr(0, 20)));
  EXPECT_EQ(cut.finish_load().error().kind, ErrorKind::kCorruption);
}

}  // namespace
}  // namespace leat
