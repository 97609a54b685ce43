#pragma once

#include <string>
#include <string_view>

namespace leat {

// Characters as the configuration language sorts them; negative is the end of the text.
constexpr bool is_config_blank(int c) { return c == ' ' || c == '\t'; }
constexpr bool is_config_newline(int c) { return c == '\n' || c == '\r'; }

// Words of the language are the same in any case.
inline std::string lower_case(std::string_view word) {
  std::string out(word);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return out;
}

}  // namespace leat
