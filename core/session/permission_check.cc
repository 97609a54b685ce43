#include "core/session/permission_check.h"

#include <utility>

#include "core/base/limits.h"

namespace leat {

namespace {

constexpr DurationNs kPruneGapNs = 1'000'000'000;

}  // namespace

PermissionCheck::PermissionCheck(std::shared_ptr<const PermissionSet> permissions)
    : permissions_(std::move(permissions)) {}

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
  return allowed || (tracks_replies() && use_reply(subject, now));
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

void PermissionCheck::note_reply(std::string_view reply, SteadyNs now) {
  if (replies_.size() >= limits::kTrackedReplies) prune_replies(now);
  const auto known = replies_.find(reply);
  if (known != replies_.end()) {
    known->second = Reply{.sent = 0, .since = now};
  } else {
    replies_.emplace(reply, Reply{.sent = 0, .since = now});
  }
}

bool PermissionCheck::use_reply(std::string_view subject, SteadyNs now) {
  const auto place = replies_.find(subject);
  if (place == replies_.end()) return false;
  const ResponsePermission& rule = *permissions_->responses;
  ++place->second.sent;
  const bool too_many = rule.messages_max > 0 && place->second.sent > rule.messages_max;
  const bool too_late = rule.expires > 0 && now - place->second.since > rule.expires;
  if (too_many || too_late) {
    replies_.erase(place);
    return false;
  }
  return true;
}

// Drops what is used up or expired; where that is not enough, everything: a requester that comes
// in such numbers has left by then, and the memory is bounded.
void PermissionCheck::prune_replies(SteadyNs now) {
  const ResponsePermission& rule = *permissions_->responses;
  if (now - last_prune_ >= kPruneGapNs || last_prune_ == 0) {
    last_prune_ = now;
    std::erase_if(replies_, [&](const auto& entry) {
      const Reply& reply = entry.second;
      return (rule.messages_max > 0 && reply.sent >= rule.messages_max) ||
             (rule.expires > 0 && now - reply.since > rule.expires);
    });
  }
  // Between two prunes, and where no rule lets anything go, the map may double.
  if (replies_.size() >= 2 * limits::kTrackedReplies) replies_.clear();
}

}  // namespace leat
