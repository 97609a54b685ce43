#include "core/session/client_rules.h"

#include <algorithm>
#include <limits>

#include "core/base/quote.h"
#include "proto/api/reserved_subjects.h"

namespace leat {

namespace {

constexpr std::string_view kRaftPrefix = "$NRG.";
constexpr std::string_view kSystemQueue = "_sys_";

std::string violation(std::string_view subject, std::string_view queue) {
  std::string text = "Permissions Violation for Subscription to " + go_quote(subject);
  if (!queue.empty()) text += " using queue " + go_quote(queue);
  return text;
}

}  // namespace

std::string ClientRules::publish_violation(const ClientOperation& publish,
                                           const Clock& clock) const {
  const std::string_view subject = publish.subject;
  const bool is_reserved =
      is_gateway_reply(subject) ||
      (subject.starts_with(kRaftPrefix) && login_.account() != settings_.accounts->system());
  PermissionCheck* permissions = login_.permissions();
  if (is_reserved ||
      (permissions != nullptr && !permissions->may_publish(subject, clock.steady_ns()))) {
    return "Permissions Violation for Publish to " + go_quote(subject);
  }
  if (is_reserved_reply(publish.reply)) {
    return "Permissions Violation for Publish with Reply of " + go_quote(publish.reply);
  }
  return {};
}

std::string ClientRules::subscribe_violation(const ClientOperation& subscribe,
                                             std::size_t count) const {
  const std::string_view subject = subscribe.subject;
  if (subscribe.queue == kSystemQueue) return violation(subject, subscribe.queue);
  if (std::string text = kept_violation(subject, subscribe.queue); !text.empty()) return text;
  const std::int64_t tokens_max = settings_.subscription_tokens_max;
  if (tokens_max > 0 && std::count(subject.begin(), subject.end(), '.') >= tokens_max) {
    return violation(subject, {}) + ", too many tokens";
  }
  return count < subscriptions_max() ? std::string() : "maximum subscriptions exceeded";
}

std::string ClientRules::kept_violation(std::string_view subject, std::string_view queue) const {
  const PermissionCheck* permissions = login_.permissions();
  if (permissions == nullptr || permissions->may_subscribe(subject, queue)) return {};
  return violation(subject, queue);
}

std::size_t ClientRules::subscriptions_max() const {
  const Identity* identity = login_.identity();
  const bool is_of_user = identity != nullptr && identity->subscriptions_max >= 0;
  const std::int64_t maximum =
      is_of_user ? identity->subscriptions_max : settings_.subscriptions_max;
  return maximum > 0 ? static_cast<std::size_t>(maximum) : std::numeric_limits<std::size_t>::max();
}

}  // namespace leat
