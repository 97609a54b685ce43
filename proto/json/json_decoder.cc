#include "proto/json/json_decoder.h"

#include "core/base/quote.h"

namespace leat {

namespace {

// Whether `value` is of `kind`. Null never is, and is not an error either: it leaves the target.
bool expect(JsonKind kind, const JsonValue& value, std::string_view go_type, JsonDecoder& decoder) {
  if (value.kind() == kind) return true;
  if (!value.is_null()) decoder.note_type(go_word(value.kind()), go_type);
  return false;
}

template <typename Number>
void store_number(const std::optional<Number>& read, const JsonValue& value,
                  std::string_view go_type, JsonDecoder& decoder, Number& target) {
  if (read) {
    target = *read;
  } else {
    decoder.note_type("number " + std::string(value.text()), go_type);
  }
}

std::optional<std::int32_t> narrowed(std::optional<std::int64_t> wide) {
  if (!wide || *wide != static_cast<std::int32_t>(*wide)) return std::nullopt;
  return static_cast<std::int32_t>(*wide);
}

}  // namespace

void JsonDecoder::note_type(std::string_view found, std::string_view go_type) {
  if (note_) return;
  std::string text = "json: cannot unmarshal ";
  text += found;
  if (struct_name_.empty()) {
    text += " into Go value of type ";
  } else {
    text += " into Go struct field ";
    text += struct_name_;
    text += '.';
    text += path_;
    text += " of type ";
  }
  text += go_type;
  note_ = std::move(text);
}

void JsonDecoder::note_unknown_field(std::string_view name) {
  if (unknown_fields_ == UnknownFields::kIgnored || note_) return;
  note_ = "json: unknown field " + go_quote(name);
}

void JsonDecoder::fail(std::string text) {
  if (!failure_) failure_ = std::move(text);
}

Status JsonDecoder::result() const {
  if (failure_) return failure(ErrorKind::kInvalid, *failure_);
  if (note_) return failure(ErrorKind::kInvalid, *note_);
  return {};
}

JsonDecoder::Place JsonDecoder::enter(std::string_view struct_name, std::string_view embedded,
                                      std::string_view field) {
  const Place before{struct_name_, path_.size()};
  struct_name_ = struct_name;
  for (const std::string_view part : {embedded, field}) {
    if (part.empty()) continue;
    if (!path_.empty()) path_ += '.';
    path_ += part;
  }
  return before;
}

void JsonDecoder::leave(Place before) {
  struct_name_ = before.struct_name;
  path_.resize(before.path_size);
}

std::string refused_value(const JsonValue& value) {
  return "can not unmarshal " + go_quote(value.raw());
}

void decode_value(const JsonValue& value, std::string_view go_type, JsonDecoder& decoder,
                  std::string& target) {
  if (expect(JsonKind::kString, value, go_type, decoder)) target = value.text();
}

void decode_value(const JsonValue& value, std::string_view go_type, JsonDecoder& decoder,
                  bool& target) {
  if (expect(JsonKind::kBool, value, go_type, decoder)) target = value.boolean();
}

void decode_value(const JsonValue& value, std::string_view go_type, JsonDecoder& decoder,
                  std::int64_t& target) {
  if (!expect(JsonKind::kNumber, value, go_type, decoder)) return;
  store_number(value.as_int64(), value, go_type, decoder, target);
}

void decode_value(const JsonValue& value, std::string_view go_type, JsonDecoder& decoder,
                  std::int32_t& target) {
  if (!expect(JsonKind::kNumber, value, go_type, decoder)) return;
  store_number(narrowed(value.as_int64()), value, go_type, decoder, target);
}

void decode_value(const JsonValue& value, std::string_view go_type, JsonDecoder& decoder,
                  std::uint64_t& target) {
  if (!expect(JsonKind::kNumber, value, go_type, decoder)) return;
  store_number(value.as_uint64(), value, go_type, decoder, target);
}

void decode_value(const JsonValue& value, std::string_view go_type, JsonDecoder& decoder,
                  double& target) {
  if (!expect(JsonKind::kNumber, value, go_type, decoder)) return;
  store_number(value.as_double(), value, go_type, decoder, target);
}

void decode_value(const JsonValue& value, std::string_view go_type, JsonDecoder& decoder,
                  std::map<std::string, std::string>& target) {
  if (value.is_null()) return target.clear();
  if (!expect(JsonKind::kObject, value, go_type, decoder)) return;
  for (const JsonMember member : value.members()) {
    std::string text;
    decode_value(member.value, "string", decoder, text);
    target[std::string(member.key)] = std::move(text);
  }
}

namespace internal {

std::string_view element_type(std::string_view go_type) {
  for (const std::string_view prefix : {"[]", "*"}) {
    if (go_type.starts_with(prefix)) return go_type.substr(prefix.size());
  }
  return go_type;
}

bool expect_array(const JsonValue& value, std::string_view go_type, JsonDecoder& decoder) {
  return expect(JsonKind::kArray, value, go_type, decoder);
}

}  // namespace internal
}  // namespace leat
