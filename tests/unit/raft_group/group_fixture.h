#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "raft/group/group.h"
#include "raft/group/group_set.h"
#include "raft/group/recovery.h"
#include "tests/support/stepped_log.h"
#include "tests/support/virtual_shard.h"

namespace leat::testing {

inline constexpr NodeId kSelf{1};
inline constexpr NodeId kOther{2};
inline constexpr NodeId kThird{3};

// A machine that notes what it hears.
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

inline GroupOrigin alone(GroupId id) {
  return {.group = id, .self = kSelf, .founders = {{kSelf}, {}}};
}

// Groups of one over a log that syncs when the test says so.
class GroupTest : public ::testing::Test {
 protected:
  std::unique_ptr<Group> started(GroupId id, Recorder& machine,
                                 const std::optional<StoredRow>& stored = {}) {
    Result<RaftStart> start = recover_whole_group(alone(id), log_, stored);
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

  VirtualShard shard_;
  SteppedLog log_;
  GroupSet groups_{log_, shard_};
};

}  // namespace leat::testing
