#pragma once

#include <string>

#include "core/monitor/monitor.h"
#include "core/monitor/query.h"
#include "core/monitor/snapshot.h"

namespace leat {

struct HealthzQuery {
  std::string account;
  std::string stream;
  std::string consumer;
  bool details = false;
  bool is_server_only = false;  // not about what streams hold
};

Result<HealthzQuery> parse_healthz_query(const HttpRequest& request);

// The answer of /healthz: 503 while something is damaged. The snapshot has the damages, and names
// the streams and consumers of the accounts when the query asks for one of them. Answers come only
// from a server that is ready.
HttpResponse healthz_response(const MonitorGeneration& generation, const HealthzQuery& query,
                              const MonitorSnapshot& snapshot);

}  // namespace leat
