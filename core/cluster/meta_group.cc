#include "core/cluster/meta_group.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/base/check.h"
#include "core/base/log.h"
#include "raft/group/recovery.h"

namespace leat {

MetaGroup::MetaGroup(const Dependencies& deps) : deps_(deps) {}

MetaGroup::~MetaGroup() = default;

Result<std::unique_ptr<MetaGroup>> MetaGroup::recover(const Dependencies& deps,
                                                      RecoveredStore& store,
                                                      const RecoveredLog& log) {
  LEAT_TRY_ASSIGN(const std::optional<StoredRow> stored, store.stored_row(kMetaGroup));
  LEAT_TRY_ASSIGN(
      RaftStart start,
      recover_whole_group({.group = kMetaGroup, .self = deps.self, .founders = {{deps.self}, {}}},
                          log, stored));
  // What replay will give to the machine is read here once, where it can still be refused.
  for (const RaftEntry& entry : start.entries) {
    if (entry.is_no_op()) continue;
    LEAT_TRY(decode_meta_entry(entry.payload.view()));
  }
  std::unique_ptr<MetaGroup> meta(new MetaGroup(deps));
  LEAT_TRY(store.scan_meta_rows([&meta](std::string_view key, std::string_view value) {
    return meta->state_.load_row(key, value);
  }));
  LEAT_TRY_ASSIGN(Raft raft, Raft::start(std::move(start)));
  meta->group_ = std::make_unique<Group>(kMetaGroup, std::move(raft), *meta, deps.groups);
  return meta;
}

void MetaGroup::start(MetaListener& listener, Task recovered) {
  listener_ = &listener;
  recovered_ = std::make_unique<Task>(std::move(recovered));
  if (group_->is_only_voter()) {
    lead();
  } else {
    tell_recovered();
  }
}

void MetaGroup::lead() {
  if (const Status stands = group_->campaign(); !stands) {
    LEAT_LOG(kWarning) << "The meta group does not stand: " << stands.error().text;
  }
}

void MetaGroup::tell_recovered() {
  if (const std::unique_ptr<Task> recovered = std::move(recovered_); recovered && *recovered) {
    (*recovered)();
  }
}

void MetaGroup::stop() {
  if (is_write_set_planned_) take_write_set();
}

Result<Proposal> MetaGroup::propose(MetaCommand command) {
  MetaEntry entry;
  entry.stamp = std::max(deps_.clock.wall_ns(), state_.last_stamp());
  entry.command = std::move(command);
  if (entry.command.kind == MetaCommandKind::kCreateStream) entry.command.members = {deps_.self};
  return group_->propose(encode_meta_entry(entry));
}

StateMachine::Applied MetaGroup::apply(const RaftEntry& entry) {
  const Result<MetaEntry> decoded = decode_meta_entry(entry.payload.view());
  LEAT_CHECK(decoded.has_value()) << decoded.error().text;
  const MetaVerdict verdict = state_.apply(*decoded);
  plan_write_set();
  if (listener_ != nullptr && recovered_ == nullptr) {
    listener_->decided({.index = entry.index, .term = entry.term}, verdict);
  }
  return Applied::kYes;
}

void MetaGroup::passed_no_op(const Proposal& place) {
  if (listener_ != nullptr) listener_->passed_no_op(place);
}

void MetaGroup::became_leader() { tell_recovered(); }

// Changes of streams are rare and their rows small, so each turn with one stores it: the journal
// is never held back by this group.
void MetaGroup::plan_write_set() {
  if (std::exchange(is_write_set_planned_, true)) return;
  deps_.scheduler.post([self = lifetime_.ref()] {
    if (self && self->is_write_set_planned_) self->take_write_set();
  });
}

void MetaGroup::take_write_set() {
  is_write_set_planned_ = false;
  WriteSet set;
  set.group = kMetaGroup;
  state_.take_dirty_rows([&set](const std::string& key, const std::string& value) {
    set.meta_rows.push_back({.key = key, .value = Bytes::copy_of(value)});
  });
  set.raft_row = group_->raft_row();
  set.stored = group_->applied().index;
  set.hard_state = group_->hard_state_place();
  set.wants_flush = std::exchange(is_flush_wanted_, false);
  deps_.store.write(std::move(set), Task());
}

}  // namespace leat
