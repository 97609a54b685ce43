#include "proto/api/info_json.h"

#include "core/base/duration.h"

namespace leat {

namespace {

void write_sequence(JsonWriter& json, std::string_view name, const SequenceInfo& sequence) {
  json.key(name).begin_object();
  json.field("consumer_seq", sequence.consumer_seq.value)
      .field("stream_seq", sequence.stream_seq.value);
  if (sequence.last_active != 0) json.field("last_active", format_time(sequence.last_active));
  json.end_object();
}

}  // namespace

std::string info_time_text(WallNs time) {
  return time == 0 ? std::string(kZeroTimeText) : format_time(time);
}

void write_stream_state(JsonWriter& json, const StreamStateInfo& state) {
  json.begin_object()
      .field("messages", state.messages)
      .field("bytes", state.bytes)
      .field("first_seq", state.first_seq.value)
      .field("first_ts", info_time_text(state.messages == 0 ? 0 : state.first_ts))
      .field("last_seq", state.last_seq.value)
      .field("last_ts", info_time_text(state.last_ts))
      .field_if_set("num_subjects", state.num_subjects);
  if (!state.subjects.empty()) {
    json.key("subjects").begin_object();
    for (const auto& [subject, count] : state.subjects) json.field(subject, count);
    json.end_object();
  }
  json.field_if_set("num_deleted", state.num_deleted);
  if (!state.deleted.empty()) {
    json.key("deleted").begin_array();
    for (const StreamSeq seq : state.deleted) json.value(seq.value);
    json.end_array();
  }
  json.field("consumer_count", state.consumer_count).end_object();
}

void write_consumer_info(JsonWriter& json, const ConsumerInfo& info,
                         std::optional<ShownMetadata> config, WallNs now) {
  json.field("stream_name", info.stream_name)
      .field("name", info.name)
      .field("created", info_time_text(info.created));
  if (config) {
    json.key("config");
    write_consumer_config(json, info.config, *config);
  }
  write_sequence(json, "delivered", info.delivered);
  write_sequence(json, "ack_floor", info.ack_floor);
  json.field("num_ack_pending", info.num_ack_pending)
      .field("num_redelivered", info.num_redelivered)
      .field("num_waiting", info.num_waiting)
      .field("num_pending", info.num_pending)
      .field_if_set("push_bound", info.push_bound)
      .field("ts", format_time(now));
}

}  // namespace leat
