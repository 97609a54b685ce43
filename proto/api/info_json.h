#pragma once

#include <optional>
#include <string>

#include "proto/api/config_schema.h"
#include "proto/api/info.h"

namespace leat {

// What the answers of the API and the monitoring pages say alike, in Go's field order.

// Zero is "never" and is shown as Go's zero time.
std::string info_time_text(WallNs time);

// An object: the value of a key that was written before.
void write_stream_state(JsonWriter& json, const StreamStateInfo& state);

// The fields of an object that is open; without `config` the configuration is left out.
void write_consumer_info(JsonWriter& json, const ConsumerInfo& info,
                         std::optional<ShownMetadata> config, WallNs now);

}  // namespace leat
