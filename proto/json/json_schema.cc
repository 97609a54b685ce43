#include "proto/json/json_schema.h"

#include <algorithm>

#include "proto/json/json_space.h"

namespace leat {

namespace internal {

Status for_each_json_value(std::string_view text,
                           const std::function<Status(const JsonValue&)>& decode) {
  std::size_t done = 0;
  while (
      !std::all_of(text.begin() + static_cast<std::ptrdiff_t>(done), text.end(), is_json_space)) {
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
