#include "proto/json/json_value.h"

#include <array>
#include <charconv>
#include <cmath>
#include <system_error>

namespace leat {

namespace {

template <typename Number>
std::optional<Number> whole_text(const JsonValue& value) {
  if (value.kind() != JsonKind::kNumber) return std::nullopt;
  const std::string_view text = value.text();
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// The next character of `text`, folded as Go folds keys: ASCII letters to lower case, and the two
// characters outside ASCII whose case variants are ASCII letters.
char32_t next_folded(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (text.starts_with("\xC5\xBF")) {  // LATIN SMALL LETTER LONG S
    text.remove_prefix(2);
    return U's';
  }
  if (text.starts_with("\xE2\x84\xAA")) {  // KELVIN SIGN
    text.remove_prefix(3);
    return U'k';
  }
  text.remove_prefix(1);
  return first >= 'A' && first <= 'Z' ? char32_t{first} + 32 : char32_t{first};
}

}  // namespace

std::string_view go_word(JsonKind kind) {
  static constexpr std::array<std::string_view, 6> kWords = {"null",   "bool",  "number",
                                                             "string", "array", "object"};
  return kWords[static_cast<std::size_t>(kind)];
}

bool json_names_match(std::string_view key, std::string_view name) {
  if (key == name) return true;
  while (!key.empty() && !name.empty()) {
    if (next_folded(key) != next_folded(name)) return false;
  }
  return key.empty() && name.empty();
}

std::optional<std::int64_t> JsonValue::as_int64() const { return whole_text<std::int64_t>(*this); }

std::optional<std::uint64_t> JsonValue::as_uint64() const {
  // Go's ParseUint takes no sign, not even before a zero; from_chars agrees for unsigned types.
  return whole_text<std::uint64_t>(*this);
}

std::optional<double> JsonValue::as_double() const {
  if (kind() != JsonKind::kNumber) return std::nullopt;
  const std::string_view number = text();
  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error == std::errc::result_out_of_range) {
    // Both too large and too small end here; too small is zero for Go, and not an error.
    const double read = std::strtod(std::string(number).c_str(), nullptr);
    if (!std::isfinite(read)) return std::nullopt;
    return read;
  }
  return value;
}

std::optional<JsonValue> JsonValue::find(std::string_view name) const {
  std::optional<JsonValue> found;
  for (const JsonMember member : members()) {
    if (json_names_match(member.key, name)) found = member.value;
  }
  return found;
}

JsonElements JsonValue::elements() const { return JsonElements(*this); }

JsonMembers JsonValue::members() const { return JsonMembers(*this); }

JsonElements::Iterator JsonElements::end() const {
  if (array_.kind() != JsonKind::kArray) return begin();
  return Iterator(array_.at(array_.node().end));
}

JsonMembers::Iterator JsonMembers::end() const {
  if (object_.kind() != JsonKind::kObject) return begin();
  return Iterator(object_.at(object_.node().end));
}

}  // namespace leat
