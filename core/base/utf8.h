#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace leat {

// U+FFFD, which stands for what is not UTF-8.
inline constexpr char32_t kReplacementCharacter = 0xFFFD;

// The character at the start of a text, and how many bytes it takes.
struct Utf8Character {
  char32_t code = kReplacementCharacter;
  std::size_t size = 1;
  bool is_valid = false;  // false: one byte that begins no valid character
};

// Decodes the first character of `text`, which is not empty. Surrogates, overlong forms and values
// above U+10FFFF are not valid.
Utf8Character first_utf8_character(std::string_view text);

// Appends a character; surrogates and values above U+10FFFF become U+FFFD.
void append_utf8(std::string& out, char32_t code);

}  // namespace leat
