#pragma once

#include <cstddef>
#include <string_view>

#include "proto/api/field_set.h"

namespace leat {

// Inside proto/api: what streams and consumers have in common.

inline constexpr std::size_t kAssetNameBytes = 255;
inline constexpr std::size_t kDescriptionBytes = 4096;
inline constexpr std::size_t kMetadataBytes = 128 * 1024;

// Not empty, and without blanks, dots, wildcards and path separators.
bool is_asset_name(std::string_view name);
bool has_path_separator(std::string_view name);
std::size_t metadata_bytes(const Metadata& metadata);

// Removes the keys that the server puts into its answers: clients send whole configurations back.
void drop_server_metadata(Metadata& metadata);

}  // namespace leat
