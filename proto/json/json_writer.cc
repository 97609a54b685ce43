#include "proto/json/json_writer.h"

#include <charconv>
#include <cmath>

#include "core/base/check.h"
#include "core/base/utf8.h"

namespace leat {

namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

void append_unicode_escape(std::string& out, char32_t code) {
  out += "\\u";
  for (const unsigned shift : {12U, 8U, 4U, 0U}) out += kHexDigits[(code >> shift) & 0xFU];
}

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
}

void append_escaped_ascii(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      append_unicode_escape(out, static_cast<unsigned char>(c));
  }
}

// Appends the character at the start of `text`, which is not plain; returns its size.
std::size_t append_special(std::string& out, std::string_view text) {
  if (static_cast<unsigned char>(text.front()) < 0x80) {
    append_escaped_ascii(out, text.front());
    return 1;
  }
  const Utf8Character character = first_utf8_character(text);
  const bool is_line_end = character.code == 0x2028 || character.code == 0x2029;
  if (!character.is_valid || is_line_end) {
    append_unicode_escape(out, character.code);
  } else {
    out += text.substr(0, character.size);
  }
  return character.size;
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && is_plain(text[plain])) ++plain;
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (!text.empty()) text.remove_prefix(append_special(out, text));
  }
  out += '"';
}

JsonWriter& JsonWriter::key(std::string_view name) {
  LEAT_CHECK(depth_ > 0) << name;
  Level& level = levels_[depth_ - 1];
  LEAT_CHECK(level.opening == '{' && !level.has_key) << name;
  if (level.has_values) out_ += ',';
  level.has_values = true;
  level.has_key = true;
  break_line();
  append_json_string(out_, name);
  out_ += layout_ == JsonLayout::kIndented ? ": " : ":";
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  before_value();
  append_json_string(out_, text);
  return *this;
}

JsonWriter& JsonWriter::value(double number) {
  LEAT_CHECK(std::isfinite(number)) << number;
  // The format switches where Go's does; the digits are the shortest that read back the same.
  const double size = std::fabs(number);
  const bool is_scientific = size != 0 && (size < 1e-6 || size >= 1e21);
  const auto format = is_scientific ? std::chars_format::scientific : std::chars_format::fixed;
  std::array<char, 64> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, format).ptr;
  std::string text(digits.data(), end);
  // Go writes 1e-7 and 1e+21: a one-digit negative exponent loses its zero.
  const std::size_t e = text.find("e-0");
  if (e != std::string::npos) text.erase(e + 2, 1);
  return raw(text);
}

JsonWriter& JsonWriter::value(const std::vector<std::string>& texts) {
  begin_array();
  for (const std::string& text : texts) value(text);
  return end_array();
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  before_value();
  out_ += json;
  return *this;
}

JsonWriter& JsonWriter::begin(char opening) {
  before_value();
  LEAT_CHECK(depth_ < kLevelsMax);
  levels_[depth_++] = Level{.opening = opening};
  out_ += opening;
  return *this;
}

JsonWriter& JsonWriter::end(char opening, char closing) {
  LEAT_CHECK(depth_ > 0 && levels_[depth_ - 1].opening == opening);
  LEAT_CHECK(!levels_[depth_ - 1].has_key);
  --depth_;
  if (levels_[depth_].has_values) break_line();
  out_ += closing;
  return *this;
}

JsonWriter& JsonWriter::signed_number(std::int64_t number) {
  before_value();
  std::array<char, 24> digits;
  out_.append(digits.data(), std::to_chars(digits.data(), digits.data() + 24, number).ptr);
  return *this;
}

JsonWriter& JsonWriter::unsigned_number(std::uint64_t number) {
  before_value();
  std::array<char, 24> digits;
  out_.append(digits.data(), std::to_chars(digits.data(), digits.data() + 24, number).ptr);
  return *this;
}

void JsonWriter::before_value() {
  if (depth_ == 0) return;
  Level& level = levels_[depth_ - 1];
  if (level.opening == '{') {
    LEAT_CHECK(level.has_key);
    level.has_key = false;
    return;
  }
  if (level.has_values) out_ += ',';
  level.has_values = true;
  break_line();
}

void JsonWriter::break_line() {
  if (layout_ == JsonLayout::kCompact) return;
  out_ += '\n';
  out_.append(2 * depth_, ' ');
}

}  // namespace leat
