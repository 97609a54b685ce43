#include "core/server/config_lexer.h"

#include <algorithm>
#include <cctype>

#include "core/server/config_characters.h"

namespace leat {
namespace {

bool is_space(int c) {
  return is_config_blank(c) || is_config_newline(c) || c == '\v' || c == '\f';
}
bool is_separator(int c) { return c == '=' || c == ':'; }
std::string lower(std::string_view word) {
  std::string out(word);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

}  // namespace

int ConfigLexer::peek() const {
  return position_ < text_.size() ? static_cast<unsigned char>(text_[position_]) : kNothing;
}

int ConfigLexer::take() {
  const int c = peek();
  if (c == '\n') {
    ++line_;
    line_start_ = position_;
  }
  if (c != kNothing) ++position_;
  return c;
}

void ConfigLexer::begin() {
  token_start_ = position_;
  token_.line = line_;
  token_.column = static_cast<int>(position_ - line_start_);
}

std::string_view ConfigLexer::since_begin() const {
  return text_.substr(token_start_, position_ - token_start_);
}

bool ConfigLexer::emit(ConfigTokenKind kind, std::string text) {
  token_.kind = kind;
  token_.text = std::move(text);
  return true;
}

ConfigLexer::State ConfigLexer::after_value() const {
  if (open_.empty()) return State::kTopEnd;
  return open_.back() == Container::kMap ? State::kMapEnd : State::kArrayEnd;
}

bool ConfigLexer::emit_value(ConfigTokenKind kind, std::string text) {
  state_ = after_value();
  return emit(kind, std::move(text));
}

bool ConfigLexer::open(Container container) {
  begin();
  take();
  open_.push_back(container);
  const bool map = container == Container::kMap;
  state_ = map ? State::kMapKey : State::kArrayItem;
  return emit(map ? ConfigTokenKind::kMapStart : ConfigTokenKind::kArrayStart, "");
}

bool ConfigLexer::close() {
  begin();
  take();
  const bool map = open_.back() == Container::kMap;
  open_.pop_back();
  return emit_value(map ? ConfigTokenKind::kMapEnd : ConfigTokenKind::kArrayEnd, "");
}

bool ConfigLexer::fail(std::string text) {
  token_.line = line_;
  return emit(ConfigTokenKind::kError, std::move(text));
}

// A character as error messages show it; the end of the text shows as the NUL character.
std::string ConfigLexer::shown(int byte) const {
  if (byte == kNothing) return std::string(1, '\0');
  if (byte == '\n') return "\\n";
  std::string out(1, static_cast<char>(byte));
  if (byte < 0xC0) return out;
  std::size_t at = position_;
  while (at < text_.size() && (static_cast<unsigned char>(text_[at]) & 0xC0) == 0x80) {
    out += text_[at++];
  }
  return out;
}

ConfigToken ConfigLexer::next() {
  while (!step()) {
  }
  return token_;
}

bool ConfigLexer::step() {
  switch (state_) {
    case State::kTopKey:
      return step_top_key();
    case State::kMapKey:
      return step_map_key();
    case State::kValue:
      return step_value();
    case State::kMapValue:
      return step_map_value();
    case State::kArrayItem:
      return step_array_item();
    case State::kTopEnd:
      return step_top_end();
    case State::kMapEnd:
      return step_map_end();
    case State::kArrayEnd:
      return step_array_end();
  }
  return fail("Unexpected state.");
}

bool ConfigLexer::skip_comment() {
  const bool slashes = text_.substr(position_, 2) == "//";
  if (peek() != '#' && !slashes) return false;
  while (peek() != kNothing && !is_config_newline(peek())) take();
  return true;
}

bool ConfigLexer::step_top_key() {
  // Braces around the whole file are decoration: JSON objects are configurations too.
  if (is_space(peek()) || peek() == '{') {
    take();
    return false;
  }
  if (skip_comment()) return false;
  begin();
  const int c = peek();
  if (c == kNothing) return emit(ConfigTokenKind::kEnd, "");
  if (c == '/') return fail("Unexpected EOF.");
  if (is_separator(c)) return fail("Unexpected key separator '" + shown(c) + "'");
  if (c == '"' || c == '\'') return lex_quoted_key(c);
  return lex_key(State::kValue);
}

bool ConfigLexer::step_map_key() {
  if (is_space(peek())) {
    take();
    return false;
  }
  if (skip_comment()) return false;
  begin();
  const int c = peek();
  if (c == kNothing || c == '/') return fail("Unexpected EOF processing map.");
  if (is_separator(c)) return fail("Unexpected key separator '" + shown(c) + "'.");
  if (c == ']') return fail("Unexpected array end ']' processing map.");
  if (c == '}') return close();
  if (c == '"' || c == '\'') return lex_quoted_key(c);
  return lex_key(State::kMapValue);
}

bool ConfigLexer::lex_quoted_key(int quote) {
  take();
  begin();
  while (peek() != quote) {
    if (take() == kNothing) {
      return fail(open_.empty() ? "Unexpected EOF." : "Unexpected EOF processing quoted map key.");
    }
  }
  std::string key(since_begin());
  take();
  state_ = open_.empty() ? State::kValue : State::kMapValue;
  return emit(ConfigTokenKind::kKey, std::move(key));
}

bool ConfigLexer::lex_key(State after) {
  take();
  while (peek() != kNothing && !is_space(peek()) && !is_separator(peek())) take();
  if (peek() == kNothing && !open_.empty()) return fail("Unexpected EOF processing map key.");
  std::string key(since_begin());
  if (is_space(peek()) && lower(key) == "include") return lex_include();
  state_ = after;
  return emit(ConfigTokenKind::kKey, std::move(key));
}

bool ConfigLexer::lex_include() {
  while (is_config_blank(peek())) take();
  if (is_config_newline(peek())) {
    take();
    return fail("Expected include value but found new line");
  }
  const int quote = peek();
  if (quote == '[') return fail("Expected include value but found start of an array");
  if (quote == '{') return fail("Expected include value but found start of a map");
  if (quote == '-' || (quote >= '0' && quote <= '9')) {
    return fail("Expected include value but found start of a number");
  }
  if (quote != '"' && quote != '\'') {
    begin();
    const auto ends = [](int c) {
      return c == kNothing || is_space(c) || c == ';' || c == '}' || c == ']';
    };
    while (!ends(peek())) take();
    return emit_value(ConfigTokenKind::kInclude, std::string(since_begin()));
  }
  take();
  begin();
  while (peek() != quote) {
    if (take() == kNothing) {
      return fail(quote == '"' ? "Unexpected EOF in double quoted include"
                               : "Unexpected EOF in quoted include");
    }
  }
  std::string path(since_begin());
  take();
  return emit_value(ConfigTokenKind::kInclude, std::move(path));
}

// After a key: any blanks and newlines, then perhaps one separator, then the value on its line.
bool ConfigLexer::step_value() {
  while (is_space(peek())) take();
  if (peek() == kNothing) {
    begin();
    return emit(ConfigTokenKind::kEnd, "");
  }
  if (is_separator(peek())) take();
  return lex_value();
}

bool ConfigLexer::step_map_value() {
  while (is_space(peek())) take();
  if (is_separator(peek())) take();
  while (is_space(peek())) take();
  if (peek() == ',') return fail("Unexpected map value terminator ','.");
  if (peek() == '}') {
    // A key without a value is an empty text.
    begin();
    return emit_value(ConfigTokenKind::kString, "");
  }
  return lex_value();
}

bool ConfigLexer::step_array_item() {
  if (is_space(peek())) {
    take();
    return false;
  }
  if (skip_comment()) return false;
  if (peek() == ',' || peek() == '/') return fail("Unexpected array value terminator ','.");
  if (peek() == ']') return close();
  return lex_value();
}

bool ConfigLexer::step_top_end() {
  if (is_config_blank(peek())) {
    take();
    return false;
  }
  const int c = peek();
  if (skip_comment()) {
    state_ = State::kTopKey;
    return false;
  }
  take();
  if (is_config_newline(c) || c == kNothing || c == ';' || c == ',' || c == '}') {
    state_ = State::kTopKey;
    return false;
  }
  return fail("Expected a top-level value to end with a new line, comment or EOF, but got '" +
              shown(c) + "' instead.");
}

bool ConfigLexer::step_map_end() {
  if (is_config_blank(peek())) {
    take();
    return false;
  }
  if (skip_comment()) return false;
  if (peek() == '}') return close();
  const int c = take();
  if (is_config_newline(c) || c == ';' || c == ',') {
    state_ = State::kMapKey;
    return false;
  }
  return fail("Expected a map value terminator \",\" or a map terminator \"}\", but got '" +
              shown(c) + "' instead.");
}

bool ConfigLexer::step_array_end() {
  if (is_config_blank(peek())) {
    take();
    return false;
  }
  if (skip_comment()) return false;
  if (peek() == ']') return close();
  const int c = take();
  if (is_config_newline(c) || c == ',') {
    state_ = State::kArrayItem;
    return false;
  }
  return fail("Expected an array value terminator \",\" or an array terminator \"]\", but got '" +
              shown(c) + "' instead.");
}

}  // namespace leat
