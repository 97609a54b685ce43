#pragma once

#include <string_view>

namespace leat {

// The subject arithmetic of permissions. Everywhere here a pattern's `*` and `>` are wildcards only
// as whole tokens, `>` only as the last one.

// Whether `pattern` matches `subject`, whose own wildcard tokens are data.
bool pattern_matches(std::string_view pattern, std::string_view subject);
// Whether everything that `narrow` matches is matched by `wide` too.
bool pattern_covers(std::string_view wide, std::string_view narrow);

}  // namespace leat
