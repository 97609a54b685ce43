#include "core/base/quote.h"

#include <array>
#include <string>

#include "core/base/utf8.h"

namespace leat {

namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

void append_hex(std::string& out, std::string_view prefix, std::uint32_t code, int digits) {
  out += prefix;
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
    out += kHexDigits[(code >> static_cast<unsigned>(shift)) & 0xFU];
  }
}

// The letter after the backslash of a short escape; 0 if there is none.
char short_escape(char32_t code) {
  switch (code) {
    case '"':
    case '\\':
      return static_cast<char>(code);
    case '\a':
      return 'a';
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    case '\v':
      return 'v';
    default:
      return 0;
  }
}

// Whether Go prints the character as it is. Exact for ASCII and Latin-1; beyond, the blocks of
// spaces, format characters, private use and non-characters are known and the rest counts as
// printable, since a table of all unassigned characters would not earn its keep in error texts.
bool is_printable(char32_t code) {
  struct Range {
    char32_t first;
    char32_t last;
  };
  static constexpr std::array<Range, 16> kNotPrinted = {{{0x0, 0x1F},
                                                         {0x7F, 0xA0},
                                                         {0xAD, 0xAD},
                                                         {0x600, 0x605},
                                                         {0x61C, 0x61C},
                                                         {0x1680, 0x1680},
                                                         {0x180E, 0x180E},
                                                         {0x2000, 0x200F},
                                                         {0x2028, 0x202F},
                                                         {0x205F, 0x206F},
                                                         {0x3000, 0x3000},
                                                         {0xD800, 0xF8FF},
                                                         {0xFEFF, 0xFEFF},
                                                         {0xFFF0, 0xFFFB},
                                                         {0xFFFE, 0xFFFF},
                                                         {0xE0000, 0x10FFFF}}};
  for (const Range& range : kNotPrinted) {
    if (code >= range.first && code <= range.last) return false;
  }
  return true;
}

void append_quoted(std::string& out, const Utf8Character& character, std::string_view bytes) {
  const char32_t code = character.code;
  if (!character.is_valid) {
    append_hex(out, "\\x", static_cast<unsigned char>(bytes.front()), 2);
  } else if (const char letter = short_escape(code); letter != 0) {
    out += '\\';
    out += letter;
  } else if (is_printable(code)) {
    out += bytes;
  } else if (code < 0x20 || code == 0x7F) {
    append_hex(out, "\\x", code, 2);
  } else if (code < 0x10000) {
    append_hex(out, "\\u", code, 4);
  } else {
    append_hex(out, "\\U", code, 8);
  }
}

}  // namespace

std::string go_quote_body(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  while (!text.empty()) {
    const Utf8Character character = first_utf8_character(text);
    append_quoted(out, character, text.substr(0, character.size));
    text.remove_prefix(character.size);
  }
  return out;
}

std::string go_quote(std::string_view text) { return '"' + go_quote_body(text) + '"'; }

}  // namespace leat
