#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace leat {

// Where something stands in a configuration. Lines count from 1. Columns follow the convention of
// NATS error messages: the distance from the last newline, so that the first character of the first
// line has column 0 and of every other line column 1.
struct ConfigPosition {
  std::shared_ptr<const std::string> file;
  int line = 1;
  int column = 0;

  std::string text() const { return (file ? *file : std::string()) + ":" + numbers(); }

 private:
  std::string numbers() const { return std::to_string(line) + ":" + std::to_string(column); }
};

enum class ConfigKind { kString, kBool, kInteger, kFloat, kDatetime, kArray, kMap };

struct ConfigField;

// One value of a parsed configuration; a tree of plain data, at most limits::kConfigDepth deep.
struct ConfigValue {
  ConfigKind kind = ConfigKind::kString;
  std::string text;  // kString and kDatetime
  bool flag = false;
  std::int64_t integer = 0;
  double real = 0;
  std::vector<ConfigValue> items;   // kArray
  std::vector<ConfigField> fields;  // kMap, in the order of first definition, keys unique
  // Of the key for a value in a map, of the value itself in an array.
  ConfigPosition at;
  // A variable refers to this value; a key that exists for that purpose is not an unknown one.
  bool used_as_variable = false;

  // The field of exactly this name; null where absent.
  ConfigValue* find(std::string_view key);
  // Sets a field; the last definition of a key wins.
  void set(std::string key, ConfigValue value);
};

struct ConfigField {
  std::string key;
  ConfigValue value;
};

// The kind by the name that NATS error messages use for it ("int64", "string", ...).
std::string_view config_kind_name(const ConfigValue& value);

// A value as messages show what was found: 5, "x" without quotes, [...] or {...}.
std::string config_shown(const ConfigValue& value);

// The tree as JSON with sorted keys, as the digest of a configuration is computed over.
std::string config_json(const ConfigValue& root);
// "sha256:<hex>" of config_json.
std::string config_digest(const ConfigValue& root);

}  // namespace leat
