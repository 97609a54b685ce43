#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "proto/json/json_value.h"

namespace leat {

// Why a text is not JSON, in the words of Go's encoding/json.
struct JsonSyntaxError {
  std::string text;         // "invalid character 'x' looking for beginning of value"
  std::size_t offset = 0;   // bytes read, the offending one included
  bool is_cut_off = false;  // the text ends where more was expected
};

// The first value of a longer text.
struct JsonPrefix {
  JsonDocument document;
  std::size_t consumed = 0;  // bytes up to the end of the value
};

// Reads one value that must be the whole text, white space aside, as json.Unmarshal does. Nesting
// deeper than 10000 is refused; invalid UTF-8 becomes U+FFFD. The error text is Go's.
Result<JsonDocument> parse_json(std::string_view text);

// Reads the first value of `text` and looks no further, as json.Decoder does.
tl::expected<JsonPrefix, JsonSyntaxError> parse_json_prefix(std::string_view text);

}  // namespace leat
