#include "core/monitor/healthz.h"

#include <algorithm>
#include <string>
#include <vector>

#include "core/base/quote.h"
#include "proto/json/json_writer.h"

namespace leat {
namespace {

// What is wrong; `kind` empty: nothing.
struct Finding {
  std::string_view kind;
  std::string text;
  int status = 404;
  std::string stream{};  // where it is about another one than the query
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

// Whether it is about what is asked for.
bool concerns(const StreamDamage& damage, const HealthzQuery& query, AccountId account) {
  if (!query.account.empty() && damage.account != account) return false;
  return query.stream.empty() || damage.stream == query.stream;
}

Finding find_asset(const HealthzQuery& query, const MonitorSnapshot& snapshot, AccountId asked) {
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
  const auto is_asked_for = [&](const StreamDamage& damage) {
    return damage.extent == StreamDamage::Extent::kAll && concerns(damage, query, asked);
  };
  const bool is_offline =
      std::any_of(snapshot.damages.begin(), snapshot.damages.end(), is_asked_for);
  if (stream == streams.end() && is_offline) return {};
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

std::vector<Finding> find_damages(const HealthzQuery& query, const MonitorSnapshot& snapshot,
                                  AccountId asked) {
  std::vector<Finding> findings;
  for (const StreamDamage& damage : snapshot.damages) {
    if (!concerns(damage, query, asked)) continue;
    const std::string what(what_is(damage));
    findings.push_back({.kind = "STREAM",
                        .text = "JetStream stream " + go_quote(damage.stream) + what + damage.text,
                        .status = 503,
                        .stream = damage.stream});
  }
  return findings;
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

void put_details(const HealthzQuery& query, const std::vector<Finding>& findings,
                 JsonWriter& json) {
  json.key("errors").begin_array();
  for (const Finding& finding : findings) {
    json.begin_object()
        .field("type", finding.kind)
        .field_if_set("account", query.account)
        .field_if_set("stream", finding.stream.empty() ? query.stream : finding.stream)
        .field_if_set("consumer", query.consumer)
        .field("error", finding.text)
        .end_object();
  }
  json.end_array();
}

// Without details the first one stands for all.
HttpResponse respond(const HealthzQuery& query, const std::vector<Finding>& findings) {
  HttpResponse response = json_response("");
  JsonWriter json(response.body);
  if (findings.empty()) {
    json.begin_object().field("status", "ok").end_object();
    return response;
  }
  const Finding& first = findings.front();
  response.status = first.status;
  const bool is_error = query.details || first.status == 400;
  json.begin_object().field("status", is_error ? "error" : "unavailable");
  if (query.details) {
    put_details(query, findings, json);
  } else if (findings.size() == 1) {
    json.field("error", first.text);
  } else {
    json.field("error", first.text + "; and " + std::to_string(findings.size() - 1) +
                            " more, all are told with details=true");
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
  // A server alone has no remotes, so none of them is missing.
  LEAT_TRY(query_flag(request, "leaf-remotes-connected"));
  LEAT_TRY_ASSIGN(query.details, query_flag(request, "details"));
  query.account = std::string(request.parameter("account"));
  query.stream = std::string(request.parameter("stream"));
  query.consumer = std::string(request.parameter("consumer"));
  return query;
}

HttpResponse healthz_response(const MonitorGeneration& generation, const HealthzQuery& query,
                              const MonitorSnapshot& snapshot) {
  const AccountId asked = generation.accounts->find(query.account);
  Finding finding = check_query(query);
  // A server without JetStream is as healthy as it can be, whatever is asked for.
  if (finding.kind.empty() && generation.facts->options->jetstream.enabled) {
    finding = find_asset(query, snapshot, asked);
  }
  if (finding.kind.empty() && !query.is_server_only) finding = check_room(snapshot.room);
  if (!finding.kind.empty()) return respond(query, {finding});
  if (query.is_server_only) return respond(query, {});
  return respond(query, find_damages(query, snapshot, asked));
}

}  // namespace leat
