#pragma once

#include <cstdint>
#include <memory>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/base/ring.h"
#include "core/base/task.h"
#include "core/env/clock.h"
#include "core/env/scheduler.h"
#include "proto/record/meta_entry.h"
#include "raft/group/group.h"
#include "raft/group/group_set.h"
#include "raft/group/state_machine.h"
#include "storage/api/log_store.h"
#include "storage/api/message_store.h"
#include "streams/meta/meta_state.h"

namespace leat {

// The meta group on this server: its machine, its Raft group and its rows. Decides which streams
// there are; `Assignments` makes them so. Owned by the hosts of the first shard, used on that
// shard's thread; goes before the GroupSet.
//
// Holds between calls: every command that was proposed and not applied has its place in `waiting_`,
// in the order of the log. Replay after a restart changes the state and tells nobody.
class MetaGroup : public StateMachine {
 public:
  struct Dependencies {
    Scheduler& scheduler;
    const Clock& clock;
    GroupSet& groups;     // over the journal of the first shard
    MessageStore& store;  // of the first shard
    NodeId self;
  };

  // As store and journal have it; empty on a new server. Blocking, before clients come.
  static Result<std::unique_ptr<MetaGroup>> recover(const Dependencies& deps, RecoveredStore& store,
                                                    const RecoveredLog& log);
  ~MetaGroup() override;

  // Stands for leader; `ready` runs when everything in the journal is applied.
  void start(Task ready);
  // Everything applied is on its way to the store.
  void stop();

  using VerdictCallback = InlineFunction<void(const MetaVerdict&)>;
  // `done` runs when the command is applied. Only while leading.
  void propose(MetaCommand command, VerdictCallback done);
  bool is_leading() const { return is_leading_; }
  const MetaState& state() const { return state_; }

  // --- StateMachine
  Applied apply(const RaftEntry& entry) override;
  void passed_no_op(const Proposal& place) override { forget_overwritten(place); }
  void became_leader() override;
  void stepped_down() override { is_leading_ = false; }
  void must_store() override {
    is_flush_wanted_ = true;
    plan_write_set();
  }

 private:
  explicit MetaGroup(const Dependencies& deps);
  void plan_write_set();
  void take_write_set();
  // Another leader's entry stands at `place`: who waits for that index waits in vain.
  void forget_overwritten(const Proposal& place);

  struct Waiting {
    Proposal proposal;
    VerdictCallback done;
  };

  Dependencies deps_;
  MetaState state_;
  Ring<Waiting> waiting_;
  Task ready_;
  bool is_leading_ = false;
  bool is_write_set_planned_ = false;
  bool is_flush_wanted_ = false;      // of the next write set
  std::shared_ptr<MetaGroup*> self_;  // null inside once it is gone
  std::unique_ptr<Group> group_;
};

}  // namespace leat
