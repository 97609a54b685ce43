#pragma once

#include <optional>
#include <string_view>

namespace leat {

// What Go's strconv.ParseBool reads: 1, t, T, TRUE, true, True and their opposites; none for any
// other text.
std::optional<bool> parse_go_bool(std::string_view text);

}  // namespace leat
