#include "core/monitor/connz.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "core/base/duration.h"
#include "core/session/accounts.h"
#include "proto/json/json_value.h"
#include "proto/json/json_writer.h"

namespace leat {
namespace {

constexpr std::int64_t kConnectionsShown = 1024;

// Whether one connection stands before another; `now` ends the life of those that are open.
using Before = std::function<bool(const ConnectionSnapshot&, const ConnectionSnapshot&, WallNs)>;

// What is alike is ordered by cid, so that pages neither overlap nor leave one out.
template <typename Key>
Before by(Key key) {
  return [key](const ConnectionSnapshot& a, const ConnectionSnapshot& b, WallNs) {
    return std::pair(key(a), a.cid) < std::pair(key(b), b.cid);
  };
}

// The other way round, connections that are alike too.
Before reversed(Before before) {
  return [before = std::move(before)](const ConnectionSnapshot& a, const ConnectionSnapshot& b,
                                      WallNs now) { return before(b, a, now); };
}

DurationNs uptime(const ConnectionSnapshot& c, WallNs now) {
  return (c.stop != 0 ? c.stop : now) - c.start;
}

bool has_shorter_life(const ConnectionSnapshot& a, const ConnectionSnapshot& b, WallNs now) {
  return std::pair(uptime(a, now), a.cid) < std::pair(uptime(b, now), b.cid);
}

struct Order {
  std::string_view name;
  Before before;
};

const std::vector<Order>& orders() {
  using C = ConnectionSnapshot;
  static const std::vector<Order> all = {
      {"cid", by([](const C& c) { return c.cid; })},
      {"start", by([](const C& c) { return c.cid; })},
      {"subs", reversed(by([](const C& c) { return c.subscription_count; }))},
      {"pending", reversed(by([](const C& c) { return c.pending_bytes; }))},
      {"msgs_to", reversed(by([](const C& c) { return c.out.messages; }))},
      {"msgs_from", reversed(by([](const C& c) { return c.in.messages; }))},
      {"bytes_to", reversed(by([](const C& c) { return c.out.bytes; }))},
      {"bytes_from", reversed(by([](const C& c) { return c.in.bytes; }))},
      {"last", reversed(by([](const C& c) { return c.last_activity; }))},
      {"idle", reversed(by([](const C& c) { return -c.last_activity; }))},
      {"uptime", has_shorter_life},
      {"stop", reversed(by([](const C& c) { return c.stop; }))},
      {"reason", by([](const C& c) { return close_reason_text(c.reason); })},
      {"rtt", reversed(by([](const C& c) { return c.rtt_ns; }))},
  };
  return all;
}

const Order* find_order(std::string_view name) {
  for (const Order& order : orders()) {
    if (order.name == name) return &order;
  }
  return nullptr;
}

Result<ConnzQuery::State> parse_state(std::string_view text) {
  const auto is = [text](std::string_view word) { return json_names_match(text, word); };
  if (text.empty() || is("open")) return ConnzQuery::State::kOpen;
  if (is("closed")) return ConnzQuery::State::kClosed;
  if (is("any") || is("all")) return ConnzQuery::State::kAny;
  return failure(ErrorKind::kInvalid, "Error decoding state for " + std::string(text));
}

Result<ConnzQuery::Subscriptions> parse_subscriptions(const HttpRequest& request) {
  if (json_names_match(request.parameter("subs"), "detail"))
    return ConnzQuery::Subscriptions::kDetail;
  LEAT_TRY_ASSIGN(const bool on, query_flag(request, "subs"));
  return on ? ConnzQuery::Subscriptions::kSubjects : ConnzQuery::Subscriptions::kNone;
}

void write_subscriptions(JsonWriter& json, const ConnectionSnapshot& connection,
                         ConnzQuery::Subscriptions how) {
  if (how == ConnzQuery::Subscriptions::kNone || connection.subscriptions.empty()) return;
  if (how == ConnzQuery::Subscriptions::kSubjects) {
    json.key("subscriptions_list").begin_array();
    for (const SubscriptionSnapshot& one : connection.subscriptions) json.value(one.subject);
    json.end_array();
    return;
  }
  json.key("subscriptions_list_detail").begin_array();
  for (const SubscriptionSnapshot& one : connection.subscriptions) {
    json.begin_object()
        .field("subject", one.subject)
        .field_if_set("qgroup", one.queue)
        .field("sid", one.sid)
        .field("msgs", one.messages)
        .field_if_set("max", one.deliveries_max)
        .field("cid", connection.cid.value)
        .end_object();
  }
  json.end_array();
}

void write_connection(JsonWriter& json, const ConnectionSnapshot& c, const ConnzQuery& query,
                      WallNs now) {
  const WallNs end = c.stop != 0 ? c.stop : now;
  json.begin_object()
      .field("cid", c.cid.value)
      .field("kind", "Client")
      .field("type", "nats")
      .field("ip", c.ip)
      .field("port", c.port)
      .field("start", format_time(c.start))
      .field("last_activity", format_time(c.last_activity));
  if (c.stop != 0) {
    json.field("stop", format_time(c.stop)).field("reason", close_reason_text(c.reason));
  }
  if (c.rtt_ns != 0) json.field("rtt", format_duration(c.rtt_ns));
  json.field("uptime", uptime_text(end - c.start))
      .field("idle", uptime_text(end - c.last_activity))
      .field("pending_bytes", c.pending_bytes)
      .field("in_msgs", c.in.messages)
      .field("out_msgs", c.out.messages)
      .field("in_bytes", c.in.bytes)
      .field("out_bytes", c.out.bytes)
      .field("subscriptions", c.subscription_count)
      .field_if_set("name", c.name)
      .field_if_set("lang", c.lang)
      .field_if_set("version", c.version);
  if (query.with_auth) {
    json.field_if_set("authorized_user", c.user);
    if (c.account != kGlobalAccountName) json.field_if_set("account", c.account);
  }
  write_subscriptions(json, c, query.subscriptions);
  if (query.with_auth) json.field_if_set("name_tag", c.account);
  json.end_object();
}

bool is_wanted(const ConnzQuery& query, const ConnectionSnapshot& c) {
  // No connection speaks MQTT here, so none has a client id.
  return query.mqtt_client.empty() && (!query.cid || c.cid == query.cid) &&
         (query.user.empty() || c.user == query.user) &&
         (query.account.empty() || c.account == query.account);
}

std::vector<ConnectionSnapshot> matching(const ConnzQuery& query, MonitorSnapshot& snapshot,
                                         WallNs now) {
  std::vector<ConnectionSnapshot> all = std::move(snapshot.open);
  all.insert(all.end(), std::make_move_iterator(snapshot.closed.begin()),
             std::make_move_iterator(snapshot.closed.end()));
  std::erase_if(all, [&](const ConnectionSnapshot& c) { return !is_wanted(query, c); });
  if (const Order* order = find_order(query.sort)) {
    std::sort(all.begin(), all.end(),
              [&](const ConnectionSnapshot& a, const ConnectionSnapshot& b) {
                return order->before(a, b, now);
              });
  }
  return all;
}

}  // namespace

Result<ConnzQuery> parse_connz_query(const HttpRequest& request) {
  ConnzQuery query;
  LEAT_TRY_ASSIGN(query.with_auth, query_flag(request, "auth"));
  LEAT_TRY_ASSIGN(query.subscriptions, parse_subscriptions(request));
  LEAT_TRY_ASSIGN(query.page, query_page(request, kConnectionsShown));
  LEAT_TRY_ASSIGN(const std::uint64_t cid, query_id(request, "cid"));
  query.cid = ConnectionId(cid);
  LEAT_TRY_ASSIGN(query.state, parse_state(request.parameter("state")));
  query.user = std::string(request.parameter("user"));
  query.account = std::string(request.parameter("acc"));
  query.mqtt_client = std::string(request.parameter("mqtt_client"));
  if (!request.parameter("sort").empty()) query.sort = std::string(request.parameter("sort"));
  if (find_order(query.sort) == nullptr) {
    return failure(ErrorKind::kInvalid, "invalid sorting option: " + query.sort);
  }
  if (query.state != ConnzQuery::State::kClosed &&
      (query.sort == "stop" || query.sort == "reason")) {
    return failure(ErrorKind::kInvalid,
                   "sort by " + query.sort + " only valid on closed connections");
  }
  if (query.cid) query.page.limit = 1;
  return query;
}

std::string connz_json(const MonitorFacts& facts, const ConnzQuery& query, MonitorSnapshot snapshot,
                       WallNs now) {
  const std::vector<ConnectionSnapshot> all = matching(query, snapshot, now);
  const auto page = query.page.of(std::span(all));
  std::string out;
  JsonWriter json(out, JsonLayout::kIndented);
  json.begin_object()
      .field("server_id", query.is_known_account ? facts.server.server_id : std::string())
      .field("now", format_time(now))
      .field("num_connections", page.size())
      .field("total", all.size())
      .field("offset", query.page.offset)
      .field("limit", query.page.limit)
      .key("connections");
  // As the peer says that there is no such account.
  if (!query.is_known_account) {
    json.null().end_object();
    return out;
  }
  json.begin_array();
  for (const ConnectionSnapshot& one : page) write_connection(json, one, query, now);
  json.end_array().end_object();
  return out;
}

}  // namespace leat
