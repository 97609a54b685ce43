#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/ids.h"
#include "core/env/clock.h"
#include "core/session/login.h"
#include "core/session/session_settings.h"
#include "proto/client/parser.h"

namespace leat {

// What a client may do: by its user's permissions, by what the server keeps for itself, and by the
// limits of the configuration. Made for a question, on the shard's thread; changes nothing but what
// PermissionCheck remembers. The answers are texts of -ERR; empty: it may.
class ClientRules {
 public:
  ClientRules(const Login& login, const SessionSettings& settings)
      : login_(login), settings_(settings) {}

  // Looks at the clock only where there are permissions: that costs more than all the rest.
  std::string publish_violation(const ClientOperation& publish, const Clock& clock) const;
  // Of one more subscription beside the `count` that there are.
  std::string subscribe_violation(const ClientOperation& subscribe, std::size_t count) const;
  // Of a subscription that there is, by permissions alone.
  std::string kept_violation(std::string_view subject, std::string_view queue) const;
  std::size_t subscriptions_max() const;

 private:
  const Login& login_;
  const SessionSettings& settings_;
};

}  // namespace leat
