// The values of the configuration language: texts, numbers, dates, blocks.

#include <algorithm>
#include <cctype>

#include "core/config/characters.h"
#include "core/config/lexer.h"

namespace leat {
namespace {

bool is_digit(int c) { return c >= '0' && c <= '9'; }
bool is_size_suffix(int c) {
  return c > 0 && std::string_view("kKmMgGtTpPeE").find(static_cast<char>(c)) != std::string::npos;
}
bool is_byte_suffix(int c) { return c == 'b' || c == 'B' || c == 'i' || c == 'I'; }

// What ends an unquoted value, wherever it stands.
bool ends_value(int c) {
  return c < 0 || is_config_newline(c) || is_config_blank(c) || c == ',' || c == ';' || c == ']' ||
         c == '}';
}

bool is_bool_word(std::string word) {
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return word == "true" || word == "false" || word == "on" || word == "off" || word == "yes" ||
         word == "no";
}

int hex_digit(int c) {
  if (is_digit(c)) return c - '0';
  const int small = c | 0x20;
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

}  // namespace

bool ConfigLexer::lex_value() {
  while (is_config_blank(peek())) take();
  const int c = peek();
  switch (c) {
    case '[':
      return open(Container::kArray);
    case '{':
      return open(Container::kMap);
    case '\'':
      return lex_raw();
    case '"':
      return lex_quoted();
    case '(':
      return lex_block();
    case '-':
      return lex_negative_number();
    case '.':
      return fail("Floats must start with a digit");
    case '\n':
    case '\r':
      take();
      return fail("Expected value but found new line");
    default:
      break;
  }
  begin();
  return is_digit(c) ? lex_number() : lex_bare();
}

// Text without quotes. Backslash escapes count here too; a single quote ends it.
bool ConfigLexer::lex_bare() {
  std::string word(since_begin());
  bool plain = true;
  while (!ends_value(peek())) {
    if (peek() == '\'') {
      const bool emitted = emit_text(std::move(word));
      take();
      return emitted;
    }
    const int c = take();
    if (c == '\\') {
      plain = false;
      if (!lex_escape(word)) return true;
      continue;
    }
    word += static_cast<char>(c);
  }
  return finish_bare(std::move(word), plain);
}

bool ConfigLexer::finish_bare(std::string word, bool plain) {
  if (plain && is_bool_word(word)) return emit_value(ConfigTokenKind::kBool, std::move(word));
  if (plain && !word.empty() && word.front() == '$') {
    ++token_.column;
    return emit_value(ConfigTokenKind::kVariable, word.substr(1));
  }
  return emit_text(std::move(word));
}

bool ConfigLexer::lex_raw() {
  take();
  begin();
  while (peek() != kNothing && peek() != '\'') take();
  if (peek() == kNothing) return fail_open_quote(token_start_, since_begin().size());
  std::string word(since_begin());
  take();
  return emit_value(ConfigTokenKind::kString, std::move(word));
}

bool ConfigLexer::lex_quoted() {
  take();
  begin();
  std::string word;
  std::size_t part = position_;  // where the text after the last escape begins
  while (peek() != '"') {
    const int c = take();
    if (c == kNothing) return fail_open_quote(part, word.size());
    if (c != '\\') {
      word += static_cast<char>(c);
      continue;
    }
    if (!lex_escape(word)) return true;
    part = position_;
  }
  const bool emitted = emit_text(std::move(word));
  take();
  return emitted;
}

// The text ends inside quotes. Where nothing stands after the quote or the last escape, NATS says
// that the entry has no value.
bool ConfigLexer::fail_open_quote(std::size_t part, std::size_t word_bytes) {
  if (position_ > part) return fail("Unexpected EOF.");
  count_back(word_bytes);
  return emit(ConfigTokenKind::kEnd, "");
}

// At the end of a text with escapes. NATS counts back from there to find the column.
void ConfigLexer::count_back(std::size_t word_bytes) {
  token_.column += static_cast<int>(since_begin().size() - word_bytes);
}

bool ConfigLexer::emit_text(std::string word) {
  count_back(word.size());
  return emit_value(ConfigTokenKind::kString, std::move(word));
}

// False: the escape is not one, and `token_` says so.
bool ConfigLexer::lex_escape(std::string& into) {
  const int c = take();
  switch (c) {
    case 't':
      into += '\t';
      return true;
    case 'n':
      into += '\n';
      return true;
    case 'r':
      into += '\r';
      return true;
    case '"':
    case '\\':
      into += static_cast<char>(c);
      return true;
    case 'x':
      return lex_hex_escape(into);
    default:
      fail("Invalid escape character '" + shown(c) +
           "'. Only the following escape characters are allowed: \\xXX, \\t, \\n, \\r, \\\", "
           "\\\\.");
      return false;
  }
}

bool ConfigLexer::lex_hex_escape(std::string& into) {
  for (int i = 0; i < 2; ++i) {
    if (is_config_newline(take())) {
      fail("Expected two hexadecimal digits after '\\x', but hit end of line");
      return false;
    }
  }
  const std::string_view digits = text_.substr(position_ - 2, 2);
  const int high = hex_digit(static_cast<unsigned char>(digits[0]));
  const int low = hex_digit(static_cast<unsigned char>(digits[1]));
  if (high < 0 || low < 0) {
    fail("Expected two hexadecimal digits after '\\x', but got '" + std::string(digits) + "'");
    return false;
  }
  into += static_cast<char>(high * 16 + low);
  return true;
}

// ( text ) where the closing parenthesis stands alone at the start of a line.
bool ConfigLexer::lex_block() {
  take();
  begin();
  while (true) {
    const int c = take();
    if (c == kNothing) return fail("Unexpected EOF processing block.");
    if (c != '\n' || peek() != ')') continue;
    const std::size_t after = position_ + 1;
    if (after < text_.size() && !is_config_newline(static_cast<unsigned char>(text_[after])))
      continue;
    std::string word(since_begin());
    take();
    return emit_value(ConfigTokenKind::kString, std::move(word));
  }
}

// Digits begin an integer, a size, a float, a date, an address, or any other text.
bool ConfigLexer::lex_number() {
  while (is_digit(peek())) take();
  const int c = peek();
  if (c == '-') {
    if (since_begin().size() != 4) return fail("All ISO8601 dates must be in full Zulu form.");
    return lex_datetime();
  }
  if (c == '.') return lex_float();
  if (is_size_suffix(c)) return lex_suffixed_integer();
  if (!ends_value(c)) {
    take();  // NATS takes this one as it is, a quote or backslash too
    return lex_bare();
  }
  return emit_value(ConfigTokenKind::kInteger, std::string(since_begin()));
}

bool ConfigLexer::lex_negative_number() {
  begin();
  take();
  if (peek() == '.') return fail("Floats must start with a digit, not '.'.");
  if (!is_digit(peek())) return fail("Expected a digit but got '" + shown(take()) + "'.");
  while (is_digit(peek())) take();
  if (peek() == '.') return lex_float();
  if (is_size_suffix(peek())) return lex_suffixed_integer();
  return emit_value(ConfigTokenKind::kInteger, std::string(since_begin()));
}

bool ConfigLexer::lex_suffixed_integer() {
  take();
  while (is_byte_suffix(peek())) take();
  if (!ends_value(peek())) return lex_bare();
  return emit_value(ConfigTokenKind::kInteger, std::string(since_begin()));
}

// At the first dot. A second one makes it an address, perhaps with a port.
bool ConfigLexer::lex_float() {
  take();
  if (!is_digit(peek())) {
    return fail("Floats must have a digit after the '.', but got '" + shown(take()) + "' instead.");
  }
  while (is_digit(peek())) take();
  if (peek() != '.') return emit_value(ConfigTokenKind::kFloat, std::string(since_begin()));
  while (is_digit(peek()) || peek() == '.' || peek() == ':' || peek() == '-') take();
  return emit_value(ConfigTokenKind::kString, std::string(since_begin()));
}

// At the dash after the year of YYYY-MM-DDTHH:MM:SSZ.
bool ConfigLexer::lex_datetime() {
  for (const char wanted : std::string_view("-00-00T00:00:00Z")) {
    const int c = take();
    if (wanted == '0' && !is_digit(c)) {
      return fail("Expected digit in ISO8601 datetime, but found '" + shown(c) + "' instead.");
    }
    if (wanted != '0' && c != wanted) {
      return fail("Expected '" + std::string(1, wanted) + "' in ISO8601 datetime, but found '" +
                  shown(c) + "' instead.");
    }
  }
  return emit_value(ConfigTokenKind::kDatetime, std::string(since_begin()));
}

}  // namespace leat
