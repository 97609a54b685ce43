// Wrong here: an entry applied that a crash could take back, or a log that connects to another
// past.
#include "raft/core/raft.h"

#include <gtest/gtest.h>

#include "raft/core/quorum.h"

namespace leat {
namespace {

constexpr NodeId kSelf{7};

RaftStart fresh() {
  RaftStart start;
  start.self = kSelf;
  start.members.voters = {kSelf};
  return start;
}

Raft started(RaftStart start) {
  Result<Raft> raft = Raft::start(std::move(start));
  EXPECT_TRUE(raft.has_value()) << raft.error().text;
  return std::move(*raft);
}

// A leader of term 1 that has proposed `payloads`; `written` is what went to its journal.
Raft leading(std::vector<std::string_view> payloads, RaftReady& written) {
  Raft raft = started(fresh());
  EXPECT_TRUE(raft.campaign());
  for (const std::string_view payload : payloads) {
    EXPECT_TRUE(raft.propose(Bytes::of_static(payload)));
  }
  raft.take_ready(written);
  return raft;
}

RaftReady taken(Raft& raft) {
  RaftReady ready;
  raft.take_ready(ready);
  return ready;
}

LogPosition after(const RaftEntry& entry) {
  return {.index = entry.index, .term = entry.term, .hash = chain_hash(entry)};
}

// Everything given out in `ready` arrives on the disk.
void persist(Raft& raft, const RaftReady& ready) {
  RaftProgress progress;
  if (!ready.entries.empty()) progress.durable = after(ready.entries.back());
  progress.hard_state_durable = raft.term();
  raft.advance(progress);
}

TEST(Raft, CampaignOfTheOnlyVoterWinsWithTermVoteAndNoOp) {
  Raft raft = started(fresh());
  EXPECT_FALSE(raft.has_ready());
  ASSERT_TRUE(raft.campaign());
  EXPECT_TRUE(raft.is_leader());
  const RaftReady ready = taken(raft);
  EXPECT_TRUE(ready.became_leader);
  ASSERT_TRUE(ready.hard_state);
  EXPECT_EQ(ready.hard_state->term, Term(1));
  EXPECT_EQ(ready.hard_state->vote, kSelf);
  ASSERT_EQ(ready.entries.size(), 1u);
  EXPECT_TRUE(ready.entries[0].is_no_op());
  EXPECT_TRUE(ready.committed.empty());
  EXPECT_FALSE(raft.has_ready());
}

TEST(Raft, NothingIsCommittedBeforeTheOwnDiskHasIt) {
  RaftReady first;
  Raft raft = leading({}, first);
  ASSERT_EQ(*raft.propose(Bytes::of_static("a")),
            (Proposal{.index = LogIndex(2), .term = raft.term()}));
  const RaftReady second = taken(raft);
  ASSERT_EQ(second.entries.size(), 1u);
  EXPECT_TRUE(second.committed.empty());

  persist(raft, first);
  const RaftReady third = taken(raft);
  ASSERT_EQ(third.committed.size(), 1u);
  EXPECT_TRUE(third.committed[0].is_no_op());

  persist(raft, second);
  const RaftReady fourth = taken(raft);
  ASSERT_EQ(fourth.committed.size(), 1u);
  EXPECT_EQ(fourth.committed[0].payload.view(), "a");
}

TEST(Raft, EntriesWithoutTheirVoteAreNotCommitted) {
  RaftReady ready;
  Raft raft = leading({}, ready);
  RaftProgress progress;
  progress.durable = after(ready.entries.back());
  raft.advance(progress);
  EXPECT_TRUE(taken(raft).committed.empty());
  progress.hard_state_durable = Term(1);
  raft.advance(progress);
  EXPECT_EQ(taken(raft).committed.size(), 1u);
}

TEST(Raft, EntriesChainByHash) {
  RaftReady ready;
  const Raft raft = leading({"a", "b"}, ready);
  ASSERT_EQ(ready.entries.size(), 3u);
  EXPECT_EQ(ready.entries[0].previous_hash, 0u);
  EXPECT_EQ(ready.entries[1].previous_hash, chain_hash(ready.entries[0]));
  EXPECT_EQ(ready.entries[2].previous_hash, chain_hash(ready.entries[1]));
  EXPECT_EQ(raft.log().last().hash, chain_hash(ready.entries[2]));
}

TEST(Raft, RestartCommitsTheOldLogWithTheNoOpOfTheNewTerm) {
  RaftReady written;
  leading({"a"}, written);
  RaftStart start = fresh();
  start.hard_state = *written.hard_state;
  start.entries = written.entries;
  Raft raft = started(std::move(start));
  EXPECT_FALSE(raft.has_ready());
  ASSERT_TRUE(raft.campaign());
  EXPECT_EQ(raft.term(), Term(2));
  const RaftReady ready = taken(raft);
  ASSERT_EQ(ready.entries.size(), 1u);
  EXPECT_EQ(ready.entries[0].index, LogIndex(3));
  EXPECT_TRUE(ready.committed.empty());
  persist(raft, ready);
  const RaftReady replay = taken(raft);
  ASSERT_EQ(replay.committed.size(), 3u);
  EXPECT_EQ(replay.committed[1].payload.view(), "a");
}

TEST(Raft, RestartBehindStoredStateGivesOnlyLaterEntries) {
  RaftReady written;
  leading({"a", "b"}, written);
  RaftStart start = fresh();
  start.hard_state = *written.hard_state;
  start.stored = after(written.entries[1]);
  start.entries = {written.entries[2]};
  Raft raft = started(std::move(start));
  ASSERT_TRUE(raft.campaign());
  persist(raft, taken(raft));
  const RaftReady replay = taken(raft);
  ASSERT_EQ(replay.committed.size(), 2u);
  EXPECT_EQ(replay.committed[0].payload.view(), "b");
  EXPECT_TRUE(replay.committed[1].is_no_op());
}

TEST(Raft, ALogThatEndsBeforeStoredBeginsThere) {
  RaftStart start = fresh();
  start.hard_state = {.term = Term(3), .vote = kSelf, .commit = {}};
  start.stored = {.index = LogIndex(40), .term = Term(3), .hash = 99};
  Raft raft = started(std::move(start));
  ASSERT_TRUE(raft.campaign());
  const RaftReady ready = taken(raft);
  ASSERT_EQ(ready.entries.size(), 1u);
  EXPECT_EQ(ready.entries[0].index, LogIndex(41));
  EXPECT_EQ(ready.entries[0].previous_hash, 99u);
  EXPECT_EQ(ready.entries[0].term, Term(4));
}

TEST(Raft, AnExchangedEntryIsCorruption) {
  RaftReady written;
  leading({"a", "b"}, written);
  RaftStart start = fresh();
  start.hard_state = *written.hard_state;
  start.entries = written.entries;
  start.entries[1].payload = Bytes::of_static("A");
  const Result<Raft> raft = Raft::start(std::move(start));
  ASSERT_FALSE(raft);
  EXPECT_EQ(raft.error().kind, ErrorKind::kCorruption);
}

TEST(Raft, ALogPastItsHardStateIsCorruption) {
  RaftReady written;
  leading({"a"}, written);
  RaftStart start = fresh();
  start.entries = written.entries;
  const Result<Raft> raft = Raft::start(std::move(start));
  ASSERT_FALSE(raft);
  EXPECT_EQ(raft.error().kind, ErrorKind::kCorruption);
}

TEST(Raft, ReadsWaitForTheNoOp) {
  Raft raft = started(fresh());
  EXPECT_FALSE(raft.read_index(1));
  ASSERT_TRUE(raft.campaign());
  ASSERT_TRUE(raft.read_index(2));
  const RaftReady ready = taken(raft);
  EXPECT_TRUE(ready.reads.empty());
  persist(raft, ready);
  const RaftReady later = taken(raft);
  ASSERT_EQ(later.reads.size(), 1u);
  EXPECT_EQ(later.reads[0].context, 2u);
  EXPECT_EQ(later.reads[0].index, LogIndex(1));
  ASSERT_TRUE(raft.read_index(3));
  EXPECT_EQ(taken(raft).reads.size(), 1u);
}

TEST(Raft, AppliedEntriesLeaveMemory) {
  RaftReady written;
  Raft raft = leading({"a"}, written);
  persist(raft, written);
  EXPECT_EQ(taken(raft).committed.size(), 2u);
  RaftProgress progress;
  progress.applied = LogIndex(2);
  raft.advance(progress);
  EXPECT_EQ(raft.log().start(), raft.log().last());
}

TEST(Raft, EntriesThatLeftMemoryAreWantedFromTheGroup) {
  using Found = OldEntries::Found;
  RaftReady written;
  Raft raft = leading({"a", "b"}, written);
  persist(raft, written);
  EXPECT_EQ(taken(raft).committed.size(), 3u);
  RaftProgress progress;
  progress.applied = LogIndex(2);
  raft.advance(progress);

  std::vector<RaftEntry> found;
  EXPECT_EQ(raft.find_entries(LogIndex(3), 1, found), Found::kHere);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].payload.view(), "b");
  found.clear();
  EXPECT_EQ(raft.find_entries(LogIndex(1), 1000, found), Found::kLater);
  EXPECT_TRUE(raft.has_ready());
  EXPECT_EQ(taken(raft).wanted_from, LogIndex(1));
  EXPECT_FALSE(raft.has_ready()) << "it is asked once";
  EXPECT_EQ(raft.find_entries(LogIndex(1), 1000, found), Found::kLater);
  EXPECT_FALSE(raft.has_ready());

  // Behind what is applied the log may have changed since it was read.
  std::vector<RaftEntry> read = written.entries;
  read[2].payload = Bytes::of_static("taken back");
  ASSERT_TRUE(raft.entries_read(LogIndex(1), read));
  EXPECT_EQ(raft.find_entries(LogIndex(1), 1000, found), Found::kHere);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[1].payload.view(), "a");
  found.clear();
  EXPECT_EQ(raft.find_entries(LogIndex(1), 1, found), Found::kHere);
  EXPECT_EQ(found.size(), 1u) << "one at least";
}

// A leader of term 1 whose three entries are applied and have left memory, and are being read.
class ReadBack : public ::testing::Test {
 protected:
  using Found = OldEntries::Found;
  ReadBack() : raft_(leading({"a", "b"}, written_)) {
    persist(raft_, written_);
    taken(raft_);
    RaftProgress progress;
    progress.applied = LogIndex(3);
    raft_.advance(progress);
    EXPECT_EQ(ask(), Found::kLater);
  }
  Found ask(std::uint64_t from = 1) {
    std::vector<RaftEntry> found;
    const Found there = raft_.find_entries(LogIndex(from), 1000, found);
    taken(raft_);
    return there;
  }
  std::string answer(Result<std::vector<RaftEntry>> entries) {
    const Status taken = raft_.entries_read(LogIndex(1), std::move(entries));
    return taken ? "" : taken.error().text;
  }

  RaftReady written_;
  Raft raft_;
};

TEST_F(ReadBack, EntriesThatDoNotFollowEachOtherAreGone) {
  std::vector<RaftEntry> read = written_.entries;
  read[0].payload = Bytes::of_static("A");
  EXPECT_EQ(answer(read), "entry 2 that was read back does not follow the one before it");
  EXPECT_EQ(ask(), Found::kGone);
  EXPECT_EQ(ask(2), Found::kLater) << "the next one may be there";
}

TEST_F(ReadBack, EntriesOfAnotherPastAreGone) {
  std::vector<RaftEntry> read = written_.entries;
  read[2].payload = Bytes::of_static("B");
  EXPECT_EQ(answer(read), "entry 3 that was read back is not the one that was applied");
  EXPECT_EQ(ask(), Found::kGone);
}

TEST_F(ReadBack, WhatLeftTheLogOrIsDamagedIsGone) {
  EXPECT_EQ(answer(failure(ErrorKind::kNotFound, "left")), "");
  EXPECT_EQ(ask(), Found::kGone);
  EXPECT_EQ(ask(2), Found::kLater);
  EXPECT_FALSE(raft_.entries_read(LogIndex(2), failure(ErrorKind::kCorruption, "damaged")));
  EXPECT_EQ(ask(2), Found::kGone);
}

TEST_F(ReadBack, AFailureOfTheMomentIsAskedAgain) {
  EXPECT_EQ(answer(failure(ErrorKind::kIo, "disk")), "disk");
  EXPECT_EQ(ask(), Found::kLater);
  EXPECT_EQ(answer(written_.entries), "");
  EXPECT_EQ(ask(), Found::kHere);
}

TEST_F(ReadBack, AnAnswerThatNobodyWaitsForIsDropped) {
  raft_.step_down();
  EXPECT_EQ(answer(written_.entries), "");
  EXPECT_EQ(ask(), Found::kLater);
}

TEST(Raft, ATermThatOnlyTheStoreReachedHasALostVote) {
  RaftStart start = fresh();
  start.hard_state = {.term = Term(3), .vote = kSelf, .commit = {}};
  raise_term(start, Term(3));
  EXPECT_FALSE(start.is_vote_lost);
  EXPECT_EQ(start.hard_state.vote, kSelf);
  start.stored = {.index = LogIndex(40), .term = Term(5), .hash = 99};
  const Raft raft = started(start);
  EXPECT_EQ(raft.term(), Term(5));
  EXPECT_EQ(raft.hard_state().vote, NodeId());
  raise_term(start, Term(5));
  EXPECT_TRUE(start.is_vote_lost);
}

TEST(Raft, FurtherMembersAreRefusedByName) {
  RaftStart start = fresh();
  start.members.voters.push_back(NodeId(8));
  const Result<Raft> refused = Raft::start(std::move(start));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kUnsupported);

  Raft raft = started(fresh());
  RaftMessage vote;
  vote.type = RaftMessageType::kVote;
  vote.from = NodeId(8);
  vote.to = kSelf;
  const Status stranger = raft.step(vote);
  ASSERT_FALSE(stranger);
  EXPECT_EQ(stranger.error().kind, ErrorKind::kInvalid);
}

TEST(Raft, AFollowerTakesNoProposal) {
  Raft raft = started(fresh());
  const Result<Proposal> refused = raft.propose(Bytes::of_static("a"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kUnavailable);
}

TEST(Quorum, IndexIsWhatAMajorityHas) {
  const auto voters = [](std::initializer_list<std::uint64_t> matches) {
    std::vector<Progress> out;
    for (const std::uint64_t match : matches) {
      out.push_back({.node = NodeId(1), .match = LogIndex(match), .next = LogIndex(match + 1)});
    }
    return out;
  };
  EXPECT_EQ(quorum_index(voters({4})), LogIndex(4));
  EXPECT_EQ(quorum_index(voters({4, 9})), LogIndex(4));
  EXPECT_EQ(quorum_index(voters({4, 9, 6})), LogIndex(6));
  EXPECT_EQ(quorum_index(voters({1, 9, 6, 5, 5})), LogIndex(5));
}

}  // namespace
}  // namespace leat
