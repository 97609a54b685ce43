#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/config/value.h"

namespace leat {

// What a configuration may ask of the world.
struct ConfigEnvironment {
  std::function<Result<std::string>(const std::string& path)> read_file;
  std::function<std::optional<std::string>(const std::string& name)> variable;
};

// The real files and the real environment of the process.
ConfigEnvironment process_config_environment();

// Reads and parses `path` with everything it includes. The error text is a whole message
// ("Parse error on line 3: ...", "variable reference for 'X' on line 2 can not be found").
Result<ConfigValue> parse_config_file(const std::string& path, const ConfigEnvironment& world);

// Parses a text; `path` names it in positions, and its directory is where includes are looked for.
Result<ConfigValue> parse_config_text(std::string_view text, const std::string& path,
                                      const ConfigEnvironment& world);

// Entry for a fuzzer: any text, without files and environment. Returns whether it parsed.
bool config_parses(std::string_view text);

}  // namespace leat
