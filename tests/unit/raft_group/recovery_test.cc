// Wrong here: a member that votes twice in a term after a damage, or a group that is not found
// again.
#include "raft/group/recovery.h"

#include <gtest/gtest.h>

#include "raft/group/raft_row.h"
#include "tests/unit/raft_group/group_fixture.h"

namespace leat {
namespace {

using namespace testing;  // NOLINT: its fixture

TEST_F(GroupTest, ASuspectGroupDoesNotStart) {
  log_.suspects.push_back({.group = GroupId(5),
                           .first = LogIndex(3),
                           .last = {},
                           .is_hard_state_lost = false,
                           .reason = "checksum"});
  const Result<RaftStart> refused = recover_whole_group(alone(GroupId(5)), log_, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kCorruption);
  EXPECT_TRUE(recover_whole_group(alone(GroupId(6)), log_, {}));
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
  const Result<RecoveredGroup> recovered = recover_group(alone(GroupId(5)), log_, {});
  ASSERT_TRUE(recovered);
  EXPECT_EQ(recovered->damage, "the journal is damaged: group 5, entries 3 to 3: checksum");
  ASSERT_EQ(recovered->start.entries.size(), 2u);
  EXPECT_EQ(recovered->start.entries.back().payload.view(), "a");

  log_.suspects.clear();
  std::erase_if(log_.disk, [](const LogRecord& record) {
    return record.kind == RecordKind::kEntry && record.index == LogIndex(3);
  });
  const Result<RecoveredGroup> gap = recover_group(alone(GroupId(5)), log_, {});
  ASSERT_TRUE(gap);
  EXPECT_EQ(gap->damage, "entries 3 to 3 of group 5 are neither in the store nor in the journal");
  EXPECT_EQ(gap->start.entries.size(), 2u);
}

// What a member of three finds of its vote.
class LostVote : public GroupTest {
 protected:
  static GroupOrigin of_three() {
    return {.group = GroupId(5), .self = kSelf, .founders = {{kSelf, kOther, kThird}, {}}};
  }
  void add_hard_state(std::uint64_t term, NodeId vote) {
    const RaftHardState state{.term = Term(term), .vote = vote, .commit = {}};
    log_.disk.push_back({.group = GroupId(5),
                         .kind = RecordKind::kHardState,
                         .index = place_of(state).index,
                         .term = state.term,
                         .previous_hash = 0,
                         .payload = encode_hard_state(state)});
  }
  void add_entry(std::uint64_t term) {
    log_.disk.push_back({.group = GroupId(5),
                         .kind = RecordKind::kEntry,
                         .index = LogIndex(1),
                         .term = Term(term),
                         .previous_hash = 0,
                         .payload = Bytes::of_static("a")});
  }
  void lose_vote_of(GroupId group) {
    log_.suspects.push_back({.group = group,
                             .first = {},
                             .last = {},
                             .is_hard_state_lost = true,
                             .reason = "checksum"});
  }
  RaftStart found(const std::optional<StoredRow>& stored = {}) {
    Result<RaftStart> start = recover_whole_group(of_three(), log_, stored);
    EXPECT_TRUE(start) << start.error().text;
    return std::move(*start);
  }
  static StoredRow row(const RaftHardState& state, const LogPosition& at) {
    RaftRow row{.hard_state = state, .stored = at, .members = of_three().founders};
    row.members.learners = {NodeId(9)};
    return {.stored = at.index, .raft_row = encode_raft_row(row)};
  }
};

TEST_F(LostVote, AFreshMemberStartsFromTheFoundersAndLacksNothing) {
  const RaftStart start = found();
  EXPECT_EQ(start.members.voters, (std::vector{kSelf, kOther, kThird}));
  EXPECT_FALSE(start.is_vote_lost);
  add_hard_state(4, kOther);
  EXPECT_EQ(found().hard_state, (RaftHardState{.term = Term(4), .vote = kOther, .commit = {}}));
}

TEST_F(LostVote, MembersAreThoseOfTheRow) {
  const RaftStart start =
      found(row({.term = Term(4), .vote = kOther, .commit = {}}, {LogIndex(7), Term(4), 1}));
  EXPECT_EQ(start.members.voters, (std::vector{kSelf, kOther, kThird}));
  EXPECT_EQ(start.members.learners, std::vector{NodeId(9)});
  EXPECT_EQ(start.hard_state.vote, kOther);
  EXPECT_FALSE(start.is_vote_lost);
}

TEST_F(LostVote, AMemberDoesNotVoteForItselfInATermWhoseVoteIsLost) {
  add_hard_state(1, kOther);
  add_entry(3);
  lose_vote_of(GroupId(5));
  const RaftStart start = found();
  EXPECT_EQ(start.hard_state.term, Term(3));
  EXPECT_EQ(start.hard_state.vote, NodeId());
  EXPECT_TRUE(start.is_vote_lost);
}

TEST_F(LostVote, AVoteThatIsKnownStaysThoughANewerOneMayBeLost) {
  add_hard_state(3, kOther);
  lose_vote_of(GroupId(5));
  const RaftStart start = found();
  EXPECT_EQ(start.hard_state.vote, kOther);
  EXPECT_TRUE(start.is_vote_lost);
}

TEST_F(LostVote, ATermThatTheStoreReachedHasNoKnownVote) {
  const RaftStart start =
      found(row({.term = Term(4), .vote = kOther, .commit = {}}, {LogIndex(7), Term(6), 1}));
  EXPECT_EQ(start.hard_state.term, Term(6));
  EXPECT_EQ(start.hard_state.vote, NodeId());
  EXPECT_TRUE(start.is_vote_lost);
}

TEST_F(LostVote, OfOneTermTheRecordWithAVoteIsTheNewerOne) {
  add_hard_state(4, NodeId());
  const RaftStart start =
      found(row({.term = Term(4), .vote = kOther, .commit = {}}, {LogIndex(7), Term(4), 1}));
  EXPECT_EQ(start.hard_state.vote, kOther);
}

TEST_F(LostVote, DamageWithoutANameMayHaveHitAGroupThatTheLogDoesNotName) {
  lose_vote_of(GroupId());
  EXPECT_TRUE(found().is_vote_lost);
  add_hard_state(4, kOther);
  EXPECT_FALSE(found().is_vote_lost) << "of a group that it names, the log says it itself";
}

TEST_F(GroupTest, GroupsWithATraceAreListedWithoutTheMetaGroup) {
  struct Store : RecoveredStore {
    Result<std::vector<GroupId>> groups() override { return stored; }
    Result<std::vector<GroupId>> deleted_groups() override { return deleted; }
    StoreTicket last_ticket() override { return {}; }
    Result<std::optional<StoredRow>> stored_row(GroupId) override { return std::nullopt; }
    Status scan_state_pages(GroupId, const PageVisitor&) override { return {}; }
    Status scan_index_rows(GroupId, StreamSeq, const RowVisitor&) override { return {}; }
    Status scan_meta_rows(const MetaVisitor&) override { return {}; }
    Result<Bytes> read_block(GroupId, StreamSeq) override { return Bytes(); }
    std::vector<GroupId> stored{kMetaGroup, GroupId(4), GroupId(9)};
    std::vector<GroupId> deleted{GroupId(7)};
  } store;
  for (const std::uint64_t group : {9U, 5U, 7U}) {
    log_.disk.push_back({.group = GroupId(group), .kind = RecordKind::kHardState, .payload = {}});
  }
  EXPECT_EQ(*traced_groups(store, log_),
            (std::vector{kMetaGroup, GroupId(4), GroupId(5), GroupId(9)}));
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
