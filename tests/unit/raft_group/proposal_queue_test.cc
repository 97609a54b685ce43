// Wrong here: a waiter that hears of another leader's entry as its own, hears twice, or never.
#include "raft/group/proposal_queue.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace leat {
namespace {

class ProposalQueueTest : public ::testing::Test {
 protected:
  static Proposal place(std::uint64_t index, std::uint64_t term) {
    return {.index = LogIndex(index), .term = Term(term)};
  }
  void add(std::uint64_t index, std::uint64_t term, std::string name) {
    queue_.add(place(index, term), std::move(name));
  }
  auto hear() {
    return [this](std::string name, Fate fate) {
      constexpr const char* kNames[] = {"applied", "refused", "overwritten", "passed", "stopped"};
      heard_.push_back(std::move(name) + " " + kNames[static_cast<int>(fate)]);
    };
  }
  std::vector<std::string> heard() { return std::exchange(heard_, {}); }

  ProposalQueue<std::string> queue_;
  std::vector<std::string> heard_;
};

using Heard = std::vector<std::string>;

TEST_F(ProposalQueueTest, TellsWhatStandsAtTheSamePlaceInTheSameTerm) {
  add(5, 2, "a");
  add(5, 2, "b");
  add(6, 2, "c");
  queue_.reached(place(4, 2), hear());
  EXPECT_EQ(heard(), Heard{});
  queue_.reached(place(5, 2), hear());
  EXPECT_EQ(heard(), (Heard{"a applied", "b applied"}));
  queue_.reached(place(6, 2), hear());
  EXPECT_EQ(heard(), Heard{"c applied"});
  EXPECT_TRUE(queue_.empty());
}

TEST_F(ProposalQueueTest, AnEntryOfALaterTermOverwritesAllThatWaitsAtOrBehindItsIndex) {
  add(5, 2, "a");
  add(6, 2, "b");
  add(7, 2, "c");
  add(7, 4, "own again");
  queue_.reached(place(5, 2), hear());
  EXPECT_EQ(heard(), Heard{"a applied"});
  queue_.reached(place(6, 3), hear());
  EXPECT_EQ(heard(), (Heard{"b overwritten", "c overwritten"}));
  queue_.reached(place(7, 4), hear());
  EXPECT_EQ(heard(), Heard{"own again applied"});
}

TEST_F(ProposalQueueTest, ASnapshotPassesWhatItHolds) {
  add(5, 2, "a");
  add(6, 2, "b");
  queue_.passed(LogIndex(5), hear());
  EXPECT_EQ(heard(), Heard{"a passed"});
  queue_.reached(place(6, 2), hear());
  EXPECT_EQ(heard(), Heard{"b applied"});
}

TEST_F(ProposalQueueTest, WhatWasNeverProposedIsRefusedFromTheEnd) {
  add(5, 2, "a");
  add(6, 2, "b");
  add(6, 2, "c");
  queue_.refused_behind(LogIndex(5), hear());
  EXPECT_EQ(heard(), (Heard{"c refused", "b refused"}));
  queue_.stop(hear());
  EXPECT_EQ(heard(), Heard{"a stopped"});
}

TEST_F(ProposalQueueTest, AVisitorMayAddAndWhatItAddsWaits) {
  add(5, 2, "a");
  queue_.reached(place(5, 2), [&](std::string, Fate) { add(6, 2, "b"); });
  EXPECT_FALSE(queue_.empty());
  queue_.stop([&](std::string name, Fate) {
    heard_.push_back(name);
    add(7, 2, "c");
  });
  EXPECT_EQ(heard(), Heard{"b"});
  EXPECT_FALSE(queue_.empty());
}

}  // namespace
}  // namespace leat
