#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"

namespace leat {

// An allow or deny entry of a subscribe permission: "subject" or "subject queue".
struct SubscribePattern {
  std::string subject;
  std::string queue;  // empty: plain entry; may contain wildcards
};

struct ResponsePermission {
  int messages_max = 1;                           // negative: no limit
  DurationNs expires = 2 * 60 * 1'000'000'000LL;  // negative: no limit
  bool operator==(const ResponsePermission&) const = default;
};

// The permissions of a user as configured. Without an allow list everything is allowed; deny wins.
struct PermissionSet {
  std::optional<std::vector<std::string>> publish_allow;
  std::vector<std::string> publish_deny;
  std::optional<std::vector<SubscribePattern>> subscribe_allow;
  std::vector<SubscribePattern> subscribe_deny;
  std::optional<ResponsePermission> responses;

  bool may_publish(std::string_view subject) const;
  bool may_subscribe(std::string_view subject, std::string_view queue) const;
  // Whether a message on `subject` may reach a subscription of this user (deny at the sink).
  bool may_receive(std::string_view subject, std::string_view queue) const;
  bool has_subscribe_deny() const { return !subscribe_deny.empty(); }
};

}  // namespace leat
