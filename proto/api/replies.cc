#include "proto/api/replies.h"

#include <utility>

#include "core/base/base64.h"
#include "core/base/duration.h"
#include "proto/api/config_schema.h"
#include "proto/api/info_json.h"
#include "proto/api/level.h"

namespace leat {

namespace {

// One answer under construction: an open object that begins with its type.
class Reply {
 public:
  explicit Reply(JsEndpoint endpoint) : json_(text_) {
    json_.begin_object().field("type", response_type(endpoint));
  }
  JsonWriter& json() { return json_; }
  std::string finish() {
    json_.end_object();
    return std::move(text_);
  }

 private:
  std::string text_;
  JsonWriter json_;
};

void write_page(JsonWriter& json, const Page& page) {
  json.field("total", page.total).field("offset", page.offset).field("limit", page.limit);
}

void write_stream(JsonWriter& json, const StreamInfo& info, ShownMetadata shown) {
  json.key("config");
  write_stream_config(json, info.config, shown);
  json.field("created", info_time_text(info.created));
  json.key("state");
  write_stream_state(json, info.state);
}

void write_names(JsonWriter& json, std::string_view key, std::span<const std::string> names) {
  json.key(key).begin_array();
  for (const std::string& name : names) json.value(name);
  json.end_array();
}

// What an endpoint's type shows beside an error, as Go does for fields without omitempty.
void write_empty_fields(JsonWriter& json, JsEndpoint endpoint) {
  if (endpoint == JsEndpoint::kStreamPurge) {
    json.field("purged", 0);
  } else if (endpoint == JsEndpoint::kStreamInfo) {
    write_page(json, {});
  } else if (endpoint == JsEndpoint::kStreamNames) {
    write_page(json, {});
    json.key("streams").null();
  } else if (endpoint == JsEndpoint::kStreamList) {
    write_page(json, {});
    write_names(json, "streams", {});
  } else if (endpoint == JsEndpoint::kConsumerNames || endpoint == JsEndpoint::kConsumerList) {
    write_page(json, {});
    write_names(json, "consumers", {});
  } else if (endpoint == JsEndpoint::kConsumerPause) {
    json.field("paused", false).field("pause_until", kZeroTimeText);
  }
}

}  // namespace

std::string error_reply(JsEndpoint endpoint, const ApiError& error) {
  Reply reply(endpoint);
  reply.json().key("error").begin_object();
  reply.json()
      .field("code", error.http_code)
      .field("err_code", static_cast<int>(error.err_code))
      .field_if_set("description", error.description)
      .end_object();
  write_empty_fields(reply.json(), endpoint);
  return reply.finish();
}

std::string success_reply(JsEndpoint endpoint) {
  Reply reply(endpoint);
  reply.json().field("success", true);
  return reply.finish();
}

std::string purge_reply(std::uint64_t purged) {
  Reply reply(JsEndpoint::kStreamPurge);
  reply.json().field("success", true).field("purged", purged);
  return reply.finish();
}

std::string account_info_reply(const AccountInfo& info) {
  Reply reply(JsEndpoint::kInfo);
  reply.json()
      .field("memory", info.memory_bytes)
      .field("storage", info.file_bytes)
      .field("reserved_memory", info.reserved_memory_bytes)
      .field("reserved_storage", info.reserved_file_bytes)
      .field("streams", info.streams)
      .field("consumers", info.consumers);
  reply.json().key("limits").begin_object();
  reply.json()
      .field("max_memory", info.limits.max_memory)
      .field("max_storage", info.limits.max_storage)
      .field("max_streams", info.limits.max_streams)
      .field("max_consumers", info.limits.max_consumers)
      .field("max_ack_pending", info.limits.max_ack_pending)
      .field("memory_max_stream_bytes", info.limits.memory_max_stream_bytes)
      .field("storage_max_stream_bytes", info.limits.storage_max_stream_bytes)
      .field("max_bytes_required", info.limits.max_bytes_required)
      .end_object();
  reply.json().field_if_set("domain", info.domain).key("api").begin_object();
  reply.json()
      .field("level", kApiLevel)
      .field("total", info.api_total)
      .field("errors", info.api_errors)
      .end_object();
  return reply.finish();
}

std::string stream_create_reply(const StreamInfo& info, WallNs now) {
  Reply reply(JsEndpoint::kStreamCreate);
  write_stream(reply.json(), info, ShownMetadata::kAll);
  reply.json().field("ts", format_time(now)).field("did_create", true);
  return reply.finish();
}

std::string stream_update_reply(const StreamInfo& info, WallNs now) {
  Reply reply(JsEndpoint::kStreamUpdate);
  write_stream(reply.json(), info, ShownMetadata::kAll);
  reply.json().field_if_set("domain", info.domain).field("ts", format_time(now));
  return reply.finish();
}

std::string stream_info_reply(const StreamInfo& info, const Page& subjects, std::string_view leader,
                              WallNs now) {
  Reply reply(JsEndpoint::kStreamInfo);
  write_page(reply.json(), subjects);
  write_stream(reply.json(), info, ShownMetadata::kAll);
  reply.json().field_if_set("domain", info.domain);
  reply.json().key("cluster").begin_object().field("leader", leader).end_object();
  reply.json().field("ts", format_time(now));
  return reply.finish();
}

std::string stream_names_reply(std::span<const std::string> names, const Page& page) {
  Reply reply(JsEndpoint::kStreamNames);
  write_page(reply.json(), page);
  if (names.empty()) {
    reply.json().key("streams").null();
  } else {
    write_names(reply.json(), "streams", names);
  }
  return reply.finish();
}

std::string stream_list_reply(std::span<const StreamInfo> infos, const Page& page, WallNs now) {
  Reply reply(JsEndpoint::kStreamList);
  write_page(reply.json(), page);
  reply.json().key("streams").begin_array();
  for (const StreamInfo& info : infos) {
    reply.json().begin_object();
    write_stream(reply.json(), info, ShownMetadata::kLevel);
    reply.json().field_if_set("domain", info.domain).field("ts", format_time(now)).end_object();
  }
  reply.json().end_array();
  return reply.finish();
}

std::string msg_get_reply(const StoredMessageInfo& message) {
  Reply reply(JsEndpoint::kStreamMsgGet);
  reply.json().key("message").begin_object();
  reply.json()
      .field("subject", message.subject)
      .field("seq", message.seq.value)
      .field_if_set("hdrs", base64_encode(message.headers))
      .field_if_set("data", base64_encode(message.payload))
      .field("time", format_time(message.time))
      .end_object();
  return reply.finish();
}

std::string consumer_create_reply(const ConsumerInfo& info, WallNs now) {
  Reply reply(JsEndpoint::kConsumerCreate);
  write_consumer_info(reply.json(), info, ShownMetadata::kAll, now);
  return reply.finish();
}

std::string consumer_info_reply(const ConsumerInfo& info, WallNs now) {
  Reply reply(JsEndpoint::kConsumerInfo);
  write_consumer_info(reply.json(), info, ShownMetadata::kAll, now);
  return reply.finish();
}

std::string consumer_names_reply(std::span<const std::string> names, const Page& page) {
  Reply reply(JsEndpoint::kConsumerNames);
  write_page(reply.json(), page);
  write_names(reply.json(), "consumers", names);
  return reply.finish();
}

std::string consumer_list_reply(std::span<const ConsumerInfo> infos, const Page& page, WallNs now) {
  Reply reply(JsEndpoint::kConsumerList);
  write_page(reply.json(), page);
  reply.json().key("consumers").begin_array();
  for (const ConsumerInfo& info : infos) {
    reply.json().begin_object();
    write_consumer_info(reply.json(), info, ShownMetadata::kLevel, now);
    reply.json().end_object();
  }
  reply.json().end_array();
  return reply.finish();
}

}  // namespace leat
