#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "proto/api/consumer_config.h"
#include "proto/api/stream_config.h"

namespace leat::testing {

// Times of scripts are written from this moment on.
inline constexpr WallNs kScriptBegin = 1'700'000'000'000'000'000;

std::vector<std::string> split(const std::string& text, char separator);
// "5s", "250ms", "2m"; a bare number is nanoseconds.
DurationNs parse_time(const std::string& text);
std::string show_time(WallNs time);
// key=value words from position `from` on.
std::map<std::string, std::string> parse_fields(const std::vector<std::string>& words,
                                                std::size_t from);
// Both give the name of the first field that they do not know, or nothing.
std::string apply_fields(const std::map<std::string, std::string>& fields, StreamConfig& config);
std::string apply_fields(const std::map<std::string, std::string>& fields, ConsumerConfig& config);

}  // namespace leat::testing
