#include "core/config/value.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "proto/json/json_writer.h"

namespace leat {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

// Recursion is bounded: the parser refuses trees deeper than limits::kConfigDepth.
void append_json(std::string& out, const ConfigValue& value) {
  switch (value.kind) {
    case ConfigKind::kString:
    case ConfigKind::kDatetime:
      append_json_string(out, value.text);
      return;
    case ConfigKind::kBool:
      out += value.flag ? "true" : "false";
      return;
    case ConfigKind::kInteger:
      out += std::to_string(value.integer);
      return;
    case ConfigKind::kFloat:
      JsonWriter(out).value(value.real);
      return;
    case ConfigKind::kArray: {
      out += '[';
      for (const ConfigValue& item : value.items) {
        if (&item != value.items.data()) out += ',';
        append_json(out, item);
      }
      out += ']';
      return;
    }
    case ConfigKind::kMap: {
      std::vector<const ConfigField*> sorted;
      for (const ConfigField& field : value.fields) sorted.push_back(&field);
      std::sort(sorted.begin(), sorted.end(),
                [](const auto* a, const auto* b) { return a->key < b->key; });
      out += '{';
      for (const ConfigField* field : sorted) {
        if (field != sorted.front()) out += ',';
        append_json_string(out, field->key);
        out += ':';
        append_json(out, field->value);
      }
      out += '}';
      return;
    }
  }
}

}  // namespace

ConfigValue* ConfigValue::find(std::string_view key) {
  for (ConfigField& field : fields) {
    if (field.key == key) return &field.value;
  }
  return nullptr;
}

void ConfigValue::set(std::string key, ConfigValue value) {
  if (ConfigValue* present = find(key)) {
    *present = std::move(value);
    return;
  }
  fields.push_back(ConfigField{.key = std::move(key), .value = std::move(value)});
}

std::string_view config_kind_name(const ConfigValue& value) {
  switch (value.kind) {
    case ConfigKind::kString:
      return "string";
    case ConfigKind::kBool:
      return "bool";
    case ConfigKind::kInteger:
      return "int64";
    case ConfigKind::kFloat:
      return "float64";
    case ConfigKind::kDatetime:
      return "time.Time";
    case ConfigKind::kArray:
      return "[]interface {}";
    case ConfigKind::kMap:
      return "map[string]interface {}";
  }
  return "nothing";
}

std::string config_shown(const ConfigValue& value) {
  switch (value.kind) {
    case ConfigKind::kArray:
      return "[...]";
    case ConfigKind::kMap:
      return "{...}";
    case ConfigKind::kString:
      return value.text;
    case ConfigKind::kDatetime:  // 2020-01-01T00:00:00Z as Go prints a time
      return value.text.substr(0, 10) + " " + value.text.substr(11, 8) + " +0000 UTC";
    case ConfigKind::kBool:
    case ConfigKind::kInteger:
    case ConfigKind::kFloat: {
      std::string out;
      append_json(out, value);
      return out;
    }
  }
  return "";
}

std::string config_json(const ConfigValue& root) {
  std::string out;
  append_json(out, root);
  out += '\n';  // as an encoder that writes lines does
  return out;
}

std::string config_digest(const ConfigValue& root) {
  const std::string json = config_json(root);
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(json.data()), json.size(), digest.data());
  std::string out = "sha256:";
  for (const unsigned char byte : digest) {
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

}  // namespace leat
