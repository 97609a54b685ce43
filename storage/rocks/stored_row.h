#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "storage/api/message_store.h"

namespace leat::rocks {

// The value of a raft row. Little endian.
//   | version 1 (= 1) | 0 7 | stored 8 | first kept 8 | raft row in its owner's encoding ... |
std::string encode_stored_row(const WriteSet& set);
Result<StoredRow> decode_stored_row(std::string_view value);

}  // namespace leat::rocks
