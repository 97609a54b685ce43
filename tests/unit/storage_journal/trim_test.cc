// If this failed, the journal would grow for ever, or drop what the store does not have.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/journal/journal.h"
#include "storage/journal/segment_ledger.h"
#include "tests/support/shard_loop.h"
#include "tests/unit/storage_journal/journal_fixture.h"

namespace leat {
namespace {

using journal::SegmentLedger;
using journal::SegmentShare;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

FlushedGroup stored(std::uint64_t group, std::uint64_t index, std::uint64_t term = 0) {
  return {.group = GroupId(group),
          .stored = LogIndex(index),
          .hard_state = {Term(term), LogIndex(term == 0 ? 0 : 1)}};
}

SegmentShare entries_of(std::uint64_t group, std::uint64_t last) {
  return {.group = GroupId(group), .last = LogIndex(last), .first = LogIndex(last)};
}

SegmentShare vote_of(std::uint64_t group, std::uint64_t term) {
  return {.group = GroupId(group), .hard_state = HardStatePlace{Term(term), LogIndex(1)}};
}

class Ledger : public ::testing::Test {
 protected:
  void flushed(const std::vector<FlushedGroup>& groups) { ledger_.flushed(groups); }
  // The segments that may leave now, oldest first; they are dropped.
  std::vector<std::uint64_t> left() {
    std::vector<std::uint64_t> numbers;
    while (const auto number = ledger_.leaving()) {
      numbers.push_back(*number);
      ledger_.drop_oldest();
    }
    return numbers;
  }
  SegmentLedger ledger_;
};

TEST_F(Ledger, ASegmentLeavesWhenEveryEntryInItIsFlushed) {
  ledger_.begin(1);
  ledger_.add(entries_of(2, 10));
  ledger_.add(entries_of(3, 5));
  ledger_.begin(2);
  ledger_.add(entries_of(2, 20));
  flushed({stored(2, 15)});
  EXPECT_THAT(left(), IsEmpty());
  flushed({stored(3, 4)});
  EXPECT_THAT(left(), IsEmpty());
  flushed({stored(3, 5)});
  EXPECT_THAT(left(), ElementsAre(1));
  flushed({stored(2, 20)});
  EXPECT_THAT(left(), IsEmpty()) << "the segment being written stays";
}

TEST_F(Ledger, WhatIsTakenBackIsNeededByNobody) {
  ledger_.begin(1);
  ledger_.add(entries_of(2, 5));
  ledger_.begin(2);
  ledger_.add(entries_of(2, 10));
  ledger_.begin(3);
  flushed({stored(2, 5)});
  EXPECT_THAT(left(), ElementsAre(1));
  EXPECT_THAT(left(), IsEmpty()) << "entry 10 is not stored";
  ledger_.truncate(GroupId(2), LogIndex(6), 7, 0);
  ledger_.begin(4);
  EXPECT_THAT(left(), ElementsAre(2, 3)) << "neither entry 10 nor its truncation is needed";
  ledger_.add(entries_of(2, 6));
  ledger_.begin(5);
  EXPECT_THAT(left(), IsEmpty()) << "the new entry 6 is";
  flushed({stored(2, 6)});
  EXPECT_THAT(left(), ElementsAre(4));
}

TEST_F(Ledger, ALogThatBeginsBehindASnapshotNeedsNothingBeforeIt) {
  ledger_.begin(1);
  ledger_.add(entries_of(2, 5));
  ledger_.begin(2);
  ledger_.truncate(GroupId(2), LogIndex(100), 2, 0);
  ledger_.begin(3);
  EXPECT_THAT(left(), ElementsAre(1));
  flushed({stored(2, 99)});
  EXPECT_THAT(left(), ElementsAre(2)) << "the snapshot is stored";
}

TEST_F(Ledger, TheNewestHardStateIsKeptUntilARowHasIt) {
  ledger_.begin(1);
  ledger_.add(vote_of(2, 1));
  ledger_.begin(2);
  ledger_.add(vote_of(2, 2));
  ledger_.begin(3);
  EXPECT_THAT(left(), ElementsAre(1)) << "superseded by the vote in segment 2";
  flushed({stored(2, 0, 1)});
  EXPECT_THAT(left(), IsEmpty());
  flushed({stored(2, 0, 2)});
  EXPECT_THAT(left(), ElementsAre(2));
}

TEST_F(Ledger, ADeletedGroupHoldsNothing) {
  ledger_.begin(1);
  ledger_.add(entries_of(2, 10));
  ledger_.begin(2);
  EXPECT_THAT(left(), IsEmpty());
  flushed({{.group = GroupId(2), .is_deleted = true}});
  EXPECT_THAT(left(), ElementsAre(1));
}

TEST_F(Ledger, ADeletedGroupIsForgottenWheneverItsLastShareWent) {
  ledger_.begin(1);
  ledger_.add(entries_of(2, 1));
  ledger_.add(entries_of(3, 1));
  ledger_.add(entries_of(4, 1));
  ledger_.begin(2);
  ledger_.add(entries_of(4, 2));
  ledger_.begin(3);
  FlushedGroup deleted = stored(2, 1);
  deleted.is_deleted = true;
  flushed({stored(4, 1), stored(3, 1)});
  EXPECT_THAT(left(), IsEmpty());  // the shares of 3 and 4 are settled, that of 2 is not
  flushed({deleted});
  deleted.group = GroupId(3);
  flushed({deleted});
  EXPECT_THAT(left(), ElementsAre(1));
  EXPECT_EQ(ledger_.group_count(), 1U);
  flushed({stored(4, 2)});
  EXPECT_THAT(left(), ElementsAre(2));
  deleted.group = GroupId(4);
  flushed({deleted});
  EXPECT_EQ(ledger_.group_count(), 0U);
}

TEST_F(Ledger, HoldersAreNamedOnceUntilSomethingIsFlushed) {
  ledger_.begin(1);
  for (std::uint64_t group = 2; group < 7; ++group) ledger_.add(entries_of(group, 1));
  ledger_.begin(2);
  flushed({stored(2, 1)});
  EXPECT_THAT(ledger_.take_holders(2), ElementsAre(GroupId(3), GroupId(4)));
  EXPECT_THAT(ledger_.take_holders(9), ElementsAre(GroupId(5), GroupId(6)));
  EXPECT_THAT(ledger_.take_holders(9), IsEmpty());
  flushed({stored(3, 0)});
  EXPECT_THAT(ledger_.take_holders(9), ElementsAre(GroupId(3)));
}

class JournalTrim : public testing::JournalFixture {
 protected:
  void flushed(const std::vector<FlushedGroup>& groups, std::uint64_t ticket) {
    writer_->flushed(groups, StoreTicket(ticket));
    ASSERT_TRUE(writer_->trim());
  }
  // Entries of a group until so many segments were begun.
  void fill_segments(std::uint64_t group, std::uint64_t count) {
    const std::uint64_t end = writer_->segment() + count;
    while (writer_->segment() < end) write_synced({entry(group, std::string(1000, 'x'))});
  }
  // What a start says with a store that holds this much; empty when it starts.
  std::string refusal(std::uint64_t store_holds) {
    auto found = journal::recover(disk_, testing::kDirectory);
    const Status whole = journal::check_whole(*found, StoreTicket(store_holds));
    return whole ? "" : whole.error().text;
  }
  // Of two entries of group 2 the first is damaged.
  void open_with_damage_at(const std::string& needle) {
    open();
    write_synced({entry(2, "damaged")});
    write_synced({entry(2, "after")});
    writer_.reset();
    damage(1, needle);
    open();
  }
  bool has_segment(std::uint64_t number) { return disk_.exists(segment_path(number)); }
};

TEST_F(JournalTrim, WhatIsFlushedLeavesAndTheRestIsRecovered) {
  open();
  write_synced({hard_state(2, 1), hard_state(3, 4)});
  fill_segments(2, 2);
  write_synced({entry(3, "three")});
  const std::uint64_t last = chains_[2].last;
  flushed({stored(2, last, 1), stored(3, 0, 4)}, 77);
  EXPECT_FALSE(has_segment(1));
  EXPECT_FALSE(has_segment(2));
  EXPECT_TRUE(has_segment(3));
  disk_.crash();
  recover();
  EXPECT_THAT(suspects(), IsEmpty());
  EXPECT_EQ(entries(3), "1:three");
  ASSERT_TRUE(log_->witness());
  EXPECT_EQ(decode_witness(log_->witness()->payload.view()),
            (Witness{.flushed = StoreTicket(77), .kept_from = 3}));
}

TEST_F(JournalTrim, AStoreWithLessThanTheJournalSawItFlushIsRefused) {
  open();
  fill_segments(2, 1);
  flushed({stored(2, chains_[2].last)}, 77);
  recover();
  EXPECT_EQ(refusal(77), "");
  EXPECT_THAT(refusal(76), HasSubstr("the database holds less (76)"));
  EXPECT_THAT(refusal(0), HasSubstr("put back the database"));
}

TEST_F(JournalTrim, AStoreWithoutItsJournalIsRefused) {
  recover();
  EXPECT_EQ(refusal(0), "") << "both are new";
  EXPECT_THAT(refusal(1), HasSubstr("there is no journal with it"));
  open();
  recover();
  EXPECT_THAT(refusal(1), HasSubstr("there is no journal with it")) << "a segment of nothing";
}

TEST_F(JournalTrim, MissingOldSegmentsAreNoticed) {
  open();
  fill_segments(2, 3);
  const std::string first = disk_.bytes_of(segment_path(1));
  ASSERT_TRUE(disk_.remove(segment_path(1)));
  recover();
  EXPECT_THAT(refusal(0), HasSubstr("begins with 00000002.log, but was kept from 00000001.log"));
  auto file = disk_.open(segment_path(1), OpenMode::kCreate);
  ASSERT_TRUE(file && (*file)->write_at(0, first));
  open();
  EXPECT_EQ(refusal(0), "");
  fill_segments(3, 1);
  flushed({stored(2, chains_[2].last)}, 5);
  const std::uint64_t kept = writer_->segment();
  ASSERT_FALSE(has_segment(kept - 2));
  ASSERT_TRUE(disk_.remove(segment_path(kept - 1)));
  recover();
  EXPECT_THAT(refusal(5), HasSubstr("files are missing"));
}

TEST(Witness, IsPinnedAndItsFirstVersionStaysReadable) {
  using namespace std::string_literals;
  const Bytes value = encode_witness({.flushed = StoreTicket(0x0102), .kept_from = 3});
  EXPECT_EQ(value.view(), "\2\0\0\0\0\0\0\0\2\1\0\0\0\0\0\0\3\0\0\0\0\0\0\0"s);
  EXPECT_EQ(decode_witness("\1\0\0\0\0\0\0\0\2\1\0\0\0\0\0\0"s),
            (Witness{.flushed = StoreTicket(0x0102), .kept_from = 0}));
  EXPECT_FALSE(decode_witness(value.view().substr(0, 23)));
  EXPECT_EQ(decode_witness("\3"s + std::string(value.view().substr(1))).error().text,
            "a witness record of the journal has version 3, this server reads up to 2");
}

TEST_F(JournalTrim, ARecoveredSegmentWaitsForItsGroups) {
  open();
  write_synced({entry(2, "two"), hard_state(3, 4)});
  open();
  fill_segments(4, 1);
  flushed({stored(2, 1)}, 5);
  EXPECT_TRUE(has_segment(1)) << "a hard state is in it";
  flushed({stored(3, 0, 4)}, 6);
  EXPECT_FALSE(has_segment(1));
}

TEST_F(JournalTrim, ASegmentIsUsedAgainAndItsOldBatchesAreNever) {
  open();
  fill_segments(2, 1);
  flushed({stored(2, chains_[2].last)}, 1);
  EXPECT_FALSE(has_segment(1));
  fill_segments(2, 1);
  ASSERT_TRUE(has_segment(3));
  EXPECT_FALSE(disk_.exists(std::string(testing::kDirectory) + "/" + journal::spare_name(1)));
  const std::uint64_t last = chains_[2].last;
  writer_.reset();
  disk_.crash();
  recover();
  EXPECT_THAT(suspects(), IsEmpty());
  EXPECT_EQ(log_->bounds(GroupId(2)).last, LogIndex(last));
}

TEST_F(JournalTrim, ADamagedGroupHoldsTheLogUntilItIsDeleted) {
  open_with_damage_at("damaged");
  EXPECT_THAT(suspects(), ElementsAre("2:1-1"));
  fill_segments(3, 1);
  flushed({stored(3, chains_[3].last)}, 3);
  EXPECT_TRUE(has_segment(1));
  fill_segments(3, 1);
  flushed({{.group = GroupId(2), .is_deleted = true}, stored(3, chains_[3].last)}, 4);
  EXPECT_FALSE(has_segment(1));
  EXPECT_FALSE(has_segment(2));
}

TEST_F(JournalTrim, DamageThatTheStoreIsBeyondHoldsNothing) {
  open_with_damage_at("damaged");
  EXPECT_THAT(suspects(), ElementsAre("2:1-1"));
  fill_segments(3, 1);
  flushed({stored(2, 2), stored(3, chains_[3].last)}, 3);
  EXPECT_FALSE(has_segment(1));
}

// Which groups were in it, nobody can say.
TEST_F(JournalTrim, WithALostHeaderNothingLeaves) {
  open_with_damage_at("LBAT");
  EXPECT_THAT(suspects(), Not(IsEmpty()));
  fill_segments(3, 1);
  flushed({stored(2, 9), stored(3, chains_[3].last)}, 3);
  EXPECT_TRUE(has_segment(1));
}

// One busy group and ten thousand quiet ones, which store what they have when they are asked.
TEST_F(JournalTrim, TheJournalStaysUnderItsHorizonAndTwoSegments) {
  segment_bytes_ = 1024 * 1024;
  horizon_bytes_ = 4 * segment_bytes_;
  open();
  constexpr std::uint64_t kQuiet = 10'000;
  std::vector<LogRecord> quiet;
  for (std::uint64_t i = 0; i < kQuiet; ++i) quiet.push_back(entry(100 + i, "q"));
  write_synced(quiet);
  std::vector<FlushedGroup> unflushed;
  std::uint64_t segment = writer_->segment();
  for (std::uint64_t batch = 1; batch <= 3000; ++batch) {
    write_synced({entry(2, std::string(8'000, 'x'))});
    for (const GroupId holder : writer_->take_holders()) {
      unflushed.push_back(stored(holder.value, holder == GroupId(2) ? chains_[2].last : 1));
    }
    if (writer_->segment() != segment) {
      segment = writer_->segment();
      flushed(unflushed, batch);
      unflushed.clear();
    }
    ASSERT_LE(segments(), 6u) << "at batch " << batch;
  }
  EXPECT_FALSE(has_segment(1));
  EXPECT_GT(writer_->segment(), 20u);
}

TEST_F(JournalTrim, TheThreadTellsHoldersAndTrimsWhatTheyFlush) {
  segment_bytes_ = 16 * 1024;
  int flushes_asked = 0;
  auto opened = open_journal(disk_, {.directory = testing::kDirectory,
                                     .segment_bytes = segment_bytes_,
                                     .horizon_bytes = 2 * segment_bytes_,
                                     .ask_for_flush = [&] { ++flushes_asked; },
                                     .random = [this] { return ++life_; }});
  ASSERT_TRUE(opened);
  testing::ShardLoop loop;
  struct Holders : LogListener {
    void durable_through(LogTicket ticket) override { last = ticket; }
    void must_store(std::span<const GroupId> groups) override {
      asked.insert(asked.end(), groups.begin(), groups.end());
    }
    LogTicket last;
    std::vector<GroupId> asked;
  } holders;
  {
    const std::unique_ptr<LogStore> shard = opened->journal->open_shard(loop);
    shard->set_listener(holders);
    LogTicket ticket;
    while (holders.asked.empty()) {
      ticket = shard->append(entry(2, std::string(4'000, 'x')));
      shard->flush();
      ASSERT_TRUE(loop.run_until([&] { return holders.last == ticket; }));
    }
    EXPECT_THAT(holders.asked, ElementsAre(GroupId(2)));
    const FlushedGroup group = stored(2, chains_[2].last);
    opened->journal->flushed({&group, 1}, StoreTicket(9));
    ticket = shard->append(entry(2, "end"));
    shard->flush();
    ASSERT_TRUE(loop.run_until([&] { return holders.last == ticket; }));
  }
  opened->journal->stop();
  EXPECT_GT(flushes_asked, 0);
  EXPECT_FALSE(has_segment(1));
}

}  // namespace
}  // namespace leat
