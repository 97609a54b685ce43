#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/config/value.h"

namespace leat {

// Reads values of a configuration tree and gathers what is wrong with them, so that all mistakes of
// a file are told at once. Lives while one tree is turned into options.
class ConfigReader {
 public:
  // The value, if it is of that kind; otherwise a message and nothing.
  std::optional<std::string> text(const ConfigValue& value);
  std::optional<std::int64_t> integer(const ConfigValue& value);
  std::optional<bool> flag(const ConfigValue& value);
  // A duration text; whole seconds are taken with a warning.
  std::optional<DurationNs> duration(const ConfigField& field);
  // The same with the name that messages show.
  std::optional<DurationNs> duration(const ConfigField& field, const std::string& name);
  bool is_map(const ConfigValue& value);  // false: and the message was written

  void error(const ConfigPosition& at, std::string_view text);
  void plain_error(std::string text);  // about no place
  void warning(const ConfigPosition& at, std::string_view text);
  void wrong_kind(const ConfigValue& value, std::string_view wanted);
  void unknown(const ConfigField& field);
  // A field that NATS has and this server has not yet: a start error that names it.
  void unbuilt(const ConfigField& field, std::string_view feature);

  const std::vector<std::string>& errors() const { return errors_; }
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  std::vector<std::string> errors_;
  std::vector<std::string> warnings_;
};

// What one block of the configuration does with a field of one of these names (lower case).
template <typename Block>
struct ConfigRule {
  std::vector<std::string_view> names;
  std::function<void(ConfigReader&, const ConfigField&, Block&)> apply;
};

// The name of a field as options are compared: lower case.
std::string config_name(std::string_view key);

// Gives every field of `map` to its rule. A field without one goes to `otherwise`, unless it is
// there only to be used as a variable.
template <typename Block>
void apply_rules(const std::vector<ConfigRule<Block>>& rules, ConfigReader& reader,
                 const ConfigValue& map, Block& block,
                 const std::function<void(const ConfigField&)>& otherwise = nullptr) {
  for (const ConfigField& field : map.fields) {
    const std::string name = config_name(field.key);
    const ConfigRule<Block>* found = nullptr;
    for (const ConfigRule<Block>& rule : rules) {
      for (const std::string_view candidate : rule.names) {
        if (candidate == name) found = &rule;
      }
    }
    if (found != nullptr) {
      found->apply(reader, field, block);
    } else if (!field.value.used_as_variable) {
      otherwise ? otherwise(field) : reader.unknown(field);
    }
  }
}

// The usual rules: a field that is stored as it is.
template <typename Block>
auto store_text(std::string Block::*member) {
  return [member](ConfigReader& reader, const ConfigField& field, Block& block) {
    if (auto value = reader.text(field.value)) block.*member = *value;
  };
}
template <typename Block, typename Number>
auto store_integer(Number Block::*member) {
  return [member](ConfigReader& reader, const ConfigField& field, Block& block) {
    if (auto value = reader.integer(field.value)) block.*member = static_cast<Number>(*value);
  };
}
template <typename Block>
auto store_flag(bool Block::*member) {
  return [member](ConfigReader& reader, const ConfigField& field, Block& block) {
    if (auto value = reader.flag(field.value)) block.*member = *value;
  };
}
template <typename Block>
auto store_duration(DurationNs Block::*member) {
  return [member](ConfigReader& reader, const ConfigField& field, Block& block) {
    if (auto value = reader.duration(field)) block.*member = *value;
  };
}

// Rules for fields without effect here: only their kind is checked.
template <typename Block>
auto ignore_integer() {
  return
      [](ConfigReader& reader, const ConfigField& field, Block&) { reader.integer(field.value); };
}
template <typename Block>
auto ignore_flag() {
  return [](ConfigReader& reader, const ConfigField& field, Block&) { reader.flag(field.value); };
}

// A feature that is not built: refused, unless the block or list is empty and configures nothing.
template <typename Block>
auto refuse(std::string_view feature) {
  return [feature](ConfigReader& reader, const ConfigField& field, Block&) {
    const ConfigValue& value = field.value;
    const bool container = value.kind == ConfigKind::kMap || value.kind == ConfigKind::kArray;
    if (container && value.fields.empty() && value.items.empty()) return;
    reader.unbuilt(field, feature);
  };
}
// A switch of such a feature: only "on" is refused.
template <typename Block>
auto refuse_if_on(std::string_view feature) {
  return [feature](ConfigReader& reader, const ConfigField& field, Block&) {
    if (field.value.kind == ConfigKind::kBool && !field.value.flag) return;
    reader.unbuilt(field, feature);
  };
}

}  // namespace leat
