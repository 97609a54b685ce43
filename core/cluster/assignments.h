#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/ids.h"
#include "core/base/task.h"
#include "core/cluster/meta_group.h"
#include "core/env/mailbox.h"
#include "core/router/router.h"
#include "core/session/accounts.h"
#include "proto/api/errors.h"
#include "proto/api/info.h"
#include "raft/group/proposal_queue.h"
#include "streams/host/stream_set.h"

namespace leat {

// What became of a change of a stream, once it holds on every shard.
struct StreamChange {
  Fate fate = Fate::kApplied;  // of the command; the rest is only of one that was applied
  std::optional<ApiError> error{};
  MetaVerdict::Change change = MetaVerdict::Change::kNone;
  StreamInfo info{};  // of a stream that is there now
};
using StreamChangeCallback = InlineFunction<void(const StreamChange&)>;

// Makes streams on their shards what the meta group has decided about them. One on each shard; the
// first shard's has the meta group and takes the requests. Owned by the shard's hosts, used on its
// thread; they speak to one another by mail.
//
//   first shard: change -> meta group -> decided -> mail -> owner: StreamSet -> all shards have the
//   change of interest -> mail -> first shard: done, of whoever asked here, if anybody did
//
// Holds between calls: what was decided is carried out, whoever asked for it; of one stream's name
// at most one change at a time; those that follow wait in order, so that a name is free before it
// is taken again. Every command that was proposed here has its place in `asking_` until it is
// decided.
class Assignments : public MetaListener {
 public:
  struct Dependencies {
    StreamSet& streams;
    MessageStore& store;  // of files, on this shard
    Router& router;
    Mailbox& mailbox;
  };
  Assignments(const Dependencies& deps, std::shared_ptr<const AccountTable> accounts);
  Assignments(const Assignments&) = delete;
  Assignments& operator=(const Assignments&) = delete;

  // By shard; once, before any shard runs. The meta group may follow when it has been recovered.
  static void connect(const std::vector<Assignments*>& shards);
  void set_meta_group(MetaGroup& meta) { meta_ = &meta; }  // of the first shard's only
  void set_accounts(std::shared_ptr<const AccountTable> accounts) {
    accounts_ = std::move(accounts);
  }

  // --- on the first shard only
  const MetaState& state() const { return meta_->state(); }
  std::string_view account_name(AccountId account) const { return accounts_->name_of(account); }
  // The account of the command is filled in here. `done` runs when the change holds on every shard,
  // or when it is known that nobody can say what became of it.
  void change(AccountId account, MetaCommand command, StreamChangeCallback done);
  // At start, when the meta group leads: every shard makes its streams from what store and journal
  // have, one shard after the other; what cannot be made is logged and stays away. `ready` runs
  // when all streams take publishes. Store and journal outlive that.
  void recover(RecoveredStore& store, const RecoveredLog& log, Task ready);

  // Where a stream lives.
  ShardId owner_of(GroupId uid) const;

  // --- MetaListener, on the first shard
  void decided(const Proposal& place, const MetaVerdict& verdict) override;
  void passed_no_op(const Proposal& place) override;

 private:
  struct NameKey {
    AccountId account;
    std::string name;
    friend auto operator<=>(const NameKey&, const NameKey&) = default;
  };
  struct Decided {
    MetaVerdict verdict;
    StreamChangeCallback done;  // none: nobody here has asked
  };
  using Plan = std::vector<std::vector<StreamAssignment>>;  // by shard

  void carry_out(const NameKey& key);
  void carried_out(const NameKey& key, const StreamChange& change);
  // On the owner's shard: does it, and answers the first shard.
  void put(const NameKey& key, const MetaVerdict& verdict);
  void report(const NameKey& key, StreamChange change);
  Plan plan_recovery() const;
  void recover_shard(std::shared_ptr<Plan> plan, RecoveredStore& store, const RecoveredLog& log,
                     std::shared_ptr<Task> ready);
  Status settle_strangers(RecoveredStore& store, const RecoveredLog& log);

  Dependencies deps_;
  std::shared_ptr<const AccountTable> accounts_;
  std::vector<Assignments*> shards_;
  MetaGroup* meta_ = nullptr;
  ProposalQueue<StreamChangeCallback> asking_;
  std::map<NameKey, std::deque<Decided>> deciding_;  // the front one is being carried out
  std::size_t shards_recovering_ = 0;
};

}  // namespace leat
