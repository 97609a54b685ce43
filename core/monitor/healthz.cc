#include "core/monitor/healthz.h"

#include <algorithm>

#include "core/base/quote.h"
#include "proto/json/json_writer.h"

namespace leat {
namespace {

// What is wrong; `kind` empty: nothing.
struct Finding {
  std::string_view kind;
  std::string text;
  int status = 404;
};

Finding check_query(const HealthzQuery& query) {
  if (query.account.empty() && !query.stream.empty()) {
    return {"ACCOUNT", "\"account\" must not be empty when checking stream health", 400};
  }
  if (query.stream.empty() && !query.consumer.empty()) {
    return {"STREAM", "\"stream\" must not be empty when checking consumer health", 400};
  }
  return {};
}

Finding find_asset(const HealthzQuery& query, const MonitorSnapshot& snapshot) {
  if (query.account.empty()) return {};
  const auto account = snapshot.jetstream.find(query.account);
  if (account == snapshot.jetstream.end()) {
    return {"ACCOUNT", "JetStream account " + go_quote(query.account) + " not found"};
  }
  if (query.stream.empty()) return {};
  const auto& streams = account->second.stream_parts;
  const auto stream = std::find_if(streams.begin(), streams.end(), [&](const StreamPart& part) {
    return part.info.config.name == query.stream;
  });
  if (stream == streams.end()) {
    return {"STREAM", "JetStream stream " + go_quote(query.stream) + " not found on account " +
                          go_quote(query.account)};
  }
  if (query.consumer.empty()) return {};
  const bool found =
      std::any_of(stream->consumers.begin(), stream->consumers.end(),
                  [&](const ConsumerInfo& info) { return info.name == query.consumer; });
  if (found) return {};
  return {"CONSUMER", "JetStream consumer " + go_quote(query.consumer) + " not found for stream " +
                          go_quote(query.stream) + " on account " + go_quote(query.account)};
}

std::string_view what_is(const StreamDamage& damage) {
  switch (damage.extent) {
    case StreamDamage::Extent::kMessages:
      return ": ";
    case StreamDamage::Extent::kEnd:
      return " is read only: ";
    case StreamDamage::Extent::kAll:
      return " is offline: ";
  }
  return {};
}

// The first damage that the query is about; the log has all of them.
Finding find_damage(const HealthzQuery& query, const MonitorSnapshot& snapshot) {
  for (const StreamDamage& damage : snapshot.damages) {
    if (!query.stream.empty() && damage.stream != query.stream) continue;
    return {
        "STREAM",
        "JetStream stream " + go_quote(damage.stream) + std::string(what_is(damage)) + damage.text,
        503};
  }
  return {};
}

Finding check_room(DiskRoom room) {
  switch (room) {
    case DiskRoom::kEnough:
      return {};
    case DiskRoom::kShort:
      return {"JETSTREAM",
              "JetStream disk is nearly full: publishes and new streams are refused until there is "
              "room",
              503};
    case DiskRoom::kExhausted:
      return {"JETSTREAM", "JetStream disk is full: only removals are written until there is room",
              503};
  }
  return {};
}

HttpResponse respond(const HealthzQuery& query, const Finding& finding) {
  HttpResponse response = json_response("");
  JsonWriter json(response.body);
  if (finding.kind.empty()) {
    json.begin_object().field("status", "ok").end_object();
    return response;
  }
  response.status = finding.status;
  const bool is_error = query.details || finding.status == 400;
  json.begin_object().field("status", is_error ? "error" : "unavailable");
  if (query.details) {
    json.key("errors")
        .begin_array()
        .begin_object()
        .field("type", finding.kind)
        .field_if_set("account", query.account)
        .field_if_set("stream", query.stream)
        .field_if_set("consumer", query.consumer)
        .field("error", finding.text)
        .end_object()
        .end_array();
  } else {
    json.field("error", finding.text);
  }
  json.end_object();
  return response;
}

}  // namespace

Result<HealthzQuery> parse_healthz_query(const HttpRequest& request) {
  HealthzQuery query;
  for (const char* flag : {"js-enabled", "js-enabled-only", "js-server-only", "js-meta-only"}) {
    LEAT_TRY_ASSIGN(const bool is_set, query_flag(request, flag));
    query.is_server_only |= is_set;
  }
  LEAT_TRY_ASSIGN(query.details, query_flag(request, "details"));
  query.account = std::string(request.parameter("account"));
  query.stream = std::string(request.parameter("stream"));
  query.consumer = std::string(request.parameter("consumer"));
  return query;
}

HttpResponse healthz_response(const MonitorFacts& facts, const HealthzQuery& query,
                              const MonitorSnapshot& snapshot) {
  Finding finding = check_query(query);
  // A server without JetStream is as healthy as it can be, whatever is asked for.
  if (finding.kind.empty() && facts.options->jetstream.enabled) {
    finding = find_asset(query, snapshot);
  }
  if (finding.kind.empty() && !query.is_server_only) finding = check_room(snapshot.room);
  if (finding.kind.empty() && !query.is_server_only) finding = find_damage(query, snapshot);
  return respond(query, finding);
}

}  // namespace leat
