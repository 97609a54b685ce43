#include "proto/json/json_string.h"

#include <charconv>
#include <cstddef>
#include <cstdint>

#include "core/base/utf8.h"

namespace leat::internal {

namespace {

constexpr std::size_t kUnicodeEscapeBytes = 6;  // \uXXXX

// The number of a \uXXXX at the start of `text`; -1 if there is none.
std::int32_t unicode_escape(std::string_view text) {
  if (text.size() < kUnicodeEscapeBytes || !text.starts_with("\\u")) return -1;
  std::uint32_t code = 0;
  std::from_chars(text.data() + 2, text.data() + kUnicodeEscapeBytes, code, 16);
  return static_cast<std::int32_t>(code);
}

bool is_high_surrogate(std::int32_t code) { return code >= 0xD800 && code <= 0xDBFF; }

bool is_low_surrogate(std::int32_t code) { return code >= 0xDC00 && code <= 0xDFFF; }

// Appends a \uXXXX, or a pair of them that is one character; returns the bytes read.
std::size_t append_unicode_escape(std::string& out, std::string_view text) {
  const std::int32_t first = unicode_escape(text);
  const std::int32_t second = unicode_escape(text.substr(kUnicodeEscapeBytes));
  if (is_high_surrogate(first) && is_low_surrogate(second)) {
    const std::int32_t code = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
    append_utf8(out, static_cast<char32_t>(code));
    return 2 * kUnicodeEscapeBytes;
  }
  append_utf8(out, static_cast<char32_t>(first));
  return kUnicodeEscapeBytes;
}

char short_escape(char letter) {
  switch (letter) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return letter;  // the quote, the backslash and the slash stand for themselves
  }
}

}  // namespace

void append_unescaped(std::string& out, std::string_view inside) {
  while (!inside.empty()) {
    std::size_t read = 1;
    if (inside.front() != '\\') {
      const Utf8Character character = first_utf8_character(inside);
      append_utf8(out, character.code);
      read = character.size;
    } else if (inside[1] == 'u') {
      read = append_unicode_escape(out, inside);
    } else {
      out += short_escape(inside[1]);
      read = 2;
    }
    inside.remove_prefix(read);
  }
}

}  // namespace leat::internal
