#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "proto/api/consumer_config.h"
#include "proto/api/stream_config.h"

namespace leat {

// Configurations as they stand in entries and state pages: fields that differ from the default
// value, each
//
//   field number 1 | varint size | value
//
// Numbers and enums are zigzag varints, texts are bytes, lists repeat their field, a metadata entry
// is varint size of the key | key | value. Field numbers are in config_codec.cc: pinned, never
// reused. A number that this build does not know is kUnsupported.
void append_stream_config(const StreamConfig& config, std::string& out);
Result<StreamConfig> parse_stream_config(std::string_view encoded);
void append_consumer_config(const ConsumerConfig& config, std::string& out);
Result<ConsumerConfig> parse_consumer_config(std::string_view encoded);

}  // namespace leat
