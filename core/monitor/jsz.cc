#include "core/monitor/jsz.h"

#include <algorithm>

#include "core/base/duration.h"
#include "core/monitor/varz.h"
#include "proto/api/info_json.h"
#include "proto/json/json_writer.h"

namespace leat {
namespace {

constexpr std::int64_t kAccountsShown = 1024;

void write_consumer(JsonWriter& json, const ConsumerInfo& info, const JszQuery& query, WallNs now) {
  json.begin_object();
  write_consumer_info(json, info,
                      query.config ? std::optional(ShownMetadata::kLevel) : std::nullopt, now);
  json.end_object();
}

void write_stream(JsonWriter& json, const StreamPart& part, const JszQuery& query,
                  const MonitorFacts& facts, WallNs now) {
  json.begin_object()
      .field("name", part.info.config.name)
      .field("created", format_time(part.info.created))
      .key("cluster")
      .begin_object()
      .field("leader", facts.server.server_name)
      .end_object();
  if (query.config) {
    json.key("config");
    write_stream_config(json, part.info.config, ShownMetadata::kLevel);
  }
  json.key("state");
  write_stream_state(json, part.info.state);
  if (query.consumers) {
    json.key("consumer_detail").begin_array();
    for (const ConsumerInfo& consumer : part.consumers) write_consumer(json, consumer, query, now);
    json.end_array();
  }
  json.end_object();
}

// An account, its streams in the order of their names.
void write_account(JsonWriter& json, std::string_view name, const AccountPart& part) {
  json.field("name", name)
      .field("id", name)
      .field("memory", part.memory_bytes)
      .field("storage", part.file_bytes)
      .field("reserved_memory", part.reserved_memory_bytes)
      .field("reserved_storage", part.reserved_file_bytes)
      .field("accounts", 0)
      .field("ha_assets", 0)
      .key("api")
      .begin_object()
      .field("level", 0)
      .field("total", part.api_total)
      .field("errors", part.api_errors)
      .end_object();
}

void write_accounts(JsonWriter& json, const MonitorFacts& facts, const JszQuery& query,
                    const MonitorSnapshot& snapshot, WallNs now) {
  std::vector<const std::pair<const std::string, AccountPart>*> shown;
  for (const auto& entry : snapshot.jetstream) {
    if (query.account.empty() || entry.first == query.account) shown.push_back(&entry);
  }
  const auto page = query.page.of(std::span(shown));
  if (page.empty()) return;
  json.key("account_details").begin_array();
  for (const auto* entry : page) {
    const AccountPart& part = entry->second;
    json.begin_object();
    write_account(json, entry->first, part);
    if (query.shows_streams()) {
      std::vector<const StreamPart*> streams;
      for (const StreamPart& stream : part.stream_parts) streams.push_back(&stream);
      std::sort(streams.begin(), streams.end(), [](const StreamPart* a, const StreamPart* b) {
        return a->info.config.name < b->info.config.name;
      });
      json.key("stream_detail").begin_array();
      for (const StreamPart* stream : streams) write_stream(json, *stream, query, facts, now);
      json.end_array();
    }
    json.end_object();
  }
  json.end_array();
}

}  // namespace

Result<JszQuery> parse_jsz_query(const HttpRequest& request) {
  JszQuery query;
  LEAT_TRY_ASSIGN(query.accounts, query_flag(request, "accounts"));
  LEAT_TRY_ASSIGN(query.streams, query_flag(request, "streams"));
  LEAT_TRY_ASSIGN(query.consumers, query_flag(request, "consumers"));
  LEAT_TRY_ASSIGN(query.config, query_flag(request, "config"));
  LEAT_TRY_ASSIGN(query.page, query_page(request, kAccountsShown));
  LEAT_TRY_ASSIGN(query.raft, query_flag(request, "raft"));
  // Without a cluster this server leads everything, and there are no Raft peers to show.
  for (const char* flag : {"leader-only", "direct-consumers", "stream-leader-only"}) {
    LEAT_TRY(query_flag(request, flag));
  }
  query.account = std::string(request.parameter("acc"));
  return query;
}

std::string jsz_json(const MonitorFacts& facts, const JszQuery& query,
                     const MonitorSnapshot& snapshot, WallNs now) {
  const AccountPart sum = snapshot.jetstream_sum();
  std::string out;
  JsonWriter json(out, JsonLayout::kIndented);
  json.begin_object();
  write_jetstream_stats(json, facts, snapshot);
  json.field("server_id", facts.server.server_id).field("now", format_time(now));
  json.field_if_set("disabled", !facts.options->jetstream.enabled);
  json.key("config");
  write_jetstream_config(json, facts);
  if (facts.options->jetstream.enabled) {
    json.key("limits");
    write_jetstream_limits(json, facts);
  }
  json.field("streams", sum.streams)
      .field("consumers", sum.consumers)
      .field("messages", sum.messages)
      .field("bytes", sum.bytes);
  if (query.raft) {
    json.field_if_set("streams_leader", sum.streams)
        .field_if_set("consumers_leader", sum.consumers);
  }
  if (query.shows_accounts()) write_accounts(json, facts, query, snapshot, now);
  json.field("total", facts.jetstream_accounts.size()).end_object();
  return out;
}

}  // namespace leat
