#include <array>

#include "proto/api/stream_config.h"

namespace leat {

std::string_view json_name(UnbuiltStreamField field) {
  static constexpr std::array<std::string_view, kUnbuiltStreamFieldCount> kNames = {
      "mirror",
      "sources",
      "placement",
      "first_seq",
      "subject_transform",
      "republish",
      "consumer_limits",
      "subject_delete_marker_ttl",
      "allow_msg_counter",
      "allow_atomic",
      "persist_mode",
      "allow_batched",
  };
  return kNames[static_cast<std::size_t>(field)];
}

}  // namespace leat
