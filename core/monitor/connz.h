#pragma once

#include <string>

#include "core/monitor/query.h"
#include "core/monitor/snapshot.h"

namespace leat {

// A query of /connz, checked.
struct ConnzQuery {
  enum class State { kOpen, kClosed, kAny };
  enum class Subscriptions { kNone, kSubjects, kDetail };

  std::string sort = "cid";
  State state = State::kOpen;
  Subscriptions subscriptions = Subscriptions::kNone;
  bool with_auth = false;
  PageQuery page;
  ConnectionId cid;  // none: all
  std::string user;
  std::string account;
  bool is_known_account = true;
  std::string mqtt_client;

  bool wants_open() const { return state != State::kClosed; }
  bool wants_closed() const { return state != State::kOpen; }
};

Result<ConnzQuery> parse_connz_query(const HttpRequest& request);

// The body of /connz. The snapshot has the connections of the states that the query wants.
std::string connz_json(const MonitorFacts& facts, const ConnzQuery& query, MonitorSnapshot snapshot,
                       WallNs now);

}  // namespace leat
