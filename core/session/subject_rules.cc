#include "core/session/subject_rules.h"

namespace leat {

namespace {

// Takes the first token off `rest`; `has_more` says whether a dot followed it.
std::string_view take_token(std::string_view& rest, bool& has_more) {
  const std::size_t dot = rest.find('.');
  has_more = dot != std::string_view::npos;
  const std::string_view token = rest.substr(0, dot);
  rest = has_more ? rest.substr(dot + 1) : std::string_view{};
  return token;
}

enum class Inner { kData, kPattern };

bool walk(std::string_view pattern, std::string_view inner, Inner kind) {
  bool pattern_more = true;
  bool inner_more = true;
  while (pattern_more && inner_more) {
    const std::string_view wanted = take_token(pattern, pattern_more);
    const std::string_view token = take_token(inner, inner_more);
    if (token.empty()) return false;
    if (wanted == ">" && !pattern_more) return true;
    const bool is_tail = kind == Inner::kPattern && token == ">" && !inner_more;
    if (is_tail || (wanted != "*" && wanted != token)) return false;
  }
  return !pattern_more && !inner_more;
}

}  // namespace

bool pattern_matches(std::string_view pattern, std::string_view subject) {
  return walk(pattern, subject, Inner::kData);
}

bool pattern_covers(std::string_view wide, std::string_view narrow) {
  return walk(wide, narrow, Inner::kPattern);
}

}  // namespace leat
