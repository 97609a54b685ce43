#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "core/base/ids.h"
#include "proto/api/info.h"
#include "proto/api/requests.h"
#include "proto/api/validate.h"

namespace leat {

// What the configuration says to the JetStream API. Immutable, shared by pointer; a reload makes a
// new one.
struct ApiSettings {
  std::string server_name{};
  std::string domain{};  // empty: none
  JsonStrictness strictness = JsonStrictness::kStrict;
  ServerAssetLimits assets{};
  // What streams of all accounts may set aside with max_bytes; -1: no bound.
  std::int64_t memory_bytes_max = -1;
  std::int64_t file_bytes_max = -1;
  // Limits of accounts that have any; the others have none.
  std::unordered_map<AccountId, AccountLimits> accounts{};

  const AccountLimits& limits_of(AccountId account) const {
    static const AccountLimits kNone;
    const auto found = accounts.find(account);
    return found == accounts.end() ? kNone : found->second;
  }
};

}  // namespace leat
