#include "core/config/reader.h"

#include "core/base/duration.h"
#include "core/base/quote.h"
#include "core/options/options.h"

namespace leat {

std::string config_name(std::string_view key) {
  std::string name(key);
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return name;
}

std::optional<std::string> ConfigReader::text(const ConfigValue& value) {
  if (value.kind == ConfigKind::kString) return value.text;
  wrong_kind(value, "string");
  return std::nullopt;
}

std::optional<std::int64_t> ConfigReader::integer(const ConfigValue& value) {
  if (value.kind == ConfigKind::kInteger) return value.integer;
  wrong_kind(value, "int64");
  return std::nullopt;
}

std::optional<bool> ConfigReader::flag(const ConfigValue& value) {
  if (value.kind == ConfigKind::kBool) return value.flag;
  wrong_kind(value, "bool");
  return std::nullopt;
}

std::optional<DurationNs> ConfigReader::duration(const ConfigField& field) {
  return duration(field, config_name(field.key));
}

std::optional<DurationNs> ConfigReader::duration(const ConfigField& field,
                                                 const std::string& name) {
  if (field.value.kind == ConfigKind::kString) {
    const Result<DurationNs> parsed = parse_duration(field.value.text);
    if (parsed) return *parsed;
    error(field.value.at, "error parsing " + name + ": " + parsed.error().text);
    return std::nullopt;
  }
  warning(field.value.at, "invalid use of field " + go_quote(name) + ": " + name +
                              " should be converted to a duration");
  const std::optional<std::int64_t> seconds = integer(field.value);
  DurationNs out = 0;
  if (!seconds) return std::nullopt;
  if (__builtin_mul_overflow(*seconds, kSecondNs, &out)) {
    error(field.value.at, name + " value is too big");
    return std::nullopt;
  }
  return out;
}

bool ConfigReader::is_map(const ConfigValue& value) {
  if (value.kind == ConfigKind::kMap) return true;
  wrong_kind(value, "map[string]interface {}");
  return false;
}

void ConfigReader::error(const ConfigPosition& at, std::string_view text) {
  errors_.push_back(at.text() + ": " + std::string(text));
}

void ConfigReader::plain_error(std::string text) { errors_.push_back(std::move(text)); }

void ConfigReader::warning(const ConfigPosition& at, std::string_view text) {
  warnings_.push_back(at.text() + ": " + std::string(text));
}

// The words are those that users of NATS search for.
void ConfigReader::wrong_kind(const ConfigValue& value, std::string_view wanted) {
  error(value.at, "interface conversion: interface {} is " + std::string(config_kind_name(value)) +
                      ", not " + std::string(wanted));
}

void ConfigReader::unknown(const ConfigField& field) {
  error(field.value.at, "unknown field " + go_quote(field.key));
}

void ConfigReader::unbuilt(const ConfigField& field, std::string_view feature) {
  error(field.value.at, "field " + go_quote(field.key) +
                            " is not supported yet: this server has no " + std::string(feature));
}

}  // namespace leat
