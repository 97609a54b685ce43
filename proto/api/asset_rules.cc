#include "proto/api/asset_rules.h"

namespace leat {

bool is_asset_name(std::string_view name) {
  return !name.empty() && name.find_first_of(" \t\r\n\f.*>\\/") == std::string_view::npos;
}

bool has_path_separator(std::string_view name) {
  return name.find_first_of("/\\") != std::string_view::npos;
}

std::size_t metadata_bytes(const Metadata& metadata) {
  std::size_t bytes = 0;
  for (const auto& [key, value] : metadata) bytes += key.size() + value.size();
  return bytes;
}

void drop_server_metadata(Metadata& metadata) {
  for (const char* key : {"_nats.req.level", "_nats.level", "_nats.ver"}) metadata.erase(key);
}

}  // namespace leat
