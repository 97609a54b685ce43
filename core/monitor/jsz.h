#pragma once

#include <string>

#include "core/monitor/query.h"
#include "core/monitor/snapshot.h"

namespace leat {

struct JszQuery {
  std::string account;  // empty: all
  bool accounts = false;
  bool streams = false;
  bool consumers = false;
  bool config = false;
  bool raft = false;
  PageQuery page;

  bool shows_accounts() const { return accounts || streams || consumers || !account.empty(); }
  bool shows_streams() const { return streams || consumers; }
};

Result<JszQuery> parse_jsz_query(const HttpRequest& request);

// The body of /jsz.
std::string jsz_json(const MonitorFacts& facts, const JszQuery& query,
                     const MonitorSnapshot& snapshot, WallNs now);

}  // namespace leat
