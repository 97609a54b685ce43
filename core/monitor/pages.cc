#include "core/monitor/pages.h"

#include <algorithm>
#include <tuple>

#include "core/base/duration.h"
#include "core/subject/subject.h"
#include "proto/json/json_writer.h"

namespace leat {
namespace {

constexpr std::int64_t kSubscriptionsShown = 1024;

struct Listed {
  const ConnectionSnapshot* connection;
  const SubscriptionSnapshot* subscription;
};

std::vector<Listed> listed(const SubszQuery& query, const MonitorSnapshot& snapshot) {
  std::vector<Listed> all;
  for (const ConnectionSnapshot& connection : snapshot.open) {
    if (!query.account.empty() && connection.account != query.account) continue;
    for (const SubscriptionSnapshot& one : connection.subscriptions) {
      if (!query.test.empty() && !subject_matches(one.subject, query.test)) continue;
      all.push_back({&connection, &one});
    }
  }
  const auto place = [](const Listed& one) {
    return std::tie(one.connection->cid, one.subscription->sid, one.subscription->subject);
  };
  std::sort(all.begin(), all.end(),
            [&](const Listed& a, const Listed& b) { return place(a) < place(b); });
  return all;
}

double ratio(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

void write_listed(JsonWriter& json, const Listed& entry) {
  json.begin_object()
      .field("account", entry.connection->account)
      .field("account_tag", entry.connection->account)
      .field("subject", entry.subscription->subject)
      .field_if_set("qgroup", entry.subscription->queue)
      .field("sid", entry.subscription->sid)
      .field("msgs", entry.subscription->messages)
      .field_if_set("max", entry.subscription->deliveries_max)
      .field("cid", entry.connection->cid.value)
      .end_object();
}

}  // namespace

void write_interest_statistics(JsonWriter& json, const InterestStatistics& interest) {
  json.field("num_subscriptions", interest.subscriptions)
      .field("num_cache", interest.remembered)
      .field("num_inserts", interest.inserts)
      .field("num_removes", interest.removes)
      .field("num_matches", interest.matches)
      .field("cache_hit_rate", ratio(interest.cache_hits, interest.matches))
      .field("max_fanout", interest.fanout_max)
      .field("avg_fanout", ratio(interest.fanout_sum, interest.remembered));
}

HttpResponse index_page(const MonitorFacts& facts) {
  const std::string& base = facts.options->http.base_path;
  std::string body =
      "<html lang=\"en\">\n<head><title>Leat</title></head>\n<body>\n<h1>Leat</h1>\n<p>Version " +
      facts.server.version + "</p>\n<ul>\n";
  for (const char* name : {"varz", "jsz", "connz", "accountz", "accstatz", "subsz", "routez",
                           "leafz", "gatewayz", "healthz"}) {
    body += "<li><a href=\"" + base + "/" + name + "\">" + name + "</a></li>\n";
  }
  body += "</ul>\n</body>\n</html>\n";
  return HttpResponse{
      .status = 200, .content_type = "text/html; charset=utf-8", .body = std::move(body)};
}

Result<SubszQuery> parse_subsz_query(const HttpRequest& request) {
  SubszQuery query;
  LEAT_TRY_ASSIGN(query.with_list, query_flag(request, "subs"));
  LEAT_TRY_ASSIGN(query.page, query_page(request, kSubscriptionsShown));
  query.account = std::string(request.parameter("acc"));
  query.test = std::string(request.parameter("test"));
  if (!query.test.empty() && !is_literal_subject(query.test)) {
    return failure(ErrorKind::kInvalid,
                   "invalid test subject, must be valid publish subject: " + query.test);
  }
  return query;
}

std::string subsz_json(const MonitorFacts& facts, const SubszQuery& query,
                       const MonitorSnapshot& snapshot, WallNs now) {
  const std::vector<Listed> all = query.with_list ? listed(query, snapshot) : std::vector<Listed>();
  std::string out;
  JsonWriter json(out, JsonLayout::kIndented);
  json.begin_object().field("server_id", facts.server.server_id).field("now", format_time(now));
  write_interest_statistics(json, snapshot.interest);
  json.field("total", all.size())
      .field("offset", query.page.offset)
      .field("limit", query.page.limit);
  if (const auto page = query.page.of(std::span(all)); !page.empty()) {
    json.key("subscriptions_list").begin_array();
    for (const Listed& one : page) write_listed(json, one);
    json.end_array();
  }
  json.end_object();
  return out;
}

std::string routez_json(const MonitorFacts& facts, WallNs now) {
  std::string out;
  JsonWriter json(out, JsonLayout::kIndented);
  json.begin_object()
      .field("server_id", facts.server.server_id)
      .field("server_name", facts.server.server_name)
      .field("now", format_time(now))
      .field("num_routes", 0)
      .key("routes")
      .begin_array()
      .end_array()
      .end_object();
  return out;
}

std::string gatewayz_json(const MonitorFacts& facts, WallNs now) {
  std::string out;
  JsonWriter json(out, JsonLayout::kIndented);
  json.begin_object()
      .field("server_id", facts.server.server_id)
      .field("now", format_time(now))
      .key("outbound_gateways")
      .begin_object()
      .end_object()
      .key("inbound_gateways")
      .begin_object()
      .end_object()
      .end_object();
  return out;
}

std::string leafz_json(const MonitorFacts& facts, WallNs now) {
  std::string out;
  JsonWriter json(out, JsonLayout::kIndented);
  json.begin_object()
      .field("server_id", facts.server.server_id)
      .field("now", format_time(now))
      .field("leafnodes", 0)
      .key("leafs")
      .begin_array()
      .end_array()
      .end_object();
  return out;
}

}  // namespace leat
