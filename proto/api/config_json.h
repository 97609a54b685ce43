#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "proto/api/consumer_config.h"
#include "proto/api/stream_config.h"

namespace leat {

// The kept form of a configuration: JSON with the fields of the API, without anything that the
// server adds for its answers. Reading back what was written gives an equal value.
std::string encode_stream_config(const StreamConfig& config);
Result<StreamConfig> decode_stream_config(std::string_view json);
std::string encode_consumer_config(const ConsumerConfig& config);
Result<ConsumerConfig> decode_consumer_config(std::string_view json);

// The metadata keys that the server adds to configurations in its answers.
enum class ShownMetadata {
  kNone,   // as it is kept
  kLevel,  // `_nats.req.level`: in lists
  kAll,    // and `_nats.ver`, `_nats.level`: everywhere else
};

}  // namespace leat
