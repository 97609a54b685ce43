#include "proto/json/json_parser.h"

#include "core/base/quote.h"
#include "core/base/utf8.h"
#include "proto/json/json_space.h"
#include "proto/json/json_string.h"

namespace leat::internal {

namespace {

// As deep as Go reads.
constexpr std::size_t kDepthMax = 10000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// A byte as Go's scanner names it: in single quotes, bytes above ASCII taken as Latin-1.
std::string quoted_byte(char c) {
  if (c == '\'') return "'\\''";
  if (c == '"') return "'\"'";
  std::string character;
  append_utf8(character, static_cast<unsigned char>(c));
  return "'" + go_quote_body(character) + "'";
}

}  // namespace

bool JsonParser::read_value() {
  while (expected_ != Expected::kNothing) {
    skip_white_space();
    if (at_end()) return cut_off();
    if (!step()) return false;
  }
  return true;
}

bool JsonParser::read_end() {
  skip_white_space();
  return at_end() || refuse("after top-level value");
}

JsonDocument JsonParser::take_document() {
  std::vector<char> text;
  text.reserve(at_ + decoded_.size());
  text.insert(text.end(), text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at_));
  text.insert(text.end(), decoded_.begin(), decoded_.end());
  // Decoded strings were numbered from the end of the whole text, of which only `at_` is kept.
  const auto dropped = static_cast<std::uint32_t>(text_.size() - at_);
  for (JsonNode& node : nodes_) {
    if (node.text_begin >= text_.size()) node.text_begin -= dropped;
  }
  return {std::move(nodes_), std::move(text)};
}

bool JsonParser::step() {
  const char c = text_[at_];
  switch (expected_) {
    case Expected::kFirstElement:
      if (c != ']') return read_any();
      close();
      return true;
    case Expected::kValue:
      return read_any();
    case Expected::kFirstKey:
      if (c != '}') return read_key();
      close();
      return true;
    case Expected::kKey:
      return read_key();
    case Expected::kColon:
      if (c != ':') return refuse("after object key");
      ++at_;
      expected_ = Expected::kValue;
      return true;
    case Expected::kAfterElement:
      return read_separator(']', Expected::kValue, "after array element");
    case Expected::kAfterMember:
      return read_separator('}', Expected::kKey, "after object key:value pair");
    case Expected::kNothing:
      break;
  }
  return true;
}

bool JsonParser::read_any() {
  const char c = text_[at_];
  if (!open_.empty()) ++nodes_[open_.back()].count;
  if (c == '{') return open(JsonKind::kObject);
  if (c == '[') return open(JsonKind::kArray);
  bool good = false;
  if (c == '"') {
    good = read_string();
  } else if (c == '-' || is_digit(c)) {
    good = read_number();
  } else if (c == 't') {
    good = read_word("true", JsonKind::kBool);
  } else if (c == 'f') {
    good = read_word("false", JsonKind::kBool);
  } else if (c == 'n') {
    good = read_word("null", JsonKind::kNull);
  } else {
    return refuse("looking for beginning of value");
  }
  if (good) value_ended();
  return good;
}

bool JsonParser::read_key() {
  if (text_[at_] != '"') return refuse("looking for beginning of object key string");
  if (!read_string()) return false;
  expected_ = Expected::kColon;
  return true;
}

bool JsonParser::read_string() {
  begin_node(JsonKind::kString);
  const std::size_t begin = ++at_;
  bool is_plain = true;
  while (!at_end() && text_[at_] != '"') {
    const auto byte = static_cast<unsigned char>(text_[at_]);
    if (byte < 0x20) return refuse("in string literal");
    if (byte >= 0x80 || byte == '\\') is_plain = false;
    ++at_;
    if (byte == '\\' && !read_escape()) return false;
  }
  if (at_end()) return cut_off();
  const std::string_view inside = text_.substr(begin, at_ - begin);
  ++at_;
  JsonNode& node = nodes_.back();
  if (is_plain) {
    node.text_begin = static_cast<std::uint32_t>(begin);
    node.text_size = static_cast<std::uint32_t>(inside.size());
  } else {
    const std::size_t before = decoded_.size();
    append_unescaped(decoded_, inside);
    node.text_begin = static_cast<std::uint32_t>(text_.size() + before);
    node.text_size = static_cast<std::uint32_t>(decoded_.size() - before);
  }
  end_node(static_cast<std::uint32_t>(nodes_.size() - 1));
  return true;
}

bool JsonParser::read_escape() {
  if (at_end()) return cut_off("in string escape code");
  const char letter = text_[at_];
  if (std::string_view("\"\\/bfnrtu").find(letter) == std::string_view::npos) {
    return refuse("in string escape code");
  }
  ++at_;
  for (int digit = 0; letter == 'u' && digit < 4; ++digit) {
    constexpr std::string_view kContext = "in \\u hexadecimal character escape";
    if (at_end()) return cut_off(kContext);
    if (!is_hex_digit(text_[at_])) return refuse(kContext);
    ++at_;
  }
  return true;
}

bool JsonParser::read_number() {
  begin_node(JsonKind::kNumber);
  if (text_[at_] == '-') ++at_;
  if (!at_end() && text_[at_] == '0') {
    ++at_;  // nothing but a fraction or an exponent may follow a leading zero
  } else if (!read_digits("in numeric literal")) {
    return false;
  }
  if (!at_end() && text_[at_] == '.') {
    ++at_;
    if (!read_digits("after decimal point in numeric literal")) return false;
  }
  if (!at_end() && (text_[at_] == 'e' || text_[at_] == 'E')) {
    ++at_;
    if (!at_end() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
    if (!read_digits("in exponent of numeric literal")) return false;
  }
  end_node(static_cast<std::uint32_t>(nodes_.size() - 1));
  JsonNode& node = nodes_.back();
  node.text_begin = node.raw_begin;
  node.text_size = node.raw_size;
  return true;
}

bool JsonParser::read_digits(std::string_view context) {
  if (at_end()) return cut_off(context);
  if (!is_digit(text_[at_])) return refuse(context);
  while (!at_end() && is_digit(text_[at_])) ++at_;
  return true;
}

bool JsonParser::read_word(std::string_view word, JsonKind kind) {
  begin_node(kind);
  for (const char letter : word) {
    if (at_end() || text_[at_] != letter) {
      const std::string context =
          "in literal " + std::string(word) + " (expecting '" + letter + "')";
      return at_end() ? cut_off(context) : refuse(context);
    }
    ++at_;
  }
  nodes_.back().truth = word == "true";
  end_node(static_cast<std::uint32_t>(nodes_.size() - 1));
  return true;
}

bool JsonParser::read_separator(char closing, Expected after_comma, std::string_view context) {
  if (text_[at_] == closing) {
    close();
    return true;
  }
  if (text_[at_] != ',') return refuse(context);
  ++at_;
  expected_ = after_comma;
  return true;
}

bool JsonParser::open(JsonKind kind) {
  if (open_.size() == kDepthMax) return refuse("exceeded max depth");
  begin_node(kind);
  open_.push_back(static_cast<std::uint32_t>(nodes_.size() - 1));
  ++at_;
  expected_ = kind == JsonKind::kObject ? Expected::kFirstKey : Expected::kFirstElement;
  return true;
}

void JsonParser::close() {
  ++at_;
  end_node(open_.back());
  open_.pop_back();
  value_ended();
}

void JsonParser::begin_node(JsonKind kind) {
  JsonNode& node = nodes_.emplace_back();
  node.kind = kind;
  node.raw_begin = static_cast<std::uint32_t>(at_);
}

void JsonParser::end_node(std::uint32_t index) {
  JsonNode& node = nodes_[index];
  node.end = static_cast<std::uint32_t>(nodes_.size());
  node.raw_size = static_cast<std::uint32_t>(at_) - node.raw_begin;
}

void JsonParser::value_ended() {
  if (open_.empty()) {
    expected_ = Expected::kNothing;
  } else {
    const bool in_object = nodes_[open_.back()].kind == JsonKind::kObject;
    expected_ = in_object ? Expected::kAfterMember : Expected::kAfterElement;
  }
}

void JsonParser::skip_white_space() {
  while (!at_end()) {
    const char c = text_[at_];
    if (!is_json_space(c)) return;
    ++at_;
  }
}

bool JsonParser::refuse(std::string_view context) {
  error_.text = "invalid character " + quoted_byte(text_[at_]) + " ";
  error_.text += context;
  error_.offset = at_ + 1;
  return false;
}

bool JsonParser::cut_off() {
  error_.text = "unexpected end of JSON input";
  error_.offset = text_.size();
  error_.is_cut_off = true;
  return false;
}

bool JsonParser::cut_off(std::string_view context) {
  // Go ends every text with a blank of its own, and here it is what offends.
  cut_off();
  error_.text = "invalid character ' ' ";
  error_.text += context;
  return false;
}

}  // namespace leat::internal
