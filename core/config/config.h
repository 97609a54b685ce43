#pragma once

#include <string>
#include <vector>

#include "core/config/parser.h"
#include "core/options/options.h"

namespace leat {

// What came of reading a configuration: options, and what is to be said about the file. Each
// message is a line with its place, "users.conf:3:5: unknown field "usr"".
struct LoadedConfig {
  ServerOptions options;
  std::vector<std::string> warnings;
  std::vector<std::string> errors;  // not empty: `options` must not be used
};

// Reads the configuration with everything it includes, over the defaults. Fields that are unknown,
// of the wrong kind or not built are errors, and all of them are gathered.
LoadedConfig load_config(const std::string& path, const ConfigEnvironment& world);

// What can only be judged when flags and file are together, such as a no_auth_user that does not
// exist. One sentence, as it is printed after the name of the program.
Status check_options(const ServerOptions& options);

// Warnings first, then errors, one to a line.
std::string config_messages(const LoadedConfig& loaded);

}  // namespace leat
