#include "core/session/permissions.h"

#include <algorithm>

#include "core/subject/subject.h"

namespace leat {

namespace {

bool any_matches(const std::vector<std::string>& patterns, std::string_view subject) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return subject_matches(pattern, subject); });
}

// What the entries of a list say about a subject: plain ones, and those for a queue.
struct ListAnswer {
  bool plain = false;        // a plain entry applies
  bool has_queues = false;   // an entry with a queue applies to the subject
  bool queue_named = false;  // and its queue is the one in question
};

template <typename Applies>
ListAnswer look_up(const std::vector<SubscribePattern>& list, std::string_view queue,
                   Applies applies) {
  ListAnswer answer;
  for (const SubscribePattern& entry : list) {
    if (!applies(entry.subject)) continue;
    if (entry.queue.empty()) {
      answer.plain = true;
      continue;
    }
    answer.has_queues = true;
    // The literal name first: `*` and `>` are valid names of queues too.
    answer.queue_named = answer.queue_named || entry.queue == queue ||
                         (!queue.empty() && is_subset(queue, entry.queue));
  }
  return answer;
}

bool applies_to(const ListAnswer& answer, std::string_view queue) {
  return !queue.empty() && answer.has_queues ? answer.queue_named : answer.plain;
}

}  // namespace

bool PermissionSet::may_publish(std::string_view subject) const {
  if (publish_allow ? !any_matches(*publish_allow, subject) : responses.has_value()) return false;
  return !any_matches(publish_deny, subject);
}

bool PermissionSet::may_subscribe(std::string_view subject, std::string_view queue) const {
  if (subscribe_allow) {
    // All that the subscription could receive has to be allowed; what is no subject never is.
    if (has_empty_token(subject)) return false;
    const ListAnswer allow = look_up(*subscribe_allow, queue, [&](const std::string& pattern) {
      return is_subset(subject, pattern);
    });
    if (!applies_to(allow, queue)) return false;
  }
  // A subscription wider than a deny entry is let in; what is denied is kept from it later.
  const ListAnswer deny = look_up(subscribe_deny, queue, [&](const std::string& pattern) {
    return subject_matches(pattern, subject);
  });
  return !applies_to(deny, queue);
}

bool PermissionSet::may_receive(std::string_view subject, std::string_view queue) const {
  const ListAnswer deny = look_up(subscribe_deny, queue, [&](const std::string& pattern) {
    return subject_matches(pattern, subject);
  });
  return !deny.plain && !(deny.queue_named && !queue.empty());
}

}  // namespace leat
