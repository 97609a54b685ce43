#include "core/monitor/varz.h"

#include "core/base/duration.h"
#include "core/monitor/query.h"
#include "proto/api/level.h"

namespace leat {
namespace {

constexpr std::int64_t kSyncIntervalShownNs = 120'000'000'000LL;  // where every ack is synced
constexpr std::int64_t kConsumersOfStreamMax = 1000;

void write_settings(JsonWriter& json, const MonitorFacts& facts) {
  const ServerOptions& options = *facts.options;
  json.field("server_id", facts.server.server_id)
      .field("server_name", facts.server.server_name)
      .field("version", facts.server.version)
      .field("proto", 1)
      .field("go", facts.server.go)
      .field("host", facts.server.host)
      .field("port", facts.server.port)
      .field_if_set("auth_required", facts.auth_required)
      .field_if_set("connect_urls", facts.server.connect_urls)
      .field("max_connections", options.limits.connections_max)
      .field_if_set("max_subscriptions", options.limits.subscriptions_max)
      .field("ping_interval", options.limits.ping_interval_ns)
      .field("ping_max", options.limits.pings_outstanding_max)
      .field("http_host", facts.http_host)
      .field("http_port", facts.http_port)
      .field("http_base_path", options.http.base_path)
      .field("https_port", 0)
      .field("auth_timeout",
             static_cast<double>(auth_timeout_ns(options)) / static_cast<double>(kSecondNs))
      .field("max_control_line", options.limits.control_line_bytes_max)
      .field("max_payload", options.limits.payload_bytes_max)
      .field("max_pending", options.limits.pending_bytes_max);
  for (const char* block : {"cluster", "gateway", "leaf", "mqtt", "websocket"}) {
    json.key(block).begin_object().end_object();
  }
}

void write_jetstream(JsonWriter& json, const MonitorFacts& facts, const MonitorSnapshot& snapshot) {
  json.key("jetstream").begin_object();
  if (facts.options->jetstream.enabled) {
    json.key("config");
    write_jetstream_config(json, facts);
    json.key("stats").begin_object();
    write_jetstream_stats(json, facts, snapshot);
    json.end_object().key("limits");
    write_jetstream_limits(json, facts);
  }
  json.end_object();
}

void write_figures(JsonWriter& json, const MonitorFacts& facts, const ProcessFigures& figures,
                   WallNs now) {
  json.field("tls_timeout", 2)
      .field("write_deadline", facts.options->limits.write_deadline_ns)
      .field("start", format_time(facts.start))
      .field("now", format_time(now))
      .field("uptime", uptime_text(now - facts.start))
      .field("mem", figures.memory_bytes)
      .field("cores", figures.cores)
      .field("gomaxprocs", facts.options->shards)
      .field("cpu", figures.cpu_percent)
      .field("connections", figures.open_connections)
      .field("total_connections", figures.total_connections)
      .field("routes", 0)
      .field("remotes", 0)
      .field("leafnodes", 0);
}

void write_traffic(JsonWriter& json, const MonitorSnapshot& snapshot) {
  const SessionCounts& counts = snapshot.counts;
  json.field("in_msgs", counts.in.messages)
      .field("in_bytes", counts.in.bytes)
      .field("in_client_msgs", counts.in.messages)
      .field("in_client_bytes", counts.in.bytes)
      .field("out_msgs", counts.out.messages)
      .field("out_bytes", counts.out.bytes)
      .field("out_client_msgs", counts.out.messages)
      .field("out_client_bytes", counts.out.bytes)
      .field("slow_consumers", counts.slow_consumers())
      .field("stale_connections", counts.stale_connections)
      .field("stalled_clients", counts.stalled_publishers)
      .field("subscriptions", snapshot.router_subscriptions);
}

void write_by_kind(JsonWriter& json, const char* name, std::uint64_t clients) {
  json.key(name)
      .begin_object()
      .field("clients", clients)
      .field("routes", 0)
      .field("gateways", 0)
      .field("leafs", 0)
      .end_object();
}

void write_named(JsonWriter& json, const MonitorFacts& facts, const ProcessFigures& figures) {
  const ServerOptions& options = *facts.options;
  json.key("http_req_stats").begin_object();
  for (const auto& [path, count] : figures.http_requests) json.field(path, count);
  json.end_object().field("config_load_time", format_time(facts.config_loaded));
  json.field("config_digest", options.config_digest).field_if_set("tags", options.server_tags);
  if (!options.server_metadata.empty()) {
    json.key("metadata").begin_object();
    for (const auto& [key, value] : options.server_metadata) json.field(key, value);
    json.end_object();
  }
  std::map<std::string, bool> flags = {{"js_ack_fc_v2", false},
                                       {"js_api_reply_v2", false},
                                       {"js_raft_delete_range", true},
                                       {"js_snapshot_sources", false}};
  for (const auto& [name, on] : options.feature_flags) flags[name] = on;
  json.key("feature_flags").begin_object();
  for (const auto& [name, on] : flags) json.field(name, on);
  json.end_object();
  if (!options.system_account_disabled) json.field("system_account", options.system_account);
}

}  // namespace

void write_jetstream_config(JsonWriter& json, const MonitorFacts& facts) {
  const JetStreamOptions& options = facts.options->jetstream;
  json.begin_object();
  if (!options.enabled) {
    json.field("max_memory", 0).field("max_storage", 0).end_object();
    return;
  }
  json.field("max_memory", options.memory_bytes_max)
      .field("max_storage", options.file_bytes_max)
      .field("store_dir", facts.store_dir)
      .field("sync_interval", options.sync_interval_ns.value_or(kSyncIntervalShownNs))
      .field_if_set("sync_always", !options.sync_interval_ns.has_value())
      .field_if_set("domain", options.domain)
      .field_if_set("unique_tag", options.unique_tag)
      .field_if_set("strict", options.strict)
      .end_object();
}

void write_jetstream_limits(JsonWriter& json, const MonitorFacts& facts) {
  const JetStreamLimits& limits = facts.options->jetstream.limits;
  const std::int64_t consumers = limits.consumers_default_max;
  json.begin_object()
      .field_if_set("max_ack_pending", limits.ack_pending_max)
      .field_if_set("max_ha_assets", limits.ha_assets_max)
      .field_if_set("max_request_batch", limits.request_batch_max)
      .field_if_set("duplicate_window", limits.duplicate_window_ns_max)
      .field("default_max_consumers", consumers == 0 ? kConsumersOfStreamMax : consumers)
      .end_object();
}

void write_jetstream_stats(JsonWriter& json, const MonitorFacts& facts,
                           const MonitorSnapshot& snapshot) {
  const AccountPart sum = snapshot.jetstream_sum();
  json.field("memory", sum.memory_bytes)
      .field("storage", sum.file_bytes)
      .field("reserved_memory", sum.reserved_memory_bytes)
      .field("reserved_storage", sum.reserved_file_bytes)
      .field("accounts", facts.jetstream_accounts.size())
      .field("ha_assets", 0)
      .key("api")
      .begin_object()
      .field("level", kApiLevel)
      .field("total", sum.api_total)
      .field("errors", sum.api_errors)
      .end_object();
}

std::string varz_json(const MonitorFacts& facts, const MonitorSnapshot& snapshot,
                      const ProcessFigures& figures, WallNs now) {
  std::string out;
  JsonWriter json(out, JsonLayout::kIndented);
  json.begin_object();
  write_settings(json, facts);
  write_jetstream(json, facts, snapshot);
  write_figures(json, facts, figures, now);
  write_traffic(json, snapshot);
  write_named(json, facts, figures);
  write_by_kind(json, "slow_consumer_stats", snapshot.counts.slow_consumers());
  write_by_kind(json, "stale_connection_stats", snapshot.counts.stale_connections);
  json.key("disk_io_wait_stats")
      .begin_object()
      .field("waiters", figures.disk_waits.waiting)
      .field("waits", figures.disk_waits.waits)
      .field("wait_time", figures.disk_waits.wait_ns)
      .field("max_wait_time", figures.disk_waits.wait_ns_max)
      .end_object();
  json.end_object();
  return out;
}

}  // namespace leat
