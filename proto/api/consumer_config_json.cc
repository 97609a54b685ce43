#include <array>
#include <utility>

#include "core/base/duration.h"
#include "proto/api/config_schema.h"

namespace leat {

namespace {

constexpr std::array<JsonEnumName<DeliverPolicy>, 7> kDeliverNames = {{
    {"all", DeliverPolicy::kAll},
    {"last", DeliverPolicy::kLast},
    {"new", DeliverPolicy::kNew},
    {"by_start_sequence", DeliverPolicy::kByStartSequence},
    {"by_start_time", DeliverPolicy::kByStartTime},
    {"last_per_subject", DeliverPolicy::kLastPerSubject},
    {"undefined", DeliverPolicy::kAll},
}};
constexpr std::array<JsonEnumName<AckPolicy>, 4> kAckNames = {{
    {"none", AckPolicy::kNone},
    {"all", AckPolicy::kAll},
    {"explicit", AckPolicy::kExplicit},
    {"flow_control", AckPolicy::kFlowControl},
}};
constexpr std::array<JsonEnumName<ReplayPolicy>, 2> kReplayNames = {{
    {"instant", ReplayPolicy::kInstant},
    {"original", ReplayPolicy::kOriginal},
}};
constexpr std::array<JsonEnumName<PriorityPolicy>, 4> kPriorityNames = {{
    {"none", PriorityPolicy::kNone},
    {"overflow", PriorityPolicy::kOverflow},
    {"pinned_client", PriorityPolicy::kPinnedClient},
    {"prioritized", PriorityPolicy::kPrioritized},
}};

template <typename Enum, std::size_t kCount>
std::string_view name_of(const std::array<JsonEnumName<Enum>, kCount>& names, Enum value) {
  return names[static_cast<std::size_t>(value)].name;
}

void decode_priority_policy(const JsonValue& value, JsonDecoder& decoder, ConsumerConfig& config) {
  for (const auto& known : kPriorityNames) {
    if (value.kind() != JsonKind::kString || value.text() != known.name) continue;
    config.priority_policy = known.value;
    return;
  }
  decoder.fail("unknown priority policy: " + std::string(value.raw()));
}

JsonSchema<ConsumerConfig> make_schema() {
  using C = ConsumerConfig;
  return JsonSchema<C>("ConsumerConfig")
      .field("durable_name", &C::durable_name)
      .field("name", &C::name)
      .field("description", &C::description)
      .enumeration("deliver_policy", &C::deliver_policy,
                   std::span<const JsonEnumName<DeliverPolicy>>(kDeliverNames))
      .custom("opt_start_seq",
              [](const JsonValue& value, JsonDecoder& decoder, C& config) {
                decode_value(value, "uint64", decoder, config.opt_start_seq.value);
              })
      .custom("opt_start_time",
              [](const JsonValue& value, JsonDecoder& decoder, C& config) {
                decode_time(value, decoder, config.opt_start_time);
              })
      .enumeration("ack_policy", &C::ack_policy,
                   std::span<const JsonEnumName<AckPolicy>>(kAckNames))
      .duration("ack_wait", &C::ack_wait)
      .field("max_deliver", &C::max_deliver, "int")
      .field("backoff", &C::backoff, "[]time.Duration")
      .field("filter_subject", &C::filter_subject)
      .field("filter_subjects", &C::filter_subjects)
      .enumeration("replay_policy", &C::replay_policy,
                   std::span<const JsonEnumName<ReplayPolicy>>(kReplayNames))
      .field("rate_limit_bps", &C::rate_limit_bps)
      .field("sample_freq", &C::sample_freq)
      .field("max_waiting", &C::max_waiting, "int")
      .field("max_ack_pending", &C::max_ack_pending, "int")
      .field("flow_control", &C::flow_control)
      .field("headers_only", &C::headers_only)
      .field("max_batch", &C::max_batch, "int")
      .duration("max_expires", &C::max_expires)
      .field("max_bytes", &C::max_bytes, "int")
      .field("deliver_subject", &C::deliver_subject)
      .field("deliver_group", &C::deliver_group)
      .duration("idle_heartbeat", &C::idle_heartbeat)
      .duration("inactive_threshold", &C::inactive_threshold)
      .field("num_replicas", &C::num_replicas, "int")
      .field("mem_storage", &C::mem_storage)
      .field("direct", &C::direct)
      .field("sourcing", &C::sourcing)
      .field("metadata", &C::metadata)
      .custom("pause_until",
              [](const JsonValue& value, JsonDecoder& decoder, C& config) {
                decode_time(value, decoder, config.pause_until);
                // Go's zero time says that there is no pause.
                if (config.pause_until == kEarliestTime) config.pause_until.reset();
              })
      .field("priority_groups", &C::priority_groups)
      .custom("priority_policy", decode_priority_policy)
      .duration("priority_timeout", &C::priority_timeout);
}

// What lies before all times is nearly always Go's zero time.
std::string format_start(WallNs time) {
  return time == kEarliestTime ? std::string(kZeroTimeText) : format_time(time);
}

}  // namespace

const JsonSchema<ConsumerConfig>& consumer_config_schema() {
  static const JsonSchema<ConsumerConfig> kSchema = make_schema();
  return kSchema;
}

void decode_time(const JsonValue& value, JsonDecoder& decoder, std::optional<WallNs>& out) {
  if (value.is_null()) return out.reset();
  if (value.kind() != JsonKind::kString) {
    return decoder.fail("Time.UnmarshalJSON: input is not a JSON string");
  }
  const Result<WallNs> time = parse_nearest_time(value.text());
  if (!time) return decoder.fail(time.error().text);
  out = *time;
}

void write_consumer_config(JsonWriter& json, const ConsumerConfig& config, ShownMetadata shown) {
  json.begin_object()
      .field_if_set("durable_name", config.durable_name)
      .field_if_set("name", config.name)
      .field_if_set("description", config.description)
      .field("deliver_policy", name_of(kDeliverNames, config.deliver_policy))
      .field_if_set("opt_start_seq", config.opt_start_seq.value);
  if (config.opt_start_time) json.field("opt_start_time", format_start(*config.opt_start_time));
  json.field("ack_policy", name_of(kAckNames, config.ack_policy))
      .field_if_set("ack_wait", config.ack_wait)
      .field_if_set("max_deliver", config.max_deliver);
  if (!config.backoff.empty()) {
    json.key("backoff").begin_array();
    for (const DurationNs wait : config.backoff) json.value(wait);
    json.end_array();
  }
  json.field_if_set("filter_subject", config.filter_subject)
      .field_if_set("filter_subjects", config.filter_subjects)
      .field("replay_policy", name_of(kReplayNames, config.replay_policy))
      .field_if_set("rate_limit_bps", config.rate_limit_bps)
      .field_if_set("sample_freq", config.sample_freq)
      .field_if_set("max_waiting", config.max_waiting)
      .field_if_set("max_ack_pending", config.max_ack_pending)
      .field_if_set("flow_control", config.flow_control)
      .field_if_set("headers_only", config.headers_only)
      .field_if_set("max_batch", config.max_batch)
      .field_if_set("max_expires", config.max_expires)
      .field_if_set("max_bytes", config.max_bytes)
      .field_if_set("deliver_subject", config.deliver_subject)
      .field_if_set("deliver_group", config.deliver_group)
      .field_if_set("idle_heartbeat", config.idle_heartbeat)
      .field_if_set("inactive_threshold", config.inactive_threshold)
      .field("num_replicas", config.num_replicas)
      .field_if_set("mem_storage", config.mem_storage);
  write_metadata(json, config.metadata, shown, "0");
  json.end_object();
}

std::string encode_consumer_config(const ConsumerConfig& config) {
  std::string out;
  JsonWriter json(out);
  write_consumer_config(json, config, ShownMetadata::kNone);
  return out;
}

Result<ConsumerConfig> decode_consumer_config(std::string_view text) {
  ConsumerConfig config;
  LEAT_TRY(decode_json(text, consumer_config_schema(), config));
  return config;
}

}  // namespace leat
