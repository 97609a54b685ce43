#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "proto/json/json_value.h"

namespace leat {

enum class UnknownFields { kIgnored, kRefused };

// One decoding of a document into structs: what is wrong so far, and where the decoding stands.
// As in Go, a value of the wrong type is noted and skipped and the decoding goes on; the first
// note is the result. A field's own rule (an enumeration, a time) ends the decoding at once and
// its words win over the notes. Lives for one call of decode_json.
class JsonDecoder {
 public:
  explicit JsonDecoder(UnknownFields unknown_fields) : unknown_fields_(unknown_fields) {}

  // "json: cannot unmarshal <found> into Go struct field <Struct>.<path> of type <go_type>".
  void note_type(std::string_view found, std::string_view go_type);
  void note_unknown_field(std::string_view name);
  // A field refuses its value in its own words; nothing further is decoded.
  void fail(std::string text);

  bool has_failed() const { return failure_.has_value(); }
  Status result() const;

  // Where the decoding stands; restored by leave().
  struct Place {
    std::string_view struct_name;
    std::size_t path_size = 0;
  };
  Place enter(std::string_view struct_name, std::string_view embedded, std::string_view field);
  void leave(Place before);

 private:
  UnknownFields unknown_fields_;
  std::string_view struct_name_;  // innermost struct, without its package; empty: none yet
  std::string path_;              // fields from the outermost struct, joined with dots
  std::optional<std::string> note_;
  std::optional<std::string> failure_;
};

// `can not unmarshal "\"forever\""`: how an enumeration refuses a value.
std::string refused_value(const JsonValue& value);

// Decoding of the plain types. `go_type` is the Go type of the target as an error names it
// ("int64", "[]string", "time.Duration"). Null leaves a plain value as it is and empties an
// optional, a list or a map.
void decode_value(const JsonValue& value, std::string_view go_type, JsonDecoder& decoder,
                  std::string& target);
void decode_value(const JsonValue& value, std::string_view go_type, JsonDecoder& decoder,
                  bool& target);
void decode_value(const JsonValue& value, std::string_view go_type, JsonDecoder& decoder,
                  std::int64_t& target);
void decode_value(const JsonValue& value, std::string_view go_type, JsonDecoder& decoder,
                  std::int32_t& target);
void decode_value(const JsonValue& value, std::string_view go_type, JsonDecoder& decoder,
                  std::uint64_t& target);
void decode_value(const JsonValue& value, std::string_view go_type, JsonDecoder& decoder,
                  double& target);
void decode_value(const JsonValue& value, std::string_view go_type, JsonDecoder& decoder,
                  std::map<std::string, std::string>& target);

namespace internal {
// "[]T" -> "T", "*T" -> "T"; anything else as it is.
std::string_view element_type(std::string_view go_type);
// Notes a wrong type unless the value is an array; true when its elements are to be decoded.
bool expect_array(const JsonValue& value, std::string_view go_type, JsonDecoder& decoder);
}  // namespace internal

template <typename Element>
void decode_value(const JsonValue& value, std::string_view go_type, JsonDecoder& decoder,
                  std::vector<Element>& target) {
  if (!value.is_null() && !internal::expect_array(value, go_type, decoder)) return;
  target.clear();
  for (const JsonValue element : value.elements()) {
    Element decoded{};  // vector<bool> has no references to decode into
    decode_value(element, internal::element_type(go_type), decoder, decoded);
    target.push_back(std::move(decoded));
    if (decoder.has_failed()) return;
  }
}

template <typename Held>
void decode_value(const JsonValue& value, std::string_view go_type, JsonDecoder& decoder,
                  std::optional<Held>& target) {
  if (value.is_null()) {
    target.reset();
    return;
  }
  if (!target) target.emplace();
  decode_value(value, internal::element_type(go_type), decoder, *target);
}

// The Go type of a plain C++ type where nothing else is said.
template <typename T>
struct GoTypeName;
template <>
struct GoTypeName<std::string> {
  static constexpr std::string_view kName = "string";
};
template <>
struct GoTypeName<bool> {
  static constexpr std::string_view kName = "bool";
};
template <>
struct GoTypeName<std::int64_t> {
  static constexpr std::string_view kName = "int64";
};
template <>
struct GoTypeName<std::int32_t> {
  static constexpr std::string_view kName = "int32";
};
template <>
struct GoTypeName<std::uint64_t> {
  static constexpr std::string_view kName = "uint64";
};
template <>
struct GoTypeName<double> {
  static constexpr std::string_view kName = "float64";
};
template <>
struct GoTypeName<std::map<std::string, std::string>> {
  static constexpr std::string_view kName = "map[string]string";
};
template <>
struct GoTypeName<std::vector<std::string>> {
  static constexpr std::string_view kName = "[]string";
};
template <typename T>
struct GoTypeName<std::optional<T>> : GoTypeName<T> {};

}  // namespace leat
