// Wrong here: an entry of the old leader kept, applied or called durable after it was taken back.
#include "raft/core/raft_log.h"

#include <gtest/gtest.h>

#include <string>

namespace leat {
namespace {

std::string texts(const std::vector<RaftEntry>& entries) {
  std::string text;
  for (const RaftEntry& entry : entries) {
    text += std::to_string(entry.index.value) + ":" + std::string(entry.payload.view()) + " ";
  }
  return text;
}

class RaftLogTest : public ::testing::Test {
 protected:
  void append(std::uint64_t term, std::string_view payload) {
    log_.append(Term(term), Bytes::of_static(payload));
  }
  std::string unpersisted() {
    std::vector<RaftEntry> entries;
    log_.take_unpersisted(entries);
    return texts(entries);
  }
  std::string deliverable() {
    std::vector<RaftEntry> entries;
    log_.take_deliverable(entries);
    return texts(entries);
  }
  std::string kept(std::uint64_t from) const {
    std::vector<RaftEntry> entries;
    log_.copy(LogIndex(from), 1 << 20, entries);
    return texts(entries);
  }
  void durable(std::uint64_t index, std::uint64_t term) {
    log_.mark_durable(LogIndex(index), Term(term), log_.truncations());
  }

  RaftLog log_{LogPosition()};
};

TEST_F(RaftLogTest, ATruncationTakesBackTheEndAndTheJournalHearsOfIt) {
  append(1, "a");
  append(1, "b");
  append(1, "c");
  const LogPosition after_a = log_.position(LogIndex(1));
  EXPECT_EQ(unpersisted(), "1:a 2:b 3:c ");
  durable(3, 1);
  log_.commit_to(LogIndex(1));
  log_.truncate(LogIndex(2));
  EXPECT_EQ(log_.last(), after_a);
  EXPECT_EQ(log_.durable(), LogIndex(1));
  EXPECT_EQ(log_.truncations(), 1u);
  EXPECT_TRUE(log_.has_unpersisted());
  EXPECT_EQ(log_.take_truncation(), after_a);
  EXPECT_FALSE(log_.take_truncation());
  EXPECT_FALSE(log_.has_unpersisted());
  append(2, "B");
  EXPECT_EQ(unpersisted(), "2:B ");
  EXPECT_EQ(kept(1), "1:a 2:B ");
}

TEST_F(RaftLogTest, WhatTheJournalHasNotSeenIsTakenBackWithoutARecord) {
  append(1, "a");
  EXPECT_EQ(unpersisted(), "1:a ");
  append(1, "b");
  log_.truncate(LogIndex(2));
  EXPECT_FALSE(log_.take_truncation());
  EXPECT_EQ(log_.truncations(), 0u);
  durable(1, 1);
  EXPECT_EQ(log_.durable(), LogIndex(1)) << "a report from before says the truth";
}

// The same index and term, appended twice with a truncation in between: the report of the first
// must not count for the second.
TEST_F(RaftLogTest, AReportFromBeforeATruncationIsIgnored) {
  append(1, "a");
  append(2, "old");
  EXPECT_EQ(unpersisted(), "1:a 2:old ");
  const std::uint64_t before = log_.truncations();
  log_.truncate(LogIndex(2));
  append(2, "new");
  log_.take_truncation();
  EXPECT_EQ(unpersisted(), "2:new ");
  log_.commit_to(LogIndex(2));
  log_.mark_durable(LogIndex(2), Term(2), before);
  EXPECT_EQ(log_.durable(), LogIndex());
  EXPECT_EQ(deliverable(), "");
  durable(2, 2);
  EXPECT_EQ(deliverable(), "1:a 2:new ");
}

TEST_F(RaftLogTest, OfTwoTruncationsTheLowerOneIsTold) {
  for (const char* payload : {"a", "b", "c", "d"}) append(1, payload);
  unpersisted();
  log_.truncate(LogIndex(4));
  append(2, "D");
  log_.truncate(LogIndex(2));
  EXPECT_EQ(log_.truncations(), 2u);
  EXPECT_EQ(log_.take_truncation()->index, LogIndex(1));
}

TEST_F(RaftLogTest, ACommittedEntryIsNeverTakenBack) {
  append(1, "a");
  append(1, "b");
  log_.commit_to(LogIndex(1));
  EXPECT_DEATH(log_.truncate(LogIndex(1)), "is committed to 1");
  EXPECT_DEATH(log_.truncate(LogIndex(3)), "a log that ends with 2");
}

TEST_F(RaftLogTest, AnEntryOfAnotherPastIsRefused) {
  append(1, "a");
  RaftEntry next{.index = LogIndex(2),
                 .term = Term(1),
                 .previous_hash = log_.last().hash,
                 .payload = Bytes::of_static("b")};
  ++next.previous_hash;
  EXPECT_EQ(log_.add(next).error().kind, ErrorKind::kCorruption);
  --next.previous_hash;
  ASSERT_TRUE(log_.add(next));
  EXPECT_EQ(unpersisted(), "1:a 2:b ") << "another member's entry goes to the own journal, too";
}

class RaftTail : public RaftLogTest {
 protected:
  // Entries 1 to 4 of 100 bytes, applied.
  void SetUp() override {
    log_.set_tail(2 * kEntry);
    for (int i = 0; i < 4; ++i) log_.append(Term(1), Bytes::copy_of(std::string(100, 'x')));
    unpersisted();
    durable(4, 1);
    log_.commit_to(LogIndex(4));
    deliverable();
  }
  static constexpr std::size_t kEntry = sizeof(RaftEntry) + 100;
};

TEST_F(RaftTail, AppliedEntriesStayUpToABound) {
  const LogPosition at_two = log_.position(LogIndex(2));
  log_.mark_applied(LogIndex(2));
  EXPECT_EQ(log_.start(), LogPosition()) << "two fit";
  EXPECT_EQ(log_.tail_bytes(), 2 * kEntry);
  log_.mark_applied(LogIndex(4));
  EXPECT_EQ(log_.start(), at_two);
  EXPECT_EQ(log_.tail_bytes(), 2 * kEntry);
  log_.set_tail(0);
  EXPECT_EQ(log_.start(), log_.last());
  EXPECT_EQ(log_.tail_bytes(), 0u);
}

TEST_F(RaftTail, WhatEveryMemberHasLeavesAndWhatIsNotAppliedStays) {
  log_.mark_applied(LogIndex(2));
  log_.drop_applied(LogIndex(1));
  EXPECT_EQ(log_.start().index, LogIndex(1));
  log_.drop_applied(LogIndex(4));
  EXPECT_EQ(log_.start().index, LogIndex(2));
  EXPECT_EQ(log_.tail_bytes(), 0u);
}

TEST_F(RaftTail, ACopyIsBoundedAndHasOneEntryAtLeast) {
  std::vector<RaftEntry> entries;
  log_.copy(LogIndex(2), 2 * kEntry, entries);
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].index, LogIndex(2));
  entries.clear();
  log_.copy(LogIndex(4), 1, entries);
  EXPECT_EQ(entries.size(), 1u);
}

}  // namespace
}  // namespace leat
