#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace leat {

enum class JsonLayout { kCompact, kIndented };  // indented: two blanks a level, as Go's "  "

// Appends `text` as a JSON string with quotes, escaped as Go's json.Marshal does: \u003c \u003e
// \u0026 \u2028 \u2029 and the control characters; invalid UTF-8 becomes \ufffd.
void append_json_string(std::string& out, std::string_view text);

// Appends JSON to a string, in the order of the calls. The caller owns the string. Commas, colons
// and line breaks are put by the writer; the caller pairs begin and end and writes a key before
// each value of an object (checked).
//
//   JsonWriter json(out);
//   json.begin_object().field("type",
//   type).key("error").begin_object()...end_object().end_object();
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out, JsonLayout layout = JsonLayout::kCompact)
      : out_(out), layout_(layout) {}
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  JsonWriter& begin_object() { return begin('{'); }
  JsonWriter& end_object() { return end('{', '}'); }
  JsonWriter& begin_array() { return begin('['); }
  JsonWriter& end_array() { return end('[', ']'); }
  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(std::same_as<bool> auto truth) { return raw(truth ? "true" : "false"); }
  JsonWriter& value(std::signed_integral auto number) {
    return signed_number(static_cast<std::int64_t>(number));
  }
  template <std::unsigned_integral Number>
  requires(!std::same_as<Number, bool>) JsonWriter& value(Number number) {
    return unsigned_number(static_cast<std::uint64_t>(number));
  }
  JsonWriter& value(double number);  // as Go prints a float64; must be finite
  JsonWriter& value(const std::vector<std::string>& texts);
  JsonWriter& null() { return raw("null"); }
  // A value that is JSON already. In the indented layout it is put in as it is.
  JsonWriter& raw(std::string_view json);

  template <typename Value>
  JsonWriter& field(std::string_view name, const Value& held) {
    return key(name).value(held);
  }
  // Go's "omitempty": nothing is written for an empty text or list, zero or false.
  template <typename Value>
  JsonWriter& field_if_set(std::string_view name, const Value& held) {
    return held == Value{} ? *this : field(name, held);
  }

 private:
  JsonWriter& begin(char opening);
  JsonWriter& end(char opening, char closing);
  JsonWriter& signed_number(std::int64_t number);
  JsonWriter& unsigned_number(std::uint64_t number);
  void before_value();
  void break_line();

  static constexpr std::size_t kLevelsMax = 32;  // deeper than anything the server says
  struct Level {
    char opening = '{';
    bool has_values = false;
    bool has_key = false;  // a key was written and waits for its value
  };

  std::string& out_;
  JsonLayout layout_;
  std::array<Level, kLevelsMax> levels_;
  std::size_t depth_ = 0;  // levels_ in use
};

}  // namespace leat
