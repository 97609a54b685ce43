#include "core/session/open_replies.h"

#include <iterator>

#include "core/base/limits.h"

namespace leat {

namespace {

// A node of the list and one of the table, beside the text.
constexpr std::size_t kGrantBytes = 128;

std::size_t bytes_of(std::string_view subject) { return kGrantBytes + subject.size(); }

}  // namespace

void OpenReplies::grant(std::string_view reply, SteadyNs now) {
  while (!grants_.empty() &&
         (is_expired(grants_.front(), now) || bytes_ > limits::kOpenReplyBytes)) {
    end(grants_.begin());
  }
  const auto known = by_subject_.find(reply);
  if (known != by_subject_.end()) {
    const Grants::iterator grant = known->second;
    grant->sent = 0;
    grant->since = now;
    grants_.splice(grants_.end(), grants_, grant);
    return;
  }
  grants_.push_back({.subject = std::string(reply), .since = now});
  by_subject_.emplace(grants_.back().subject, std::prev(grants_.end()));
  bytes_ += bytes_of(reply);
}

bool OpenReplies::use(std::string_view subject, SteadyNs now) {
  const auto known = by_subject_.find(subject);
  if (known == by_subject_.end()) return false;
  const Grants::iterator grant = known->second;
  if (is_expired(*grant, now)) {
    end(grant);
    return false;
  }
  ++grant->sent;
  if (rule_.messages_max > 0 && grant->sent >= rule_.messages_max) end(grant);
  return true;
}

bool OpenReplies::is_expired(const Grant& grant, SteadyNs now) const {
  return rule_.expires > 0 && now - grant.since > rule_.expires;
}

void OpenReplies::end(Grants::iterator grant) {
  bytes_ -= bytes_of(grant->subject);
  by_subject_.erase(grant->subject);
  grants_.erase(grant);
}

}  // namespace leat
