// Wrong here: an entry applied before the disk has it, twice, out of order, or not at all.
#include "raft/group/group.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "core/base/limits.h"
#include "raft/group/persist.h"
#include "tests/unit/raft_group/group_fixture.h"

namespace leat {
namespace {

using namespace testing;  // NOLINT: its fixture

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
  const Result<RaftStart> refused = recover_whole_group(alone(GroupId(5)), log_, stored);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().text,
            "entries 2 to 3 of group 5 are neither in the store nor in the journal");
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

TEST_F(GroupTest, ARaftRowNamesTheMembersThatTheGroupHas) {
  Recorder machine;
  const auto group = started(GroupId(5), machine);
  settle();
  const Result<RaftRow> row = decode_raft_row(group->raft_row().view());
  ASSERT_TRUE(row);
  EXPECT_EQ(row->members.voters, std::vector{kSelf});
  EXPECT_TRUE(row->members.learners.empty());
}

TEST_F(GroupTest, OldEntriesAreReadFromTheLog) {
  using Found = OldEntries::Found;
  Recorder machine;
  auto group = started(GroupId(5), machine);
  settle();
  ASSERT_TRUE(group->propose(Bytes::of_static("a")));
  settle();
  std::vector<RaftEntry> found;
  EXPECT_EQ(group->find_entries(LogIndex(1), 1000, found), Found::kLater);
  shard_.run();
  ASSERT_EQ(log_.reads.size(), 1u);
  EXPECT_EQ(log_.reads[0].group, GroupId(5));
  EXPECT_EQ(log_.reads[0].from, LogIndex(1));
  EXPECT_EQ(log_.reads[0].bytes, limits::kRaftReadBytes);
  std::vector<LogRecord> records;
  ASSERT_TRUE(log_.replay(GroupId(5), LogIndex(1), [&](const LogRecord& record) {
    records.push_back(record);
    return Status();
  }));
  log_.reads[0].callback(records);
  EXPECT_EQ(group->find_entries(LogIndex(1), 1000, found), Found::kHere);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_TRUE(found[0].is_no_op());
  EXPECT_EQ(found[1].payload.view(), "a");
  // An answer that comes when the group is gone is dropped.
  group->step_down();
  shard_.run();
  EXPECT_EQ(group->find_entries(LogIndex(1), 1000, found), Found::kLater);
  shard_.run();
  ASSERT_EQ(log_.reads.size(), 2u);
  group.reset();
  log_.reads[1].callback(records);
}

TEST_F(GroupTest, AReadIsServedWhenWhatWasCommittedIsApplied) {
  Recorder machine;
  machine.later = "a";
  const auto group = started(GroupId(5), machine);
  std::vector<std::string> heard;
  const auto read = [&](const char* name) {
    group->read_index([&heard, name](const Status& status) {
      heard.push_back(std::string(name) + (status ? "" : ": " + status.error().text));
    });
  };
  read("early");
  shard_.run();
  EXPECT_TRUE(heard.empty()) << "the no-op of this term is not committed";
  log_.sync();
  shard_.run();
  EXPECT_EQ(heard, Seen{"early"});
  ASSERT_TRUE(group->propose(Bytes::of_static("a")));
  settle();
  read("behind a");
  shard_.run();
  EXPECT_EQ(heard.size(), 1u) << "\"a\" is committed and not yet applied";
  group->step_down();
  shard_.run();
  group->entry_applied();
  shard_.run();
  EXPECT_EQ(heard, (Seen{"early", "behind a"})) << "its index was known before";
  read("follower");
  EXPECT_EQ(heard.back(), "follower: raft: this member does not lead its group");
}

TEST_F(GroupTest, AReadWhoseLeaderStopsIsRefused) {
  Recorder machine;
  const auto group = started(GroupId(5), machine);
  std::vector<std::string> heard;
  group->read_index([&](const Status& status) { heard.push_back(status.error().text); });
  shard_.run();
  group->step_down();
  shard_.run();
  EXPECT_EQ(heard, Seen{"raft: this member no longer leads its group"});
}

TEST_F(GroupTest, ATruncationIsWrittenBeforeWhatReplacesIt) {
  Recorder machine;
  const auto group = started(GroupId(4), machine);  // somebody listens
  const auto entry = [](std::uint64_t index, std::uint64_t term, std::string_view payload) {
    return RaftEntry{LogIndex(index), Term(term), 7, Bytes::of_static(payload)};
  };
  RaftReady ready;
  ready.entries = {entry(1, 1, "one"), entry(2, 1, "two")};
  EXPECT_EQ(persist(GroupId(5), ready, log_).ticket, LogTicket(2));
  ready.clear();
  ready.hard_state = RaftHardState{.term = Term(2), .vote = kOther, .commit = {}};
  ready.truncated_to = LogPosition{.index = LogIndex(1), .term = Term(1), .hash = 77};
  ready.truncations = 3;
  ready.entries = {entry(2, 2, "TWO")};
  const Persisted persisted = persist(GroupId(5), ready, log_);
  EXPECT_EQ(persisted.ticket, LogTicket(5));
  EXPECT_EQ(persisted.progress.truncations, 3u);
  EXPECT_EQ(persisted.progress.durable.index, LogIndex(2));
  EXPECT_EQ(persisted.progress.durable.term, Term(2));
  EXPECT_EQ(persisted.progress.hard_state_durable, Term(2));
  log_.flush();
  log_.sync();
  ASSERT_GE(log_.disk.size(), 5u);
  EXPECT_EQ(log_.disk[2].kind, RecordKind::kHardState);
  EXPECT_EQ(log_.disk[3].kind, RecordKind::kTruncate);
  EXPECT_EQ(log_.disk[3].index, LogIndex(2));
  EXPECT_EQ(log_.disk[3].previous_hash, 77u);
  std::string replayed;
  ASSERT_TRUE(log_.replay(GroupId(5), LogIndex(1), [&](const LogRecord& record) {
    replayed += std::string(record.payload.view()) + " ";
    return Status();
  }));
  EXPECT_EQ(replayed, "one TWO ");
  // A truncation alone tells that what stands before it is durable.
  ready.clear();
  ready.truncated_to = LogPosition{.index = LogIndex(1), .term = Term(1), .hash = 77};
  EXPECT_EQ(persist(GroupId(5), ready, log_).progress.durable.index, LogIndex(1));
}

struct RecordingTransport : PeerTransport {
  void set_listener(PeerListener&) override {}
  void send(GroupMessage message) override { sent.push_back(message.message.context); }
  bool send_frame(NodeId, PeerChannel, Bytes) override { return false; }
  void flush() override { ++flushes; }
  std::vector<std::uint64_t> sent;
  int flushes = 0;
};

TEST(GroupSetSends, AtOnceOrWhenTheTicketIsDurable) {
  leat::testing::VirtualShard shard;
  leat::testing::SteppedLog log;
  RecordingTransport transport;
  GroupSet groups(log, shard, &transport);
  const auto message = [](std::uint64_t group, std::uint64_t context) {
    GroupMessage of_group;
    of_group.group = GroupId(group);
    of_group.message.context = context;
    return of_group;
  };
  groups.send_when_durable(LogTicket(5), message(2, 50));
  groups.send_when_durable(LogTicket(3), message(3, 30));
  groups.send(message(2, 1));
  groups.send_when_durable(LogTicket(), message(2, 2));
  EXPECT_EQ(transport.sent, (std::vector<std::uint64_t>{1, 2}));
  groups.durable_through(LogTicket(4));
  EXPECT_EQ(transport.sent, (std::vector<std::uint64_t>{1, 2, 30}));
  EXPECT_EQ(transport.flushes, 1) << "what became free leaves together";
  {
    Recorder machine;
    RaftStart start;
    start.self = kSelf;
    start.members.voters = {kSelf};
    Result<Raft> raft = Raft::start(std::move(start));
    ASSERT_TRUE(raft);
    const Group gone(GroupId(2), std::move(*raft), machine, groups);
  }
  groups.durable_through(LogTicket(9));
  EXPECT_EQ(transport.sent.size(), 3u) << "its group is gone";
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

}  // namespace
}  // namespace leat
