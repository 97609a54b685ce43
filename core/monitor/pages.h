#pragma once

#include <string>

#include "core/monitor/query.h"
#include "core/monitor/snapshot.h"
#include "proto/json/json_writer.h"

namespace leat {

// The fields of a list of subscriptions, into an object that is open.
void write_interest_statistics(JsonWriter& json, const InterestStatistics& interest);

// The page of links at /.
HttpResponse index_page(const MonitorFacts& facts);

struct SubszQuery {
  bool with_list = false;
  PageQuery page;
  std::string account;  // empty: all
  std::string test;     // a literal subject; only what it matches is listed
};
Result<SubszQuery> parse_subsz_query(const HttpRequest& request);
// Subscriptions of clients; what the server itself listens to is counted only.
std::string subsz_json(const MonitorFacts& facts, const SubszQuery& query,
                       const MonitorSnapshot& snapshot, WallNs now);

// What a server that stands alone says about the others.
std::string routez_json(const MonitorFacts& facts, WallNs now);
std::string gatewayz_json(const MonitorFacts& facts, WallNs now);
std::string leafz_json(const MonitorFacts& facts, WallNs now);

}  // namespace leat
