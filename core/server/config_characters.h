#pragma once

namespace leat {

// Characters as the configuration language sorts them; negative is the end of the text.
constexpr bool is_config_blank(int c) { return c == ' ' || c == '\t'; }
constexpr bool is_config_newline(int c) { return c == '\n' || c == '\r'; }

}  // namespace leat
