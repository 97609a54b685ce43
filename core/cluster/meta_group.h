#pragma once

#include <cstdint>
#include <memory>

#include "core/base/ids.h"
#include "core/base/lifetime.h"
#include "core/base/result.h"
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

// Carries out what the meta group decides, on every server that applies it, whoever asked. Called
// on the group's thread, in the order of the log.
class MetaListener {
 public:
  virtual ~MetaListener() = default;
  // The command at `place` is applied. Not called for what a restart replays before `start` is
  // ready: that is in the state.
  virtual void decided(const Proposal& place, const MetaVerdict& verdict) = 0;
  // A new leader's no-op stands at `place`; what was proposed here for it is overwritten.
  virtual void passed_no_op(const Proposal& place) = 0;
};

// The meta group on this server: its machine, its Raft group and its rows. Decides which streams
// there are; its listener makes them so. Owned by the hosts of the first shard, used on that
// shard's thread; goes before the GroupSet.
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

  // Begins to take part; the only voter stands for leader. `recovered` runs when the state is as
  // far as this member can know it to be: where it is the only voter when it leads, else at once.
  // From then on `listener`, which outlives this, is told.
  void start(MetaListener& listener, Task recovered);
  // Everything applied is on its way to the store.
  void stop();
  // A leader follows from now on, and stands again with lead(); see Stream::step_down().
  void step_down() { group_->step_down(); }
  void lead();

  // The listener hears what became of it. Of a creation the members are chosen here. kUnavailable
  // while another member leads, or nobody.
  Result<Proposal> propose(MetaCommand command);
  const MetaState& state() const { return state_; }

  // --- StateMachine
  Applied apply(const RaftEntry& entry) override;
  void passed_no_op(const Proposal& place) override;
  void became_leader() override;
  void stepped_down() override {}
  void must_store() override {
    is_flush_wanted_ = true;
    plan_write_set();
  }

 private:
  explicit MetaGroup(const Dependencies& deps);
  void tell_recovered();
  void plan_write_set();
  void take_write_set();

  Dependencies deps_;
  MetaState state_;
  MetaListener* listener_ = nullptr;  // of start()
  std::unique_ptr<Task> recovered_;   // until it has run; the listener is told nothing before
  bool is_write_set_planned_ = false;
  bool is_flush_wanted_ = false;  // of the next write set
  std::unique_ptr<Group> group_;
  Lifetime<MetaGroup> lifetime_{*this};
};

}  // namespace leat
