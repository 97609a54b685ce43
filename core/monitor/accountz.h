#pragma once

#include <string>
#include <string_view>

#include "core/monitor/monitor.h"

namespace leat {

// /accountz without a name: which accounts there are.
std::string accounts_json(const MonitorGeneration& generation, WallNs now);
// /accountz of one account that exists; the snapshot has the traffic.
std::string account_json(const MonitorGeneration& generation, std::string_view name,
                         const MonitorSnapshot& snapshot, WallNs now);

// Those with a connection, or all.
enum class AccstatzShown { kConnected, kAll };
std::string accstatz_json(const MonitorGeneration& generation, AccstatzShown shown,
                          const MonitorSnapshot& snapshot, WallNs now);

}  // namespace leat
