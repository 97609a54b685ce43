#include "proto/json/json_schema.h"

#include <algorithm>

namespace leat {

namespace internal {

namespace {

bool is_white_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

Status for_each_json_value(std::string_view text,
                           const std::function<Status(const JsonValue&)>& decode) {
  std::size_t done = 0;
  while (
      !std::all_of(text.begin() + static_cast<std::ptrdiff_t>(done), text.end(), is_white_space)) {
    auto prefix = parse_json_prefix(text.substr(done));
    if (!prefix) {
      const JsonSyntaxError& error = prefix.error();
      if (error.is_cut_off) return failure(ErrorKind::kInvalid, "unexpected EOF");
      return failure(ErrorKind::kInvalid,
                     error.text + " at offset " + std::to_string(done + error.offset));
    }
    LEAT_TRY(decode(prefix->document.root()));
    done += prefix->consumed;
  }
  return {};
}

}  // namespace internal
}  // namespace leat
