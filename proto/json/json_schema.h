#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "proto/json/json_decoder.h"
#include "proto/json/json_reader.h"
#include "proto/json/json_value.h"

namespace leat {

// A name of an enumeration in JSON and its value.
template <typename Enum>
struct JsonEnumName {
  std::string_view name;
  Enum value;
};

// The fields that a struct has in JSON, said once and used for strict and lenient decoding.
// Built at start, immutable afterwards, read on any thread. Names must outlive the schema.
//
//   const JsonSchema<Placement>& placement_schema() {
//     static const auto kSchema = JsonSchema<Placement>("Placement")
//                                     .field("cluster", &Placement::cluster)
//                                     .field("tags", &Placement::tags);
//     return kSchema;
//   }
template <typename Struct>
class JsonSchema {
 public:
  // Decodes one field's value into the struct.
  using FieldDecoder = std::function<void(const JsonValue&, JsonDecoder&, Struct&)>;

  // `go_name` is the name of Go's struct without its package; clients see it in errors.
  explicit JsonSchema(std::string_view go_name, std::string_view go_package = "server")
      : go_name_(go_name), go_type_(std::string(go_package) + "." + std::string(go_name)) {}

  // A plain member. Its Go type follows from the C++ type unless it is named.
  template <typename Member>
  JsonSchema&& field(std::string_view name, Member Struct::*member) && {
    return std::move(*this).field(name, member, GoTypeName<Member>::kName);
  }
  template <typename Member>
  JsonSchema&& field(std::string_view name, Member Struct::*member, std::string_view go_type) && {
    return std::move(*this).custom(
        name, [member, go_type](const JsonValue& value, JsonDecoder& decoder, Struct& target) {
          decode_value(value, go_type, decoder, target.*member);
        });
  }
  JsonSchema&& duration(std::string_view name, DurationNs Struct::*member) && {
    return std::move(*this).field(name, member, "time.Duration");
  }

  // A member with names for its values; anything else is refused with `can not unmarshal "<raw>"`.
  template <typename Enum>
  JsonSchema&& enumeration(std::string_view name, Enum Struct::*member,
                           std::span<const JsonEnumName<Enum>> names) && {
    return std::move(*this).custom(
        name, [member, names](const JsonValue& value, JsonDecoder& decoder, Struct& target) {
          for (const JsonEnumName<Enum>& known : names) {
            if (value.kind() != JsonKind::kString || value.text() != known.name) continue;
            target.*member = known.value;
            return;
          }
          decoder.fail(refused_value(value));
        });
  }

  // A struct inside: a member that is the struct, an optional of it, or a list of it.
  template <typename Inner>
  JsonSchema&& object(std::string_view name, Inner Struct::*member,
                      const JsonSchema<Inner>& inner) && {
    return std::move(*this).custom(
        name, [member, &inner](const JsonValue& value, JsonDecoder& decoder, Struct& target) {
          inner.decode(value, decoder, target.*member);
        });
  }
  template <typename Inner>
  JsonSchema&& object(std::string_view name, std::optional<Inner> Struct::*member,
                      const JsonSchema<Inner>& inner) && {
    return std::move(*this).custom(
        name, [member, &inner](const JsonValue& value, JsonDecoder& decoder, Struct& target) {
          auto& held = target.*member;
          if (value.is_null()) return held.reset();
          if (!held) held.emplace();
          inner.decode(value, decoder, *held);
        });
  }
  template <typename Inner>
  JsonSchema&& objects(std::string_view name, std::vector<Inner> Struct::*member,
                       const JsonSchema<Inner>& inner) && {
    return std::move(*this).custom(
        name, [member, &inner](const JsonValue& value, JsonDecoder& decoder, Struct& target) {
          const std::string list_type = "[]*" + inner.go_type_;
          if (!value.is_null() && !internal::expect_array(value, list_type, decoder)) return;
          auto& list = target.*member;
          list.clear();
          for (const JsonValue element : value.elements()) {
            inner.decode(element, decoder, list.emplace_back());
            if (decoder.has_failed()) return;
          }
        });
  }

  // All fields of a struct that Go embeds: they are written as if they were this struct's own.
  template <typename Inner>
  JsonSchema&& embed(Inner Struct::*member, const JsonSchema<Inner>& inner) && {
    for (const auto& field : inner.fields_) {
      LEAT_CHECK(field.embedded.empty()) << field.name;
      fields_.push_back(
          {field.name, inner.go_name_,
           [member, &field](const JsonValue& value, JsonDecoder& decoder, Struct& target) {
             field.decode(value, decoder, target.*member);
           }});
    }
    return std::move(*this);
  }

  // A field with a rule of its own. The decoder stands at the field when it is called; null comes
  // to it like any other value.
  JsonSchema&& custom(std::string_view name, FieldDecoder decode) && {
    fields_.push_back({name, {}, std::move(decode)});
    return std::move(*this);
  }
  // A field that is known and not looked at.
  JsonSchema&& ignored(std::string_view name) && {
    return std::move(*this).custom(name, [](const JsonValue&, JsonDecoder&, Struct&) {});
  }

  // Decodes the members of `value` into `target`; members that are absent leave it as it is.
  void decode(const JsonValue& value, JsonDecoder& decoder, Struct& target) const {
    if (value.is_null()) return;
    if (value.kind() != JsonKind::kObject)
      return decoder.note_type(go_word(value.kind()), go_type_);
    for (const JsonMember member : value.members()) {
      const Field* field = find(member.key);
      if (field == nullptr) {
        decoder.note_unknown_field(member.key);
        continue;
      }
      const auto before = decoder.enter(go_name_, field->embedded, field->name);
      field->decode(member.value, decoder, target);
      decoder.leave(before);
      if (decoder.has_failed()) return;
    }
  }

 private:
  template <typename Other>
  friend class JsonSchema;

  struct Field {
    std::string_view name;
    std::string_view embedded;  // the embedded Go struct it comes from; empty: none
    FieldDecoder decode;
  };

  // The field for a key: an equal name wins over one that differs in case.
  const Field* find(std::string_view key) const {
    for (const Field& field : fields_) {
      if (field.name == key) return &field;
    }
    for (const Field& field : fields_) {
      if (json_names_match(key, field.name)) return &field;
    }
    return nullptr;
  }

  std::string_view go_name_;
  std::string go_type_;
  std::vector<Field> fields_;
};

// As json.Unmarshal: one value, unknown fields ignored.
template <typename Struct>
Status decode_json(std::string_view text, const JsonSchema<Struct>& schema, Struct& target);

// As the JetStream API reads requests in strict mode: any number of values after each other,
// decoded into the same struct; no value at all is fine; unknown fields are refused; a syntax error
// says " at offset N" after its words.
template <typename Struct>
Status decode_json_request(std::string_view text, const JsonSchema<Struct>& schema, Struct& target);

namespace internal {
// Calls `decode` for each value of a request until the text ends or a value fails.
Status for_each_json_value(std::string_view text,
                           const std::function<Status(const JsonValue&)>& decode);
}  // namespace internal

template <typename Struct>
Status decode_json(std::string_view text, const JsonSchema<Struct>& schema, Struct& target) {
  LEAT_TRY_ASSIGN(const JsonDocument document, parse_json(text));
  JsonDecoder decoder(UnknownFields::kIgnored);
  schema.decode(document.root(), decoder, target);
  return decoder.result();
}

template <typename Struct>
Status decode_json_request(std::string_view text, const JsonSchema<Struct>& schema,
                           Struct& target) {
  return internal::for_each_json_value(text, [&](const JsonValue& value) {
    JsonDecoder decoder(UnknownFields::kRefused);
    schema.decode(value, decoder, target);
    return decoder.result();
  });
}

}  // namespace leat
