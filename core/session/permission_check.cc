#include "core/session/permission_check.h"

#include <utility>

#include "core/base/limits.h"

namespace leat {

PermissionCheck::PermissionCheck(std::shared_ptr<const PermissionSet> permissions)
    : permissions_(std::move(permissions)) {
  if (permissions_->responses) replies_.emplace(*permissions_->responses);
}

bool PermissionCheck::may_publish(std::string_view subject, SteadyNs now) {
  const auto known = may_publish_.find(subject);
  bool allowed = false;
  if (known != may_publish_.end()) {
    allowed = known->second;
  } else {
    allowed = permissions_->may_publish(subject);
    if (may_publish_.size() >= limits::kPermissionAnswers) may_publish_.clear();
    may_publish_.emplace(subject, allowed);
  }
  return allowed || (replies_ && replies_->use(subject, now));
}

bool PermissionCheck::may_subscribe(std::string_view subject, std::string_view queue) const {
  return permissions_->may_subscribe(subject, queue);
}

bool PermissionCheck::may_receive(std::string_view subject, std::string_view queue) {
  if (!queue.empty()) return permissions_->may_receive(subject, queue);
  const auto known = may_receive_.find(subject);
  if (known != may_receive_.end()) return known->second;
  const bool allowed = permissions_->may_receive(subject, queue);
  if (may_receive_.size() >= limits::kPermissionAnswers) may_receive_.clear();
  may_receive_.emplace(subject, allowed);
  return allowed;
}

// What may be published anyway needs no grant. The look is not remembered: inboxes do not come
// again.
void PermissionCheck::note_reply(std::string_view reply, SteadyNs now) {
  if (!permissions_->may_publish(reply)) replies_->grant(reply, now);
}

void PermissionCheck::take_replies_of(PermissionCheck& before) {
  if (permissions_->responses == before.permissions_->responses) {
    replies_ = std::exchange(before.replies_, std::nullopt);
  }
}

}  // namespace leat
