#include "core/monitor/accountz.h"

#include <algorithm>

#include "core/base/duration.h"
#include "core/monitor/pages.h"
#include "proto/json/json_writer.h"

namespace leat {
namespace {

AccountTraffic traffic_of(const MonitorSnapshot& snapshot, AccountId account) {
  const auto place = snapshot.traffic.find(account);
  return place == snapshot.traffic.end() ? AccountTraffic() : place->second;
}

void begin_page(JsonWriter& json, const MonitorFacts& facts, WallNs now) {
  json.begin_object().field("server_id", facts.server.server_id).field("now", format_time(now));
}

// Every message of ours goes to or comes from a client: nothing came over the other kinds.
void write_direction(JsonWriter& json, const char* name, const TrafficCount& count) {
  json.key(name).begin_object().field("msgs", count.messages).field("bytes", count.bytes);
  for (const char* kind : {"gateways", "routes", "leafs"}) {
    json.key(kind).begin_object().field("msgs", 0).field("bytes", 0).end_object();
  }
  json.end_object();
}

void write_statistics(JsonWriter& json, std::string_view name, const AccountTraffic& traffic) {
  json.begin_object()
      .field("acc", name)
      .field("name", name)
      .field("conns", traffic.connections)
      .field("leafnodes", 0)
      .field("total_conns", traffic.connections)
      .field("num_subscriptions", traffic.subscriptions);
  write_direction(json, "sent", traffic.out);
  write_direction(json, "received", traffic.in);
  json.field("slow_consumers", traffic.slow_consumers).end_object();
}

}  // namespace

std::string accounts_json(const MonitorGeneration& generation, WallNs now) {
  std::string out;
  JsonWriter json(out, JsonLayout::kIndented);
  begin_page(json, *generation.facts, now);
  const AccountTable& accounts = *generation.accounts;
  json.field("system_account", accounts.name_of(accounts.system())).key("accounts").begin_array();
  for (const AccountId account : accounts.ids()) json.value(accounts.name_of(account));
  json.end_array().end_object();
  return out;
}

std::string account_json(const MonitorGeneration& generation, std::string_view name,
                         const MonitorSnapshot& snapshot, WallNs now) {
  std::string out;
  JsonWriter json(out, JsonLayout::kIndented);
  const MonitorFacts& facts = *generation.facts;
  begin_page(json, facts, now);
  const AccountTable& accounts = *generation.accounts;
  const AccountId account = accounts.find(name);
  const AccountTraffic traffic = traffic_of(snapshot, account);
  const auto& enabled = facts.jetstream_accounts;
  json.field("system_account", accounts.name_of(accounts.system()))
      .key("account_detail")
      .begin_object()
      .field("account_name", name)
      .field("update_time", format_time(facts.config_loaded))
      .field_if_set("is_system", account == accounts.system())
      .field("expired", false)
      .field("complete", true)
      .field("jetstream_enabled", std::find(enabled.begin(), enabled.end(), name) != enabled.end())
      .field("leafnode_connections", 0)
      .field("client_connections", traffic.connections)
      .field("subscriptions", traffic.subscriptions)
      .field("name_tag", name)
      .key("sublist_stats")
      .begin_object();
  write_interest_statistics(json, snapshot.interest);
  json.end_object().end_object().end_object();
  return out;
}

std::string accstatz_json(const MonitorGeneration& generation, AccstatzShown shown,
                          const MonitorSnapshot& snapshot, WallNs now) {
  std::string out;
  JsonWriter json(out, JsonLayout::kIndented);
  begin_page(json, *generation.facts, now);
  json.key("account_statz").begin_array();
  for (const AccountId account : generation.accounts->ids()) {
    const AccountTraffic traffic = traffic_of(snapshot, account);
    if (shown == AccstatzShown::kConnected && traffic.connections == 0) continue;
    write_statistics(json, generation.accounts->name_of(account), traffic);
  }
  json.end_array().end_object();
  return out;
}

}  // namespace leat
