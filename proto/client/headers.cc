#include "proto/client/headers.h"

#include <charconv>

namespace leat {

namespace {

constexpr std::string_view kVersion = "NATS/1.0";
constexpr std::string_view kLineEnd = "\r\n";

std::string_view without_leading_blanks(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
  return text.substr(at);
}

}  // namespace

HeaderCursor::HeaderCursor(std::string_view block) {
  const std::size_t end = block.find(kLineEnd);
  if (end != std::string_view::npos) rest_ = block.substr(end + kLineEnd.size());
}

bool HeaderCursor::next() {
  while (!rest_.empty()) {
    const std::size_t end = rest_.find(kLineEnd);
    if (end == std::string_view::npos || end == 0) break;
    line_ = rest_.substr(0, end + kLineEnd.size());
    rest_.remove_prefix(line_.size());
    const std::string_view text = line_.substr(0, end);
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) continue;
    key_ = text.substr(0, colon);
    value_ = without_leading_blanks(text.substr(colon + 1));
    return true;
  }
  rest_ = {};
  return false;
}

std::optional<std::string_view> header_value(std::string_view block, std::string_view key) {
  for (HeaderCursor cursor(block); cursor.next();) {
    if (cursor.key() == key) return cursor.value();
  }
  return std::nullopt;
}

HeaderBuilder& HeaderBuilder::start() {
  block_.assign(kVersion);
  block_ += kLineEnd;
  return *this;
}

HeaderBuilder& HeaderBuilder::start(int status, std::string_view description) {
  char digits[8];
  const auto written = std::to_chars(digits, digits + sizeof(digits), status);
  block_.assign(kVersion);
  block_ += ' ';
  block_.append(digits, written.ptr);
  if (!description.empty()) {
    block_ += ' ';
    block_ += description;
  }
  block_ += kLineEnd;
  return *this;
}

HeaderBuilder& HeaderBuilder::start_from(std::string_view block) {
  if (block.empty()) return start();
  if (block.ends_with("\r\n\r\n")) block.remove_suffix(kLineEnd.size());
  block_.assign(block);
  if (!block.ends_with(kLineEnd)) block_ += kLineEnd;
  return *this;
}

HeaderBuilder& HeaderBuilder::add(std::string_view key, std::string_view value) {
  block_ += key;
  block_ += ": ";
  block_ += value;
  block_ += kLineEnd;
  return *this;
}

HeaderBuilder& HeaderBuilder::add(std::string_view key, std::uint64_t value) {
  char digits[24];
  const auto written = std::to_chars(digits, digits + sizeof(digits), value);
  return add(key, std::string_view(digits, static_cast<std::size_t>(written.ptr - digits)));
}

HeaderBuilder& HeaderBuilder::add_line(std::string_view line) {
  block_ += line;
  return *this;
}

std::string_view HeaderBuilder::finish() {
  block_ += kLineEnd;
  return block_;
}

}  // namespace leat
