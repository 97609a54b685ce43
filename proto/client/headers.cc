#include "proto/client/headers.h"

#include <algorithm>
#include <charconv>

namespace leat {

namespace {

constexpr std::string_view kHeaderVersion = "NATS/1.0";
constexpr std::string_view kHeaderLineEnd = "\r\n";

// The bytes of the line that `text` begins with, its CR LF included.
std::size_t line_bytes(std::string_view text) {
  const std::size_t end = text.find(kHeaderLineEnd);
  return end == std::string_view::npos ? text.size() : end + kHeaderLineEnd.size();
}

std::string_view without_line_end(std::string_view line) {
  if (line.ends_with(kHeaderLineEnd)) line.remove_suffix(kHeaderLineEnd.size());
  return line;
}

// Only blanks, as a tab is part of the value.
std::string_view without_leading_spaces(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return text;
}

}  // namespace

std::string_view header_first_line(std::string_view block) {
  return block.substr(0, line_bytes(block));
}

HeaderCursor::HeaderCursor(std::string_view block) : rest_(block.substr(line_bytes(block))) {}

bool HeaderCursor::next() {
  while (!rest_.empty()) {
    line_ = rest_.substr(0, line_bytes(rest_));
    rest_.remove_prefix(line_.size());
    const std::string_view text = without_line_end(line_);
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) continue;
    key_ = text.substr(0, colon);
    value_ = without_leading_spaces(text.substr(colon + 1));
    return true;
  }
  return false;
}

std::optional<std::string_view> header_value(std::string_view block, std::string_view key) {
  for (HeaderCursor cursor(block); cursor.next();) {
    if (cursor.key() == key) return cursor.value();
  }
  return std::nullopt;
}

HeaderBuilder& HeaderBuilder::start() {
  block_.assign(kHeaderVersion);
  block_ += kHeaderLineEnd;
  return *this;
}

HeaderBuilder& HeaderBuilder::start(int status, std::string_view description) {
  char digits[8];
  const auto written = std::to_chars(digits, digits + sizeof(digits), status);
  block_.assign(kHeaderVersion);
  block_ += ' ';
  block_.append(digits, written.ptr);
  if (!description.empty()) {
    block_ += ' ';
    block_ += description;
  }
  block_ += kHeaderLineEnd;
  return *this;
}

HeaderBuilder& HeaderBuilder::start_from(std::string_view block) {
  if (block.empty()) return start();
  if (block.ends_with("\r\n\r\n")) block.remove_suffix(kHeaderLineEnd.size());
  block_.assign(block);
  if (!block.ends_with(kHeaderLineEnd)) block_ += kHeaderLineEnd;
  return *this;
}

HeaderBuilder& HeaderBuilder::add(std::string_view key, std::string_view value) {
  block_ += key;
  block_ += ": ";
  block_ += value;
  block_ += kHeaderLineEnd;
  return *this;
}

HeaderBuilder& HeaderBuilder::add(std::string_view key, std::uint64_t value) {
  char digits[24];
  const auto written = std::to_chars(digits, digits + sizeof(digits), value);
  return add(key, std::string_view(digits, static_cast<std::size_t>(written.ptr - digits)));
}

HeaderBuilder& HeaderBuilder::add_line(std::string_view line) {
  block_ += without_line_end(line);
  block_ += kHeaderLineEnd;
  return *this;
}

std::string_view HeaderBuilder::finish() {
  block_ += kHeaderLineEnd;
  return block_;
}

}  // namespace leat
