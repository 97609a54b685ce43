// Wrong here: an entry applied before the disk has it, twice, out of order, or not at all.
#include "raft/group/group.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "raft/group/group_set.h"
#include "raft/group/raft_row.h"
#include "raft/group/recovery.h"
#include "tests/support/stepped_log.h"
#include "tests/support/virtual_shard.h"

namespace leat {
namespace {

constexpr NodeId kSelf{1};

class Recorder : public StateMachine {
 public:
  Applied apply(const RaftEntry& entry) override {
    seen.emplace_back(entry.payload.view());
    return seen.back() == later ? Applied::kLater : Applied::kYes;
  }
  void passed_no_op(const Proposal& place) override { no_op = place; }
  void became_leader() override { seen.emplace_back("leader"); }
  void stepped_down() override { seen.emplace_back("follower"); }
  void must_store() override { seen.emplace_back("must store"); }

  std::vector<std::string> seen;
  std::string later;
  Proposal no_op;
};

using Seen = std::vector<std::string>;

class GroupTest : public ::testing::Test {
 protected:
  std::unique_ptr<Group> started(GroupId id, Recorder& machine,
                                 const std::optional<StoredRow>& stored = {}) {
    Result<RaftStart> start = recover_whole_group(id, kSelf, log_, stored);
    EXPECT_TRUE(start.has_value()) << start.error().text;
    Result<Raft> raft = Raft::start(std::move(*start));
    EXPECT_TRUE(raft.has_value()) << raft.error().text;
    auto group = std::make_unique<Group>(id, std::move(*raft), machine, groups_);
    EXPECT_TRUE(group->campaign());
    return group;
  }
  void settle() {
    shard_.run();
    log_.sync();
    shard_.run();
  }

  leat::testing::VirtualShard shard_;
  leat::testing::SteppedLog log_;
  GroupSet groups_{log_, shard_};
};

TEST_F(GroupTest, AppliesWhenDurableAndInOrder) {
  Recorder machine;
  const auto group = started(GroupId(5), machine);
  settle();
  EXPECT_EQ(machine.seen, Seen{"leader"});
  ASSERT_TRUE(group->propose(Bytes::of_static("a")));
  ASSERT_TRUE(group->propose(Bytes::of_static("b")));
  shard_.run();
  EXPECT_EQ(machine.seen, Seen{"leader"});
  log_.sync();
  shard_.run();
  EXPECT_EQ(machine.seen, (Seen{"leader", "a", "b"}));
  EXPECT_EQ(group->applied().index, LogIndex(3));
}

TEST_F(GroupTest, WhoStepsDownRefusesProposalsAndAppliesWhatItHadWhenItLeadsAgain) {
  Recorder machine;
  const auto group = started(GroupId(5), machine);
  settle();
  const Result<Proposal> before = group->propose(Bytes::of_static("a"));
  EXPECT_EQ(*before, (Proposal{.index = LogIndex(2), .term = Term(1)}));
  group->step_down();
  const Result<Proposal> refused = group->propose(Bytes::of_static("b"));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, ErrorKind::kUnavailable);
  settle();
  // Durable, and nobody leads who could commit it.
  EXPECT_EQ(machine.seen, (Seen{"leader", "follower"}));
  EXPECT_TRUE(group->campaign());
  settle();
  EXPECT_EQ(machine.seen, (Seen{"leader", "follower", "a", "leader"}));
  EXPECT_EQ(machine.no_op, (Proposal{.index = LogIndex(3), .term = Term(2)}));
}

TEST_F(GroupTest, ATermThatEndsBeforeItsNoOpIsAppliedIsNeverToldOf) {
  Recorder machine;
  const auto group = started(GroupId(5), machine);
  group->step_down();
  settle();
  EXPECT_EQ(machine.seen, Seen{});
  EXPECT_TRUE(group->campaign());
  shard_.run();
  // The second term is on its way to the disk.
  group->step_down();
  settle();
  EXPECT_EQ(machine.seen, Seen{});
  EXPECT_TRUE(group->campaign());
  settle();
  EXPECT_EQ(machine.seen, Seen{"leader"});
  EXPECT_EQ(group->term(), Term(3));
}

TEST_F(GroupTest, SteppingDownAndLeadingAgainInOneTurnIsToldInThatOrder) {
  Recorder machine;
  const auto group = started(GroupId(5), machine);
  settle();
  group->step_down();
  EXPECT_TRUE(group->campaign());
  settle();
  EXPECT_EQ(machine.seen, (Seen{"leader", "follower", "leader"}));
}

TEST_F(GroupTest, ATurnOfManyGroupsIsOneFlush) {
  Recorder first;
  Recorder second;
  const auto one = started(GroupId(5), first);
  const auto two = started(GroupId(6), second);
  settle();
  const int before = log_.flushes;
  ASSERT_TRUE(one->propose(Bytes::of_static("a")));
  ASSERT_TRUE(two->propose(Bytes::of_static("b")));
  ASSERT_TRUE(one->propose(Bytes::of_static("c")));
  shard_.run();
  EXPECT_EQ(log_.flushes, before + 1);
  log_.sync();
  shard_.run();
  EXPECT_EQ(first.seen, (Seen{"leader", "a", "c"}));
  EXPECT_EQ(second.seen, (Seen{"leader", "b"}));
}

TEST_F(GroupTest, AnUnfinishedEntryHoldsBackTheNext) {
  Recorder machine;
  machine.later = "long";
  const auto group = started(GroupId(5), machine);
  settle();
  ASSERT_TRUE(group->propose(Bytes::of_static("long")));
  ASSERT_TRUE(group->propose(Bytes::of_static("next")));
  settle();
  EXPECT_EQ(machine.seen, (Seen{"leader", "long"}));
  EXPECT_EQ(group->applied().index, LogIndex(1));
  group->entry_applied();
  EXPECT_EQ(group->applied().index, LogIndex(2));
  shard_.run();
  EXPECT_EQ(machine.seen, (Seen{"leader", "long", "next"}));
}

TEST_F(GroupTest, ARestartReplaysAllThatWasSyncedBeforeItLeads) {
  {
    Recorder machine;
    const auto group = started(GroupId(5), machine);
    settle();
    ASSERT_TRUE(group->propose(Bytes::of_static("a")));
    settle();
    ASSERT_TRUE(group->propose(Bytes::of_static("lost")));
  }
  Recorder machine;
  const auto group = started(GroupId(5), machine);
  settle();
  EXPECT_EQ(machine.seen, (Seen{"a", "leader"}));
  EXPECT_EQ(group->term(), Term(2));
}

TEST_F(GroupTest, ARestartBehindAWriteSetReplaysWhatFollowsIt) {
  StoredRow stored;
  {
    Recorder machine;
    const auto group = started(GroupId(5), machine);
    settle();
    ASSERT_TRUE(group->propose(Bytes::of_static("a")));
    settle();
    stored.stored = group->applied().index;
    stored.raft_row = group->raft_row();
    ASSERT_TRUE(group->propose(Bytes::of_static("b")));
    settle();
  }
  Recorder machine;
  const auto group = started(GroupId(5), machine, stored);
  settle();
  EXPECT_EQ(machine.seen, (Seen{"b", "leader"}));
}

TEST_F(GroupTest, ALogThatEndsBeforeStoredBeginsThere) {
  StoredRow stored;
  {
    Recorder machine;
    const auto group = started(GroupId(5), machine);
    settle();
    ASSERT_TRUE(group->propose(Bytes::of_static("a")));
    settle();
    stored.stored = group->applied().index;
    stored.raft_row = group->raft_row();
  }
  log_.disk.clear();
  Recorder machine;
  const auto group = started(GroupId(5), machine, stored);
  settle();
  EXPECT_EQ(machine.seen, Seen{"leader"});
  EXPECT_EQ(group->applied().index, LogIndex(3));
}

TEST_F(GroupTest, ALogThatBeginsAboveStoredNamesWhatIsMissing) {
  StoredRow stored;
  {
    Recorder machine;
    const auto group = started(GroupId(5), machine);
    settle();
    stored.stored = group->applied().index;
    stored.raft_row = group->raft_row();
    for (const char* entry : {"a", "b", "c"}) {
      ASSERT_TRUE(group->propose(Bytes::of_static(entry)));
      settle();
    }
  }
  std::erase_if(log_.disk, [&](const LogRecord& record) {
    return record.kind == RecordKind::kEntry && record.index <= LogIndex(3);
  });
  ASSERT_EQ(stored.stored, LogIndex(1));
  const Result<RaftStart> refused = recover_whole_group(GroupId(5), kSelf, log_, stored);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().text,
            "entries 2 to 3 of group 5 are neither in the store nor in the journal");
}

TEST_F(GroupTest, ASuspectGroupDoesNotStart) {
  log_.suspects.push_back({.group = GroupId(5),
                           .first = LogIndex(3),
                           .last = {},
                           .is_hard_state_lost = false,
                           .reason = "checksum"});
  const Result<RaftStart> refused = recover_whole_group(GroupId(5), kSelf, log_, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kCorruption);
  EXPECT_TRUE(recover_whole_group(GroupId(6), kSelf, log_, {}));
}

TEST_F(GroupTest, ALostVoteCostsAGroupOfOneNoEntry) {
  for (const char* entry : {"a", "b"}) {
    Recorder machine;
    const auto group = started(GroupId(5), machine);
    settle();
    ASSERT_TRUE(group->propose(Bytes::of_static(entry)));
    settle();
  }
  // The vote of the second start is damaged; its no-op and "b" are not.
  std::erase_if(log_.disk, [](const LogRecord& record) {
    return record.kind == RecordKind::kHardState && record.term == Term(2);
  });
  log_.suspects.push_back({.group = GroupId(5),
                           .first = {},
                           .last = {},
                           .is_hard_state_lost = true,
                           .reason = "checksum"});
  Recorder machine;
  const auto group = started(GroupId(5), machine);
  settle();
  EXPECT_EQ(machine.seen, (Seen{"a", "b", "leader"}));
  EXPECT_EQ(group->hard_state_place().term, Term(3)) << "the term of its entries is over";
}

TEST_F(GroupTest, OfADamagedLogTheEntriesBeforeTheDamageAreRecovered) {
  {
    Recorder machine;
    const auto group = started(GroupId(5), machine);
    settle();
    for (const char* entry : {"a", "b", "c"}) {
      ASSERT_TRUE(group->propose(Bytes::of_static(entry)));
      settle();
    }
  }
  log_.suspects.push_back({.group = GroupId(5),
                           .first = LogIndex(3),
                           .last = LogIndex(3),
                           .is_hard_state_lost = false,
                           .reason = "checksum"});
  const Result<RecoveredGroup> recovered = recover_group(GroupId(5), kSelf, log_, {});
  ASSERT_TRUE(recovered);
  EXPECT_EQ(recovered->damage, "the journal is damaged: group 5, entries 3 to 3: checksum");
  ASSERT_EQ(recovered->start.entries.size(), 2u);
  EXPECT_EQ(recovered->start.entries.back().payload.view(), "a");

  log_.suspects.clear();
  std::erase_if(log_.disk, [](const LogRecord& record) {
    return record.kind == RecordKind::kEntry && record.index == LogIndex(3);
  });
  const Result<RecoveredGroup> gap = recover_group(GroupId(5), kSelf, log_, {});
  ASSERT_TRUE(gap);
  EXPECT_EQ(gap->damage, "entries 3 to 3 of group 5 are neither in the store nor in the journal");
  EXPECT_EQ(gap->start.entries.size(), 2u);
}

// Under steady load something is always on its way to the disk: what has arrived must not be kept
// until a moment when nothing is.
TEST_F(GroupTest, OnlyWhatIsOnItsWayToTheDiskIsRemembered) {
  Recorder machine;
  const auto group = started(GroupId(5), machine);
  settle();
  std::uint64_t appended = 2;  // the hard state and the no-op
  const auto propose = [&] {
    ASSERT_TRUE(group->propose(Bytes::of_static("a")));
    shard_.run();
    ++appended;
  };
  propose();
  for (int round = 0; round < 1000; ++round) {
    propose();
    groups_.durable_through(LogTicket(appended - 1));
    shard_.run();
    ASSERT_EQ(groups_.awaited(), 1U) << round;
  }
  EXPECT_EQ(machine.seen.size(), 1U + 1000U) << "the last one is not durable yet";
}

TEST_F(GroupTest, AGroupThatIsGoneHearsNothingMore) {
  Recorder machine;
  auto group = started(GroupId(5), machine);
  settle();
  ASSERT_TRUE(group->propose(Bytes::of_static("a")));
  shard_.run();
  group.reset();
  log_.sync();
  shard_.run();
  EXPECT_EQ(machine.seen, Seen{"leader"});
}

// The bytes on disk of the first version; a change here makes old stores unreadable.
TEST(RaftRow, BytesArePinned) {
  RaftRow row;
  row.hard_state = {.term = Term(0x0102), .vote = NodeId(3), .commit = LogIndex(4)};
  row.stored = {.index = LogIndex(5), .term = Term(6), .hash = 0x1122334455667788};
  row.members.voters = {NodeId(9)};
  const auto number = [](char low, char next = 0) {
    return std::string{low, next, 0, 0, 0, 0, 0, 0};
  };
  const std::string expected = "\x01" + number(2, 1) + number(3) + number(4) + number(5) +
                               number(6) + "\x88\x77\x66\x55\x44\x33\x22\x11" + "\x01" + number(9) +
                               std::string(1, '\0');
  const Bytes bytes = encode_raft_row(row);
  EXPECT_EQ(bytes.view(), expected);
  const Result<RaftRow> back = decode_raft_row(bytes.view());
  ASSERT_TRUE(back);
  EXPECT_EQ(back->hard_state, row.hard_state);
  EXPECT_EQ(back->stored, row.stored);
  EXPECT_EQ(back->members.voters, row.members.voters);
  for (std::size_t size = 0; size < expected.size(); ++size) {
    EXPECT_FALSE(decode_raft_row(bytes.view().substr(0, size))) << size;
  }
  EXPECT_FALSE(decode_raft_row(expected + "x"));
}

}  // namespace
}  // namespace leat
