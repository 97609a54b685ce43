// One large command would hold up everything else on its thread, or a stream's answer would depend
// on where an apply was cut into pieces.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/base/limits.h"
#include "proto/record/entry.h"
#include "storage/api/index_row.h"
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

TEST_F(ApplyTest, AConsumerIsThereUntilTheEntryThatDeletesItIsDone) {
  config_.retention = Retention::kInterest;
  configure();
  ConsumerCreateCommand create{.name = "gone"};
  create.config.ack_policy = AckPolicy::kExplicit;
  writer_.begin(kNow);
  writer_.add(create);
  apply();
  publish(10'000);
  ASSERT_EQ(machine_.message_count(), 10'000U);
  const ConsumerState* const consumer = machine_.find_consumer("gone");
  writer_.begin(kNow);
  writer_.add(ConsumerDeleteCommand{.name = "gone"});
  const Bytes entry = writer_.finish();
  effects_.clear();
  ++index_;
  ASSERT_EQ(machine_.apply(index_, entry, effects_), ApplyProgress::kMore);
  // Its host is told at the end, and looks at it until then.
  EXPECT_EQ(machine_.find_consumer("gone"), nullptr);
  EXPECT_EQ(consumer->name(), "gone");
  while (machine_.apply(index_, entry, effects_) == ApplyProgress::kMore) {
  }
  EXPECT_EQ(machine_.message_count(), 0U);
  EXPECT_EQ(consumer->name(), "gone");
}

// An index row is of so many messages.
void load_rows(StreamMachine& machine, std::uint64_t first, std::uint64_t last) {
  constexpr std::uint64_t kRow = 500;
  for (; first <= last; first += kRow) {
    IndexRowBuilder row;
    row.reset(StreamSeq(first));
    const std::uint64_t end = std::min(last, first + kRow - 1);
    for (std::uint64_t i = first; i <= end; ++i) {
      row.append({.sequence = StreamSeq(i), .time = kNow, .size_bytes = 32, .ttl_s = 0},
                 i % 2 == 1 ? "a" : "b");
    }
    const Bytes value = row.value(StreamSeq(end));
    ASSERT_TRUE(machine.load_index_row(*IndexRow::parse(value.view())));
  }
}

TEST_F(ApplyTest, WhatIsLostAtTheHeadTakesNothingElseWithIt) {
  configure();
  publish(4000);
  const std::uint64_t bytes = machine_.bytes();
  ASSERT_EQ(bytes, 4000U * 32);
  StreamMachine loaded;
  machine_.take_dirty_pages([&](const StatePageKey& key, std::string_view value) {
    ASSERT_TRUE(loaded.load_page(key, value));
  });
  ASSERT_TRUE(loaded.finish_pages());
  ASSERT_TRUE(loaded.load_lost(StreamSeq(1), StreamSeq(500)));
  load_rows(loaded, 501, 4000);
  ASSERT_TRUE(loaded.finish_load());
  ASSERT_EQ(loaded.message_count(), 4000U);
  writer_.begin(kNow);
  writer_.add(LoseCommand{.first = StreamSeq(1), .last = StreamSeq(500)});
  const Bytes entry = writer_.finish();
  effects_.clear();
  ASSERT_EQ(loaded.apply(++index_, entry, effects_), ApplyProgress::kDone);
  EXPECT_EQ(loaded.message_count(), 3500U);
  EXPECT_EQ(loaded.bytes(), 3500U * 32);
  const std::vector<std::pair<std::string, std::uint64_t>> counts{{"a", 1750}, {"b", 1750}};
  EXPECT_EQ(loaded.subject_counts(">"), counts);
}

// Before: the server stopped at the first delivery, and again after each start.
TEST_F(ApplyTest, AWrongCountOfWhatIsLeftIsCountedAnew) {
  configure();
  ConsumerCreateCommand create{.name = "c"};
  create.config.ack_policy = AckPolicy::kExplicit;
  writer_.begin(kNow);
  writer_.add(create);
  apply();
  std::string consumer_of_before;
  machine_.take_dirty_pages([&](const StatePageKey& key, std::string_view value) {
    if (key.kind == StatePageKind::kConsumer) consumer_of_before = value;
  });
  publish(4);
  std::vector<std::pair<StatePageKey, std::string>> pages;
  machine_.take_dirty_pages(
      [&](const StatePageKey& key, std::string_view value) { pages.emplace_back(key, value); });
  const auto load = [&](StreamMachine& loaded) {
    for (const auto& [key, value] : pages) {
      const bool is_consumer = key.kind == StatePageKind::kConsumer;
      ASSERT_TRUE(loaded.load_page(key, is_consumer ? consumer_of_before : value));
    }
    load_rows(loaded, 1, 4);
    ASSERT_TRUE(loaded.finish_load());
    ASSERT_EQ(loaded.find_consumer("c")->num_pending(), 0U);
  };
  const auto run = [&](StreamMachine& loaded) {
    const Bytes entry = writer_.finish();
    effects_.clear();
    ASSERT_EQ(loaded.apply(index_.next(), entry, effects_), ApplyProgress::kDone);
    EXPECT_EQ(loaded.find_consumer("c")->num_pending(), 3U);
  };

  StreamMachine delivers;
  load(delivers);
  const BookItem item{.sequence = StreamSeq(1)};
  writer_.begin(kNow);
  writer_.add(BookCommand{.consumer = machine_.find_consumer("c")->id(),
                          .expected = ConsumerSeq(1),
                          .next_stream = StreamSeq(2),
                          .items = std::span<const BookItem>(&item, 1)});
  run(delivers);

  StreamMachine removes;
  load(removes);
  writer_.begin(kNow);
  writer_.add(DeleteMessageCommand{.seq = StreamSeq(2)});
  run(removes);
}

TEST_F(ApplyTest, IdsLeaveWithTheirWindowAlsoWhenNoneCome) {
  config_.duplicate_window = 1'000'000'000;
  configure();
  const std::string headers = "NATS/1.0\r\nNats-Msg-Id: one\r\n\r\n";
  writer_.begin(kNow);
  writer_.add(PublishCommand{.subject = "a", .headers = headers});
  apply();
  EXPECT_EQ(machine_.first_id(), StreamSeq(1));
  writer_.begin(kNow + 2'000'000'000);
  writer_.add(PublishCommand{.subject = "a"});
  apply();
  EXPECT_EQ(machine_.first_id(), StreamSeq());
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
