#pragma once

#include "proto/api/config_json.h"
#include "proto/api/consumer_config.h"
#include "proto/api/stream_config.h"
#include "proto/json/json_schema.h"
#include "proto/json/json_writer.h"

namespace leat {

// Inside proto/api: the fields of the configurations in JSON, read and written.

const JsonSchema<StreamConfig>& stream_config_schema();
const JsonSchema<ConsumerConfig>& consumer_config_schema();

void write_stream_config(JsonWriter& json, const StreamConfig& config, ShownMetadata shown);
void write_consumer_config(JsonWriter& json, const ConsumerConfig& config, ShownMetadata shown);

// RFC 3339 or null. What nanoseconds in 64 bits cannot hold, as Go's zero time, reads as the
// nearest time that they can.
void decode_time(const JsonValue& value, JsonDecoder& decoder, std::optional<WallNs>& out);

// Adds `{"key":"value",...}` unless there is nothing to show.
void write_metadata(JsonWriter& json, const Metadata& metadata, ShownMetadata shown,
                    std::string_view required_level);

}  // namespace leat
