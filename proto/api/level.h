#pragma once

#include <string_view>

namespace leat {

// The NATS release whose features are complete here: `version` of INFO, `_nats.ver` of answers.
// Clients switch features on it.
inline constexpr std::string_view kNatsVersion = "2.15.3";

// The API level that goes with it: `api.level` of account info, `_nats.level` of answers. A
// request that states a higher one is refused with 10185.
inline constexpr int kApiLevel = 0;

}  // namespace leat
