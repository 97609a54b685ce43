#include "core/cluster/assignments.h"

#include <set>
#include <utility>

#include "core/base/check.h"
#include "core/base/log.h"
#include "raft/group/recovery.h"

namespace leat {

Assignments::Assignments(const Dependencies& deps, std::shared_ptr<const AccountTable> accounts)
    : deps_(deps), accounts_(std::move(accounts)) {}

void Assignments::connect(const std::vector<Assignments*>& shards) {
  for (Assignments* shard : shards) shard->shards_ = shards;
}

ShardId Assignments::owner_of(GroupId uid) const {
  return ShardId(static_cast<std::uint16_t>(uid.value % shards_.size()));
}

void Assignments::change(AccountId account, MetaCommand command, StreamChangeCallback done) {
  LEAT_CHECK(meta_ != nullptr);
  command.account = accounts_->name_of(account);
  const Result<Proposal> proposal = meta_->propose(std::move(command));
  if (!proposal) return done(StreamChange{.fate = Fate::kRefused});
  asking_.add(*proposal, std::move(done));
}

void Assignments::decided(const Proposal& place, const MetaVerdict& verdict) {
  StreamChangeCallback done;
  asking_.reached(place, [&done](StreamChangeCallback asker, Fate fate) {
    if (fate == Fate::kApplied) {
      done = std::move(asker);
    } else {
      asker(StreamChange{.fate = fate});
    }
  });
  if (verdict.error) {
    if (done) done(StreamChange{.error = verdict.error});
    return;
  }
  const AccountId account = accounts_->find(verdict.stream.account);
  if (!account) {
    LEAT_LOG(kWarning) << "Stream " << verdict.stream.config.name
                       << " stays away: there is no account " << verdict.stream.account;
    return;
  }
  const NameKey key{account, verdict.stream.config.name};
  std::deque<Decided>& queue = deciding_[key];
  queue.push_back({.verdict = verdict, .done = std::move(done)});
  if (queue.size() == 1) carry_out(key);
}

void Assignments::passed_no_op(const Proposal& place) {
  asking_.reached(place,
                  [](StreamChangeCallback asker, Fate fate) { asker(StreamChange{.fate = fate}); });
}

void Assignments::carry_out(const NameKey& key) {
  const Decided& decided = deciding_.at(key).front();
  Assignments* owner = shards_.at(owner_of(decided.verdict.stream.uid).value);
  deps_.mailbox.send(owner_of(decided.verdict.stream.uid),
                     [owner, key, verdict = decided.verdict] { owner->put(key, verdict); });
}

void Assignments::carried_out(const NameKey& key, const StreamChange& change) {
  const auto found = deciding_.find(key);
  LEAT_CHECK(found != deciding_.end());
  StreamChangeCallback done = std::move(found->second.front().done);
  found->second.pop_front();
  if (found->second.empty()) {
    deciding_.erase(found);
  } else {
    carry_out(key);
  }
  if (done) done(change);
}

void Assignments::put(const NameKey& key, const MetaVerdict& verdict) {
  using Change = MetaVerdict::Change;
  const GroupId uid = verdict.stream.uid;
  StreamAssignment assignment{.account = key.account,
                              .uid = uid,
                              .config_number = verdict.stream.config_number,
                              .config = verdict.stream.config};
  auto done = [this, key, uid, change = verdict.change](const Status& status) {
    StreamChange outcome{.change = change};
    Stream* stream = deps_.streams.find(uid);
    if (!status) {
      LEAT_LOG(kError) << "Stream " << key.name << ": " << status.error().text;
      outcome.error = api_error(ApiErrorCode::kStreamOfflineReason, {status.error().text});
    } else if (stream != nullptr) {
      outcome.info = stream->info({});
    }
    report(key, std::move(outcome));
  };
  switch (verdict.change) {
    case Change::kCreated:
      return deps_.streams.create(std::move(assignment), std::move(done));
    case Change::kUpdated:
      return deps_.streams.update(std::move(assignment), std::move(done));
    case Change::kDeleted:
      return deps_.streams.remove(uid, std::move(done));
    case Change::kNone:
      break;
  }
  Stream* stream = deps_.streams.find(uid);
  if (stream == nullptr) return done(failure(ErrorKind::kNotFound, "the stream is not here"));
  stream->after_applied([done = std::move(done)](Fate fate) {
    if (fate != Fate::kStopped) done(Status());
  });
}

void Assignments::report(const NameKey& key, StreamChange change) {
  deps_.router.when_taken(
      deps_.router.other_shards(), [this, key, change = std::move(change)]() mutable {
        Assignments* first = shards_.front();
        deps_.mailbox.send(kFirstShard, [first, key, change = std::move(change)] {
          first->carried_out(key, change);
        });
      });
}

Assignments::Plan Assignments::plan_recovery() const {
  Plan plan(shards_.size());
  state().for_each([this, &plan](const MetaStream& stream) {
    const AccountId account = accounts_->find(stream.account);
    if (!account) {
      LEAT_LOG(kWarning) << "Stream " << stream.config.name << " stays away: there is no account "
                         << stream.account;
      return;
    }
    plan[owner_of(stream.uid).value].push_back({.account = account,
                                                .uid = stream.uid,
                                                .config_number = stream.config_number,
                                                .config = stream.config});
  });
  return plan;
}

// Of streams that the meta group does not know, those it has known were deleted by its decision,
// and a crash cut their removal off: it ends now. Others are left as they are: nothing is removed
// that nobody decided to remove.
Status Assignments::settle_strangers(RecoveredStore& store, const RecoveredLog& log) {
  LEAT_TRY_ASSIGN(const std::vector<GroupId> traced, traced_groups(store, log));
  std::set<GroupId> known{kMetaGroup};
  state().for_each([&known](const MetaStream& stream) { known.insert(stream.uid); });
  std::size_t ended = 0;
  for (const GroupId group : traced) {
    if (known.contains(group)) continue;
    if (group < state().next_uid()) {
      ++ended;
      deps_.store.delete_stream(group, Task());
    } else {
      LEAT_LOG(kWarning) << "The store has data of stream " << group
                         << ", which no account has; it is kept and not used";
    }
  }
  if (ended > 0) {
    LEAT_LOG(kInfo) << "What a crash left of deleted streams goes now, of " << ended;
  }
  return {};
}

void Assignments::recover(RecoveredStore& store, const RecoveredLog& log, Task ready) {
  if (const Status settled = settle_strangers(store, log); !settled) {
    LEAT_LOG(kWarning) << "Streams in the store can not be listed: " << settled.error().text;
  }
  shards_recovering_ = shards_.size();
  recover_shard(std::make_shared<Plan>(plan_recovery()), store, log,
                std::make_shared<Task>(std::move(ready)));
}

// One shard after the other reads, since the store is read by one thread at a time; they replay at
// the same time. Every step begins on the first shard: the last entry of the plan is done first.
void Assignments::recover_shard(std::shared_ptr<Plan> plan, RecoveredStore& store,
                                const RecoveredLog& log, std::shared_ptr<Task> ready) {
  const auto shard = static_cast<std::uint16_t>(plan->size() - 1);
  Assignments* there = shards_.at(shard);
  deps_.mailbox.send(ShardId(shard), [this, there, plan, &store, &log, ready] {
    for (StreamAssignment& assignment : plan->back()) {
      const Status made = there->deps_.streams.recover(std::move(assignment), store, log);
      if (!made) {
        LEAT_LOG(kError) << "Offline: " << made.error().text;
      }
    }
    plan->pop_back();
    there->deps_.streams.start_recovered([this, there, ready] {
      there->deps_.mailbox.send(kFirstShard, [this, ready] {
        if (--shards_recovering_ == 0 && *ready) (*ready)();
      });
    });
    there->deps_.mailbox.send(kFirstShard, [this, plan, &store, &log, ready] {
      if (!plan->empty()) recover_shard(plan, store, log, ready);
    });
  });
}

}  // namespace leat
