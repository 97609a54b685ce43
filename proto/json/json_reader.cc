#include "proto/json/json_reader.h"

#include <limits>

#include "proto/json/json_parser.h"

namespace leat {

namespace {

// Places in a document are 32 bits, and decoding may triple a text (one bad byte is U+FFFD).
constexpr std::size_t kTextBytesMax = std::numeric_limits<std::uint32_t>::max() / 4;

}  // namespace

Result<JsonDocument> parse_json(std::string_view text) {
  if (text.size() > kTextBytesMax) return failure(ErrorKind::kLimit, "JSON text is too long");
  internal::JsonParser parser(text);
  if (!parser.read_value() || !parser.read_end()) {
    return failure(ErrorKind::kInvalid, parser.error().text);
  }
  return parser.take_document();
}

tl::expected<JsonPrefix, JsonSyntaxError> parse_json_prefix(std::string_view text) {
  if (text.size() > kTextBytesMax) {
    return tl::unexpected(JsonSyntaxError{.text = "JSON text is too long"});
  }
  internal::JsonParser parser(text);
  if (!parser.read_value()) return tl::unexpected(parser.error());
  const std::size_t consumed = parser.consumed();
  return JsonPrefix{parser.take_document(), consumed};
}

}  // namespace leat
