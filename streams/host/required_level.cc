#include "streams/host/required_level.h"

#include <charconv>
#include <optional>

#include "proto/api/level.h"
#include "proto/client/headers.h"

namespace leat {

bool asks_for_higher_level(std::string_view headers) {
  if (headers.empty()) return false;
  const std::optional<std::string_view> level = header_value(headers, "Nats-Required-Api-Level");
  if (!level || level->empty()) return false;
  int number = 0;
  const char* end = level->data() + level->size();
  const auto read = std::from_chars(level->data(), end, number);
  return read.ec != std::errc() || read.ptr != end || number > kApiLevel;
}

}  // namespace leat
