#include "raft/group/group_set.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace leat {

GroupSet::GroupSet(LogStore& log, Scheduler& scheduler, PeerTransport* transport)
    : log_(log), scheduler_(scheduler), transport_(transport) {
  log_.set_listener(*this);
}

void GroupSet::add(Group& group) {
  const bool is_new = groups_.emplace(group.id(), &group).second;
  LEAT_CHECK(is_new) << "group " << group.id() << " is here twice";
}

void GroupSet::remove(Group& group) {
  groups_.erase(group.id());
  std::replace(queued_.begin(), queued_.end(), &group, static_cast<Group*>(nullptr));
  std::replace(processing_.begin(), processing_.end(), &group, static_cast<Group*>(nullptr));
  for (std::size_t i = 0; i < awaited_.size(); ++i) {
    if (awaited_[i].group == &group) awaited_[i].group = nullptr;
  }
  std::erase_if(held_, [&](const HeldMessage& held) { return held.message.group == group.id(); });
}

void GroupSet::enqueue(Group& group) {
  if (!group.is_queued_) {
    group.is_queued_ = true;
    queued_.push_back(&group);
  }
  if (!is_scheduled_) {
    is_scheduled_ = true;
    scheduler_.at_turn_end([this] { process_queued(); });
  }
}

void GroupSet::await(LogTicket ticket, Group& group, const RaftProgress& progress) {
  awaited_.push_back({.ticket = ticket, .group = &group, .progress = progress});
}

void GroupSet::send(GroupMessage message) {
  LEAT_CHECK(transport_ != nullptr) << "group " << message.group << " has nobody to send to";
  transport_->send(std::move(message));
  has_sent_ = true;
}

void GroupSet::send_when_durable(LogTicket ticket, GroupMessage message) {
  if (ticket <= durable_) return send(std::move(message));
  held_.push_back({ticket, std::move(message)});
}

// Held messages of different groups stand in the order of their turns, which is not always that of
// their tickets: one without records of its own waits for an earlier ticket.
void GroupSet::release_held() {
  std::erase_if(held_, [this](HeldMessage& held) {
    if (held.ticket > durable_) return false;
    send(std::move(held.message));
    return true;
  });
}

void GroupSet::flush_sent() {
  if (std::exchange(has_sent_, false)) transport_->flush();
}

void GroupSet::durable_through(LogTicket ticket) {
  durable_ = ticket;
  // First of all: votes and acknowledgements are waited for elsewhere.
  if (!held_.empty()) release_held();
  flush_sent();
  while (!awaited_.empty() && awaited_.front().ticket <= ticket) {
    // Taken out first: what a group does next may add to the queue.
    const Awaited done = awaited_.pop_front();
    if (done.group != nullptr) done.group->durable(done.progress);
  }
}

void GroupSet::must_store(std::span<const GroupId> groups) {
  for (const GroupId id : groups) {
    const auto found = groups_.find(id);
    if (found != groups_.end()) found->second->machine_.must_store();
  }
}

void GroupSet::process_queued() {
  is_scheduled_ = false;
  processing_.swap(queued_);
  for (std::size_t i = 0; i < processing_.size(); ++i) {
    Group* group = processing_[i];
    if (group == nullptr) continue;
    group->is_queued_ = false;
    group->process();
  }
  processing_.clear();
  log_.flush();
  flush_sent();
}

}  // namespace leat
