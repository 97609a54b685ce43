#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "storage/api/message_store.h"

namespace leat::rocks {

// The value of a raft row. Little endian.
//   | version 1 (= 2) | 0 7 | stored 8 | first kept 8 | first row kept 8 | term 8, index 8 of the
//   hard state | raft row in its owner's encoding ... |
// Version 1 ended behind `first kept`: such a row keeps all index rows and covers no hard state.
std::string encode_stored_row(const WriteSet& set);
Result<StoredRow> decode_stored_row(std::string_view value);

}  // namespace leat::rocks
