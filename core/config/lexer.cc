#include "core/config/lexer.h"

#include <algorithm>
#include <cctype>

#include "core/config/characters.h"

namespace leat {
namespace {

// The length of the space that `text` begins with, 0 if it begins with another character. NATS
// takes every Unicode space between keys and values.
std::size_t space_length(std::string_view text) {
  if (text.empty()) return 0;
  const int c = static_cast<unsigned char>(text.front());
  if (is_config_blank(c) || is_config_newline(c) || c == '\v' || c == '\f') return 1;
  if (c < 0x80) return 0;
  constexpr std::string_view kWide[] = {"\u0085", "\u00A0", "\u1680", "\u2000", "\u2001",
                                        "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",
                                        "\u2007", "\u2008", "\u2009", "\u200A", "\u2028",
                                        "\u2029", "\u202F", "\u205F", "\u3000"};
  for (const std::string_view space : kWide) {
    if (text.starts_with(space)) return space.size();
  }
  return 0;
}
bool is_separator(int c) { return c == '=' || c == ':'; }

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

bool ConfigLexer::at_space() const { return space_length(text_.substr(position_)) > 0; }

bool ConfigLexer::skip_space() {
  const std::size_t length = space_length(text_.substr(position_));
  for (std::size_t i = 0; i < length; ++i) take();
  return length > 0;
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
  token_.line = line_;
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
  take();
  begin();
  const bool map = open_.back() == Container::kMap;
  open_.pop_back();
  return emit_value(map ? ConfigTokenKind::kMapEnd : ConfigTokenKind::kArrayEnd, "");
}

bool ConfigLexer::fail(std::string text) { return emit(ConfigTokenKind::kError, std::move(text)); }

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
    case State::kBlockEnd:
      return step_block_end();
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
  if (skip_space() || skip_comment()) return false;
  begin();
  const int c = peek();
  if (c == kNothing) return emit(ConfigTokenKind::kEnd, "");
  if (c == '/') return fail("Unexpected EOF.");
  // Braces around entries of the top level are decoration: JSON objects are configurations too.
  if (c == '{') {
    take();
    ++blocks_;
    return false;
  }
  if (c == '}' && blocks_ > 0) return close_block();
  if (is_separator(c)) return fail("Unexpected key separator '" + shown(c) + "'");
  if (c == '"' || c == '\'') return lex_quoted_key(c);
  return lex_key(State::kValue);
}

bool ConfigLexer::close_block() {
  take();
  --blocks_;
  state_ = blocks_ > 0 ? State::kBlockEnd : State::kTopKey;
  return false;
}

bool ConfigLexer::step_map_key() {
  if (skip_space() || skip_comment()) return false;
  begin();
  const int c = peek();
  if (c == kNothing) return fail("Unexpected EOF processing map.");
  if (c == '/') {
    take();
    begin();
    return lex_key(State::kMapValue);
  }
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
      if (open_.empty()) return fail("Unexpected EOF.");
      return fail(quote == '"' ? "Unexpected EOF processing double quoted map key."
                               : "Unexpected EOF processing quoted map key.");
    }
  }
  std::string key(since_begin());
  take();
  state_ = open_.empty() ? State::kValue : State::kMapValue;
  return emit(ConfigTokenKind::kKey, std::move(key));
}

bool ConfigLexer::lex_key(State after) {
  take();
  while (peek() != kNothing && !at_space() && !is_separator(peek())) take();
  if (peek() == kNothing && !open_.empty()) return fail("Unexpected EOF processing map key.");
  std::string key(since_begin());
  if (at_space() && lower_case(key) == "include") return lex_include();
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
  if (quote == '(') return fail("Expected include value but found start of a block");
  if (quote == '\\') return fail("Expected include value but found escape sequence");
  if (quote == '-' || (quote >= '0' && quote <= '9')) {
    return fail("Expected include value but found start of a number");
  }
  if (quote != '"' && quote != '\'') {
    begin();
    const auto ends = [](int c) {
      return c == kNothing || is_config_blank(c) || is_config_newline(c) || c == ';' || c == '}' ||
             c == '\'';
    };
    while (!ends(peek())) take();
    std::string path(since_begin());
    if (peek() == '\'') take();
    return emit_value(ConfigTokenKind::kInclude, std::move(path));
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
  if (skip_space()) return false;
  if (peek() == kNothing) {
    begin();
    return emit(ConfigTokenKind::kEnd, "");
  }
  if (is_separator(peek())) take();
  return lex_value();
}

bool ConfigLexer::step_map_value() {
  if (skip_space()) return false;
  if (is_separator(peek())) take();
  while (skip_space()) {
  }
  if (peek() == ',') return fail("Unexpected map value terminator \",\".");
  if (peek() == '}') return fail("Unexpected map end '}' where a value is expected.");
  return lex_value();
}

bool ConfigLexer::step_array_item() {
  if (skip_space() || skip_comment()) return false;
  if (peek() == ',' || peek() == '/') return fail("Unexpected array value terminator ','.");
  if (peek() == ']') return close();
  return lex_value();
}

// A single slash between entries is read over: NATS does so while it looks for a comment.
bool ConfigLexer::step_top_end() {
  if (skip_comment()) {
    if (blocks_ == 0) state_ = State::kTopKey;
    return false;
  }
  if (blocks_ > 0 && peek() == '}') return close_block();
  const int c = take();
  if (is_config_blank(c) || c == '/') return false;
  if (is_config_newline(c) || c == ';' || c == ',' || (blocks_ == 0 && (c == '}' || c < 0))) {
    state_ = State::kTopKey;
    return false;
  }
  const std::string level = blocks_ > 0 ? "block-level" : "top-level";
  return fail("Expected a " + level + " value to end with a new line, comment or EOF, but got '" +
              shown(c) + "' instead.");
}

// After a block inside a block.
bool ConfigLexer::step_block_end() {
  if (skip_comment()) {
    state_ = State::kTopKey;
    return false;
  }
  if (peek() == '}') return close_block();
  const int c = take();
  if (is_config_blank(c) || is_config_newline(c) || c == '/') return false;
  if (c == ';' || c == ',') {
    state_ = State::kTopKey;
    return false;
  }
  return fail("Expected a block-level to end with a '}', but got '" + shown(c) + "' instead.");
}

bool ConfigLexer::step_map_end() {
  if (is_config_blank(peek())) {
    take();
    return false;
  }
  if (skip_comment()) return false;
  if (peek() == '}') return close();
  const int c = take();
  if (is_config_newline(c) || c == ';' || c == ',' || c == '/') {
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
  if (is_config_newline(c) || c == ',' || c == '/') {
    state_ = State::kArrayItem;
    return false;
  }
  return fail("Expected an array value terminator \",\" or an array terminator \"]\", but got '" +
              shown(c) + "' instead.");
}

}  // namespace leat
