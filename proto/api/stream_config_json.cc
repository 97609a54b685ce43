#include <array>
#include <utility>

#include "proto/api/config_schema.h"
#include "proto/api/level.h"

namespace leat {

namespace {

constexpr std::array<JsonEnumName<Retention>, 3> kRetentionNames = {{
    {"limits", Retention::kLimits},
    {"interest", Retention::kInterest},
    {"workqueue", Retention::kWorkQueue},
}};
constexpr std::array<JsonEnumName<Discard>, 2> kDiscardNames = {{
    {"old", Discard::kOld},
    {"new", Discard::kNew},
}};
constexpr std::array<JsonEnumName<StorageType>, 2> kStorageNames = {{
    {"file", StorageType::kFile},
    {"memory", StorageType::kMemory},
}};

template <typename Enum, std::size_t kCount>
std::string_view name_of(const std::array<JsonEnumName<Enum>, kCount>& names, Enum value) {
  return names[static_cast<std::size_t>(value)].name;
}

// True for what a field has when nothing was set: null, false, 0, -1, "", [], and objects of such.
bool is_unset(const JsonValue& value) {
  switch (value.kind()) {
    case JsonKind::kNull:
      return true;
    case JsonKind::kBool:
      return !value.boolean();
    case JsonKind::kNumber:
      return value.as_int64() == 0 || value.as_int64() == -1;
    case JsonKind::kString:
      return value.text().empty();
    case JsonKind::kArray:
      return value.size() == 0;
    case JsonKind::kObject:
      break;
  }
  for (const JsonMember member : value.members()) {
    // One level is enough for every field that is not built; anything deeper counts as set.
    const bool is_deep = member.value.kind() == JsonKind::kObject && member.value.size() > 0;
    if (is_deep || (member.value.kind() != JsonKind::kObject && !is_unset(member.value))) {
      return false;
    }
  }
  return true;
}

struct UnbuiltRow {
  UnbuiltStreamField field;
  JsonKind kind;
  std::string_view go_type;
};

constexpr std::array kUnbuiltRows = {
    UnbuiltRow{UnbuiltStreamField::kMirror, JsonKind::kObject, "server.StreamSource"},
    UnbuiltRow{UnbuiltStreamField::kSources, JsonKind::kArray, "[]*server.StreamSource"},
    UnbuiltRow{UnbuiltStreamField::kPlacement, JsonKind::kObject, "server.Placement"},
    UnbuiltRow{UnbuiltStreamField::kFirstSeq, JsonKind::kNumber, "uint64"},
    UnbuiltRow{UnbuiltStreamField::kSubjectTransform, JsonKind::kObject,
               "server.SubjectTransformConfig"},
    UnbuiltRow{UnbuiltStreamField::kRepublish, JsonKind::kObject, "server.RePublish"},
    UnbuiltRow{UnbuiltStreamField::kConsumerLimits, JsonKind::kObject,
               "server.StreamConsumerLimits"},
    UnbuiltRow{UnbuiltStreamField::kSubjectDeleteMarkerTtl, JsonKind::kNumber, "time.Duration"},
    UnbuiltRow{UnbuiltStreamField::kAllowMsgCounter, JsonKind::kBool, "bool"},
    UnbuiltRow{UnbuiltStreamField::kAllowAtomic, JsonKind::kBool, "bool"},
    UnbuiltRow{UnbuiltStreamField::kAllowBatched, JsonKind::kBool, "bool"},
};

JsonSchema<StreamConfig>::FieldDecoder unbuilt_decoder(const UnbuiltRow& row) {
  return [row](const JsonValue& value, JsonDecoder& decoder, StreamConfig& config) {
    if (value.is_null()) return;
    if (value.kind() != row.kind) {
      decoder.note_type(go_word(value.kind()), row.go_type);
    } else if (!is_unset(value)) {
      config.unbuilt.insert(row.field);
    }
  };
}

void decode_persist_mode(const JsonValue& value, JsonDecoder& decoder, StreamConfig& config) {
  if (value.kind() != JsonKind::kString) return decoder.fail(refused_value(value));
  const std::string_view mode = value.text();
  if (mode == "async") {
    config.unbuilt.insert(UnbuiltStreamField::kPersistMode);
  } else if (mode != "default" && !mode.empty()) {
    decoder.fail(refused_value(value));
  }
}

void decode_compression(const JsonValue& value, JsonDecoder& decoder, StreamConfig& config) {
  const std::string_view name = value.kind() == JsonKind::kString ? value.text() : "";
  if (name == "none") {
    config.compression = Compression::kNone;
  } else if (name == "s2") {
    config.compression = Compression::kS2;
  } else {
    decoder.fail("unknown compression algorithm");
  }
}

JsonSchema<StreamConfig> make_schema() {
  using C = StreamConfig;
  auto schema = JsonSchema<C>("StreamConfig")
                    .field("name", &C::name)
                    .field("description", &C::description)
                    .field("subjects", &C::subjects)
                    .enumeration("retention", &C::retention,
                                 std::span<const JsonEnumName<Retention>>(kRetentionNames))
                    .field("max_consumers", &C::max_consumers, "int")
                    .field("max_msgs", &C::max_msgs)
                    .field("max_bytes", &C::max_bytes)
                    .duration("max_age", &C::max_age)
                    .field("max_msgs_per_subject", &C::max_msgs_per_subject)
                    .field("max_msg_size", &C::max_msg_size)
                    .enumeration("discard", &C::discard,
                                 std::span<const JsonEnumName<Discard>>(kDiscardNames))
                    .enumeration("storage", &C::storage,
                                 std::span<const JsonEnumName<StorageType>>(kStorageNames))
                    .field("num_replicas", &C::num_replicas, "int")
                    .field("no_ack", &C::no_ack)
                    .duration("duplicate_window", &C::duplicate_window)
                    .custom("compression", decode_compression)
                    .field("allow_direct", &C::allow_direct)
                    .field("mirror_direct", &C::mirror_direct)
                    .field("discard_new_per_subject", &C::discard_new_per_subject)
                    .field("sealed", &C::sealed)
                    .field("deny_delete", &C::deny_delete)
                    .field("deny_purge", &C::deny_purge)
                    .field("allow_rollup_hdrs", &C::allow_rollup_hdrs)
                    .field("allow_msg_ttl", &C::allow_msg_ttl)
                    .field("allow_msg_schedules", &C::allow_msg_schedules)
                    .field("metadata", &C::metadata)
                    .custom("persist_mode", decode_persist_mode);
  for (const UnbuiltRow& row : kUnbuiltRows) {
    // Nothing is moved: custom() changes its object, and is meant for temporaries.
    std::move(schema).custom(json_name(row.field), unbuilt_decoder(row));  // NOLINT
  }
  return schema;
}

// The least API level whose servers know what the stream uses.
std::string_view required_level(const StreamConfig& config) {
  if (config.allow_msg_schedules) return "2";
  return config.allow_msg_ttl ? "1" : "0";
}

}  // namespace

const JsonSchema<StreamConfig>& stream_config_schema() {
  static const JsonSchema<StreamConfig> kSchema = make_schema();
  return kSchema;
}

void write_metadata(JsonWriter& json, const Metadata& metadata, ShownMetadata shown,
                    std::string_view required_level) {
  Metadata all = metadata;
  if (shown != ShownMetadata::kNone) all["_nats.req.level"] = required_level;
  if (shown == ShownMetadata::kAll) {
    all["_nats.level"] = std::to_string(kApiLevel);
    all["_nats.ver"] = kNatsVersion;
  }
  if (all.empty()) return;
  json.key("metadata").begin_object();
  for (const auto& [key, value] : all) json.field(key, value);
  json.end_object();
}

void write_stream_config(JsonWriter& json, const StreamConfig& config, ShownMetadata shown) {
  json.begin_object().field("name", config.name).field_if_set("description", config.description);
  json.field_if_set("subjects", config.subjects)
      .field("retention", name_of(kRetentionNames, config.retention))
      .field("max_consumers", config.max_consumers)
      .field("max_msgs", config.max_msgs)
      .field("max_bytes", config.max_bytes)
      .field("max_age", config.max_age)
      .field("max_msgs_per_subject", config.max_msgs_per_subject)
      .field_if_set("max_msg_size", config.max_msg_size)
      .field("discard", name_of(kDiscardNames, config.discard))
      .field("storage", name_of(kStorageNames, config.storage))
      .field("num_replicas", config.num_replicas)
      .field_if_set("no_ack", config.no_ack)
      .field_if_set("duplicate_window", config.duplicate_window)
      .field("compression", config.compression == Compression::kS2 ? "s2" : "none")
      .field("allow_direct", config.allow_direct)
      .field("mirror_direct", config.mirror_direct)
      .field_if_set("discard_new_per_subject", config.discard_new_per_subject)
      .field("sealed", config.sealed)
      .field("deny_delete", config.deny_delete)
      .field("deny_purge", config.deny_purge)
      .field("allow_rollup_hdrs", config.allow_rollup_hdrs);
  json.key("consumer_limits").begin_object().end_object();
  json.field("allow_msg_ttl", config.allow_msg_ttl);
  json.field_if_set("allow_msg_schedules", config.allow_msg_schedules);
  write_metadata(json, config.metadata, shown, required_level(config));
  json.end_object();
}

std::string encode_stream_config(const StreamConfig& config) {
  std::string out;
  JsonWriter json(out);
  write_stream_config(json, config, ShownMetadata::kNone);
  return out;
}

Result<StreamConfig> decode_stream_config(std::string_view text) {
  StreamConfig config;
  LEAT_TRY(decode_json(text, stream_config_schema(), config));
  return config;
}

}  // namespace leat
