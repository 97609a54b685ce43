// If this failed, acknowledged messages would be lost in a crash, or damage taken for the end.
#include "storage/journal/recovery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <sstream>

#include "storage/journal/inspect.h"
#include "tests/golden/golden.h"
#include "tests/unit/storage_journal/journal_fixture.h"

namespace leat {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class JournalRecovery : public testing::JournalFixture {};

TEST_F(JournalRecovery, AnAbsentDirectoryIsAnEmptyJournal) {
  recover();
  EXPECT_THAT(log_->groups(), IsEmpty());
  EXPECT_FALSE(log_->bounds(GroupId(2)).first);
  EXPECT_FALSE(log_->hard_state(GroupId(2)));
  EXPECT_EQ(end_.next_batch, 1u);
}

TEST_F(JournalRecovery, GivesBackWhatWasWrittenByGroup) {
  open();
  write_synced({entry(2, "a"), entry(3, "b"), entry(2, "")});
  write_synced({hard_state(3, 5), entry(2, "c"), hard_state(3, 6)});
  recover();
  EXPECT_THAT(log_->groups(), ElementsAre(GroupId(2), GroupId(3)));
  EXPECT_EQ(entries(2), "1:a 2: 3:c");
  EXPECT_EQ(entries(2, 3), "3:c");
  EXPECT_EQ(entries(3), "1:b");
  EXPECT_EQ(log_->hard_state(GroupId(3))->payload.view(), "vote 6");
  EXPECT_EQ(log_->bounds(GroupId(2)).last, LogIndex(3));
  EXPECT_THAT(suspects(), IsEmpty());
}

TEST_F(JournalRecovery, GoesOnOverRestartsAndSegments) {
  std::string expected;
  for (int start = 0; start < 4; ++start) {
    open();
    EXPECT_EQ(entries(2), expected);
    for (int i = 0; i < 60; ++i) {
      const std::string payload(static_cast<std::size_t>(i * 7), 'p');
      write_synced({entry(2, payload)});
      if (!expected.empty()) expected += " ";
      expected += std::to_string(chains_[2].last) + ":" + payload;
    }
  }
  recover();
  EXPECT_EQ(entries(2), expected);
  EXPECT_GT(end_.last_segment, 4u);
  EXPECT_THAT(suspects(), IsEmpty());
}

TEST_F(JournalRecovery, ABatchLargerThanASegmentIsWhole) {
  open();
  const std::string large(3 * testing::kSmallSegment, 'x');
  write_synced({entry(2, "a")});
  write_synced({entry(2, large)});
  write_synced({entry(2, "b")});
  recover();
  EXPECT_EQ(entries(2), "1:a 2:" + large + " 3:b");
}

TEST_F(JournalRecovery, TruncateTakesBackASuffixAlsoWithinABatch) {
  open();
  write_synced({entry(2, "1"), entry(2, "2"), entry(2, "3")});
  const auto at_two = chains_[2];
  LogRecord old = entry(2, "4");
  LogRecord cut{.group = GroupId(2),
                .kind = RecordKind::kTruncate,
                .index = LogIndex(4),
                .previous_hash = at_two.hash};
  chains_[2] = at_two;
  write_synced({old, cut, entry(2, "four"), entry(2, "five")});
  recover();
  EXPECT_EQ(entries(2), "1:1 2:2 3:3 4:four 5:five");
  EXPECT_THAT(suspects(), IsEmpty());
}

TEST_F(JournalRecovery, TruncateBehindTheEndRestartsTheLogThere) {
  open();
  write_synced({entry(2, "1"), entry(2, "2")});
  chains_[2] = {.last = 99, .hash = 77};
  write_synced({{.group = GroupId(2),
                 .kind = RecordKind::kTruncate,
                 .index = LogIndex(100),
                 .previous_hash = 77},
                entry(2, "hundred")});
  recover();
  EXPECT_EQ(entries(2), "100:hundred");
  EXPECT_EQ(log_->bounds(GroupId(2)).first, LogIndex(100));
  EXPECT_THAT(suspects(), IsEmpty());
}

TEST_F(JournalRecovery, UnsyncedBatchesAreLostWithoutSuspicion) {
  open();
  write_synced({entry(2, "kept")});
  write({entry(2, "lost")});
  writer_.reset();
  disk_.crash();
  recover();
  EXPECT_EQ(entries(2), "1:kept");
  EXPECT_THAT(suspects(), IsEmpty());
}

TEST_F(JournalRecovery, ATornBatchEndsAtItsFirstBadRecordAndIsJudgedOnce) {
  open();
  write_synced({entry(2, "first")});
  write({entry(2, "second"), entry(2, std::string(2000, 't')), entry(2, "fourth")});
  writer_.reset();
  // Of the torn batch only its first sector reaches the disk.
  int sector_in_batch = 0;
  disk_.crash([&](const std::string&, std::size_t) { return sector_in_batch++ == 0; });
  chains_[2] = {};
  entry(2, "first");
  entry(2, "second");
  for (int start = 0; start < 3; ++start) {
    open();
    EXPECT_THAT(suspects(), IsEmpty());
    EXPECT_THAT(entries(2), HasSubstr("1:first 2:second"));
    EXPECT_THAT(entries(2), ::testing::Not(HasSubstr("fourth")));
    write_synced({entry(2, "after")});
  }
  recover();
  EXPECT_EQ(entries(2), "1:first 2:second 3:after 4:after 5:after");
}

TEST_F(JournalRecovery, ABatchTornInItsHeaderNeverWas) {
  open();
  write_synced({entry(2, "first")});
  write({entry(2, std::string(2000, 't'))});
  writer_.reset();
  int sector_in_batch = 0;
  disk_.crash([&](const std::string&, std::size_t) { return sector_in_batch++ > 0; });
  chains_[2] = {};
  entry(2, "first");
  open();
  write_synced({entry(2, "after")});
  recover();
  EXPECT_EQ(entries(2), "1:first 2:after");
  EXPECT_THAT(suspects(), IsEmpty());
}

// Under sync_interval a later batch can reach the disk without an earlier one; nobody was promised
// either, and the log must not come back with a hole or a suspicion.
TEST_F(JournalRecovery, AnUnsyncedHoleEndsTheLogAndIsNoCorruption) {
  for (const std::size_t lost_sector : {std::size_t{2}, std::size_t{3}}) {
    disk_ = {};
    chains_.clear();
    open();
    write_synced({entry(2, "kept")});
    write({entry(2, "lost " + std::string(600, 'l'))});  // sectors 2 and 3
    write({entry(2, "later")});
    writer_.reset();
    disk_.crash([&](const std::string&, std::size_t sector) { return sector != lost_sector; });
    for (int start = 0; start < 2; ++start) {
      open();
      EXPECT_THAT(suspects(), IsEmpty());
      EXPECT_EQ(entries(2), "1:kept");
    }
  }
}

TEST_F(JournalRecovery, AFlippedBitInTheMiddleMakesTheNamedGroupsSuspect) {
  open();
  write_synced({entry(2, "two-a"), entry(3, "three-a"), entry(4, "four-a")});
  write_synced({entry(2, "two-b"), entry(3, "three-b"), hard_state(5, 9)});
  write_synced({entry(2, "two-c"), entry(3, "three-c"), entry(4, "four-b")});
  writer_.reset();
  damage(1, "two-b");
  recover();
  EXPECT_THAT(suspects(), ElementsAre("2:2-2", "3:2-2", "5:0-0v"));
  EXPECT_EQ(entries(2), "1:two-a 3:two-c");
  EXPECT_EQ(entries(4), "1:four-a 2:four-b");
}

TEST_F(JournalRecovery, RecordsBeforeTheFlippedBitAreKept) {
  open();
  write_synced({entry(2, "two-a"), entry(3, "three-a")});
  write_synced({entry(2, "two-b")});
  writer_.reset();
  damage(1, "three-a");
  recover();
  EXPECT_THAT(suspects(), ElementsAre("3:1-1"));
  EXPECT_EQ(entries(2), "1:two-a 2:two-b");
}

// A stream is created in the batch of a publish to another one: the damage is that one's alone.
TEST_F(JournalRecovery, AVoteBeforeTheFlippedBitIsNotLost) {
  open();
  write_synced({hard_state(2, 1), entry(2, "two-a"), entry(3, "three-a"), hard_state(4, 1)});
  write_synced({entry(2, "two-b")});
  writer_.reset();
  damage(1, "three-a");
  recover();
  EXPECT_THAT(suspects(), ElementsAre("3:1-1", "4:0-0v"));
  EXPECT_EQ(log_->hard_state(GroupId(2))->payload.view(), "vote 1");
  EXPECT_EQ(entries(2), "1:two-a 2:two-b");
}

TEST_F(JournalRecovery, AnOlderVoteDoesNotStandForTheOneThatIsDamaged) {
  open();
  write_synced({hard_state(2, 1), entry(2, "two-a")});
  write_synced({entry(3, "three-a"), hard_state(2, 2)});
  write_synced({entry(2, "two-b")});
  writer_.reset();
  damage(1, "three-a");
  recover();
  EXPECT_THAT(suspects(), ElementsAre("2:0-0v", "3:1-1"));
}

TEST_F(JournalRecovery, DurableThroughCoversTheLastBatch) {
  open();
  write_synced({entry(2, "first")});
  write_synced({entry(2, "last one")});
  ASSERT_TRUE(writer_->mark_idle());
  writer_.reset();
  damage(1, "last one");
  recover();
  EXPECT_THAT(suspects(), ElementsAre("2:2-2"));
}

TEST_F(JournalRecovery, WithoutLaterProofADamagedLastBatchIsTorn) {
  open();
  write_synced({entry(2, "first")});
  write_synced({entry(2, "last one")});
  writer_.reset();
  damage(1, "last one");
  recover();
  EXPECT_THAT(suspects(), IsEmpty());
  EXPECT_EQ(entries(2), "1:first");
}

TEST_F(JournalRecovery, TheNextSegmentProvesTheEndOfTheOneBefore) {
  open();
  write_synced({entry(2, "first")});
  write_synced({entry(2, "last one")});
  open();
  writer_.reset();
  damage(1, "last one");
  recover();
  EXPECT_THAT(suspects(), ElementsAre("2:2-2"));
}

TEST_F(JournalRecovery, ALostHeaderMakesSuspectWhoDoesNotConnect) {
  open();
  write_synced({entry(2, "two-a"), entry(3, "three-a"), entry(4, "four-a")});
  write_synced({entry(2, "two-b")});
  write_synced({entry(2, "two-c"), entry(3, "three-b")});
  ASSERT_TRUE(writer_->mark_idle());
  writer_.reset();
  std::string& bytes = disk_.bytes_of(segment_path(1));
  bytes[bytes.find("two-b") / 512 * 512 + 40] ^= 1;
  recover();
  // Group 2 lost entry 2, group 3 connects, of group 4 nobody knows, nor of unnamed groups.
  EXPECT_THAT(suspects(), ElementsAre("0:0-0v", "2:2-2", "4:2-0v"));
  EXPECT_EQ(entries(2), "1:two-a 3:two-c");
}

TEST_F(JournalRecovery, ALostIdleMarkIsNoLoss) {
  open();
  write_synced({entry(2, "a")});
  ASSERT_TRUE(writer_->mark_idle());
  const std::size_t mark_at = 512 + 512;
  write_synced({entry(3, "b")});
  ASSERT_TRUE(writer_->mark_idle());
  writer_.reset();
  disk_.bytes_of(segment_path(1))[mark_at + 3] ^= 1;
  recover();
  EXPECT_THAT(suspects(), IsEmpty());
  EXPECT_EQ(entries(3), "1:b");
}

TEST_F(JournalRecovery, ALostSegmentHeaderLosesNothing) {
  open();
  write_synced({entry(2, "a")});
  open();
  write_synced({entry(2, "b")});
  writer_.reset();
  disk_.bytes_of(segment_path(1))[20] ^= 1;
  disk_.bytes_of(segment_path(2))[20] ^= 1;
  recover();
  EXPECT_EQ(entries(2), "1:a 2:b");
  EXPECT_THAT(suspects(), IsEmpty());
  EXPECT_EQ(end_.next_segment, 3u);
}

TEST_F(JournalRecovery, AMissingSegmentInTheMiddleIsNoticed) {
  open();
  write_synced({entry(2, "a"), entry(3, "x")});
  open();
  write_synced({entry(2, "b")});
  open();
  write_synced({entry(2, "c")});
  writer_.reset();
  EXPECT_TRUE(disk_.remove(segment_path(2)));
  recover();
  EXPECT_THAT(suspects(), ElementsAre("0:0-0v", "2:2-2", "3:2-0v"));
}

TEST_F(JournalRecovery, ASegmentThatWasOnlyBegunIsVoid) {
  open();
  write_synced({entry(2, "a")});
  writer_.reset();
  auto begun = disk_.open(segment_path(2), OpenMode::kCreate);
  ASSERT_TRUE(begun);
  ASSERT_TRUE((*begun)->write_at(0, std::string(700, 'g')));
  open();
  EXPECT_EQ(writer_->segment(), 3u);
  write_synced({entry(2, "b")});
  recover();
  EXPECT_EQ(entries(2), "1:a 2:b");
  EXPECT_THAT(suspects(), IsEmpty());
}

TEST_F(JournalRecovery, AWholeBatchCopiedElsewhereIsNoBatch) {
  open();
  write_synced({entry(2, "a")});
  write_synced({entry(2, "b")});
  writer_.reset();
  std::string& bytes = disk_.bytes_of(segment_path(1));
  bytes.replace(512 * 5, 512, bytes, 512, 512);
  recover();
  EXPECT_EQ(entries(2), "1:a 2:b");
  EXPECT_THAT(suspects(), IsEmpty());
}

// Random batches, syncs and power losses that keep random sectors: what was synced is there, in
// order and unsuspected, at every restart.
TEST_F(JournalRecovery, WhatWasSyncedSurvivesAnyPowerLoss) {
  // GTEST_RANDOM_SEED=n repeats a run.
  const auto seed = static_cast<std::uint64_t>(::testing::UnitTest::GetInstance()->random_seed());
  RecordProperty("seed", std::to_string(seed));
  std::mt19937_64 random(seed);
  const auto below = [&](std::uint64_t bound) { return random() % bound; };
  std::map<std::uint64_t, std::uint64_t> synced;
  for (int start = 0; start < 200; ++start) {
    SCOPED_TRACE("seed " + std::to_string(seed) + " start " + std::to_string(start));
    open();
    ASSERT_THAT(suspects(), IsEmpty());
    for (std::uint64_t group = 2; group < 6; ++group) {
      Chain chain;
      ASSERT_TRUE(log_->replay(GroupId(group), LogIndex(1), [&](const LogRecord& record) {
        EXPECT_EQ(record.index.value, chain.last + 1);
        EXPECT_EQ(record.previous_hash, chain.hash);
        chain.last = record.index.value;
        chain.hash = chain_hash({chain.hash, record.index, record.term}, record.payload.view());
        return Status();
      }));
      ASSERT_GE(chain.last, synced[group]) << "group " << group;
      chains_[group] = chain;
    }
    for (std::uint64_t batch = below(8); batch > 0; --batch) {
      std::vector<LogRecord> records;
      for (std::uint64_t i = 0; i <= below(5); ++i) {
        records.push_back(entry(2 + below(4), std::string(below(900), 'z')));
      }
      write(records);
      if (batch == 1 && below(2) == 0) break;
      ASSERT_TRUE(writer_->sync());
      for (std::uint64_t group = 2; group < 6; ++group) synced[group] = chains_[group].last;
      if (below(3) == 0) {
        ASSERT_TRUE(writer_->mark_idle());
      }
    }
    writer_.reset();
    disk_.crash([&](const std::string&, std::size_t) { return below(2) == 0; });
  }
}

TEST_F(JournalRecovery, TheFormatIsPinned) {
  open();
  write_synced({entry(2, "alpha"), hard_state(2, 3), entry(7, "beta")});
  write_synced(
      {{.group = kMetaGroup, .kind = RecordKind::kWitness, .payload = Bytes::copy_of("witness")},
       {.group = GroupId(9),
        .kind = RecordKind::kTruncate,
        .index = LogIndex(4),
        .term = Term(2),
        .previous_hash = 0x1122334455667788}});
  ASSERT_TRUE(writer_->mark_idle());
  const std::string used = disk_.bytes_of(segment_path(1)).substr(0, 4 * 512);
  testing::expect_golden("journal_v1.bin", used);
}

TEST_F(JournalRecovery, TheGoldenJournalStaysReadable) {
  ASSERT_TRUE(disk_.make_directories(testing::kDirectory));
  auto file = disk_.open(segment_path(1), OpenMode::kCreate);
  ASSERT_TRUE(file);
  ASSERT_TRUE((*file)->write_at(0, testing::read_golden("journal_v1.bin")));
  recover();
  EXPECT_EQ(entries(2), "1:alpha");
  EXPECT_EQ(entries(7), "1:beta");
  EXPECT_EQ(log_->hard_state(GroupId(2))->payload.view(), "vote 3");
  EXPECT_EQ(log_->witness()->payload.view(), "witness");
  EXPECT_EQ(end_.next_batch, 4u);
}

TEST_F(JournalRecovery, InspectShowsWhatATruncationDid) {
  open();
  write_synced({entry(2, "1"), entry(2, "2")});
  const Chain at_two = chains_[2];
  write_synced({entry(2, "3")});
  write_synced({truncate(2, at_two), truncate(3, {.last = 99, .hash = 7})});
  std::ostringstream out;
  const Result<bool> is_healthy =
      inspect_journal(disk_, testing::kDirectory, JournalDetail::kRecords, out);
  EXPECT_TRUE(is_healthy && *is_healthy);
  EXPECT_THAT(out.str(), HasSubstr("    truncate  group 2  index 3  term 0  payload 0"));
  EXPECT_THAT(out.str(), HasSubstr("(entries from here on are void)"));
  EXPECT_THAT(out.str(), HasSubstr("group 2  entries 1 to 2  in runs 1\n"));
  EXPECT_THAT(out.str(), HasSubstr("group 3  begins at 100\n"));
}

TEST_F(JournalRecovery, APowerCutBehindATruncationLeavesTheLogAsItSays) {
  open();
  write_synced({entry(2, "1"), entry(2, "2")});
  const Chain at_two = chains_[2];
  write_synced({entry(2, "3"), entry(2, "4")});
  write_synced({truncate(2, at_two)});
  write({entry(2, "three")});  // never synced
  writer_.reset();
  disk_.crash();
  open();
  EXPECT_EQ(entries(2), "1:1 2:2");
  EXPECT_EQ(log_->bounds(GroupId(2)).last, LogIndex(2));
  EXPECT_THAT(suspects(), IsEmpty());
  chains_[2] = at_two;
  write_synced({entry(2, "three")});
  recover();
  EXPECT_EQ(entries(2), "1:1 2:2 3:three");
  EXPECT_THAT(suspects(), IsEmpty());
}

TEST_F(JournalRecovery, AnUnsyncedTruncationIsLostAsAWhole) {
  open();
  write_synced({entry(2, "1")});
  const Chain at_one = chains_[2];
  write_synced({entry(2, "2")});
  write({truncate(2, at_one), entry(2, "two")});
  writer_.reset();
  disk_.crash();
  recover();
  EXPECT_EQ(entries(2), "1:1 2:2");
  EXPECT_THAT(suspects(), IsEmpty());
}

TEST_F(JournalRecovery, ATruncationReachesOverSegmentsAndTakesBackDamage) {
  open();
  write_synced({entry(2, "1"), entry(2, "2")});
  const Chain at_two = chains_[2];
  write_synced({entry(2, "damaged")});
  const std::uint64_t segment = writer_->segment();
  while (writer_->segment() < segment + 2) write_synced({entry(2, std::string(1000, 'v'))});
  write_synced({truncate(2, at_two), entry(2, "three")});
  damage(1, "damaged");
  recover();
  EXPECT_EQ(entries(2), "1:1 2:2 3:three");
  EXPECT_THAT(suspects(), IsEmpty()) << "what is damaged was taken back";
}

TEST_F(JournalRecovery, DamageInFrontOfATruncationStays) {
  open();
  write_synced({entry(2, "1")});
  write_synced({entry(2, "damaged")});
  write_synced({entry(2, "3")});
  const Chain at_three = chains_[2];
  write_synced({entry(2, "4")});
  write_synced({truncate(2, at_three), entry(2, "four")});
  damage(1, "damaged");
  recover();
  EXPECT_EQ(entries(2), "1:1 3:3 4:four");
  EXPECT_THAT(suspects(), ElementsAre("2:2-2"));
}

TEST_F(JournalRecovery, OfSeveralHardStatesInADamagedBatchOneMayBeLost) {
  open();
  write_synced({hard_state(2, 1), hard_state(3, 1), hard_state(2, 2), entry(4, "damaged")});
  write_synced({entry(4, "later")});
  damage(1, "damaged");
  recover();
  EXPECT_THAT(suspects(), ElementsAre("2:0-0v", "4:1-1"))
      << "group 2 may have had a third hard state, group 3 had one";
}

TEST_F(JournalRecovery, InspectNamesWhatIsThereAndWhatIsNot) {
  open();
  write_synced({entry(2, "first"), hard_state(2, 3)});
  write_synced({entry(2, "second")});
  write_synced({entry(2, "third")});
  std::ostringstream healthy;
  ASSERT_TRUE(inspect_journal(disk_, testing::kDirectory, JournalDetail::kRecords, healthy));
  EXPECT_THAT(healthy.str(), HasSubstr("group 2  entries 1 to 3"));
  EXPECT_THAT(healthy.str(), HasSubstr("verdict: healthy, 3 batches, 4 records"));
  damage(1, "second");
  std::ostringstream damaged;
  ASSERT_TRUE(inspect_journal(disk_, testing::kDirectory, JournalDetail::kRecords, damaged));
  EXPECT_THAT(damaged.str(),
              HasSubstr("CORRUPTION after 0 of 1 records; it names groups 2 (to 2)"));
  EXPECT_THAT(damaged.str(), HasSubstr("SUSPECT group 2, entries 2 to 2"));
  EXPECT_THAT(damaged.str(), HasSubstr("verdict: DAMAGED"));
  EXPECT_FALSE(inspect_journal(disk_, "/elsewhere", JournalDetail::kRecords, damaged));
}

}  // namespace
}  // namespace leat
