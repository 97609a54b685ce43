#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/options/options.h"

namespace leat {

// The name under which the server is known to scripts, whatever its file is called.
inline constexpr std::string_view kProgramName = "nats-server";

enum class Command {
  kServe,
  kTestConfig,  // -t
  kHelp,
  kVersion,
  kSignal,  // --signal: `signal` has the words
};

// What the command line says. Kept for the life of the process: flags win over the file again on
// every reload.
struct CommandLine {
  Command command = Command::kServe;
  std::string config_file;
  std::string tested_reload;  // --test_reload: a file that is to follow config_file; empty: none
  std::string signal;
  std::vector<std::function<void(ServerOptions&)>> overrides;

  void apply_to(ServerOptions& options) const;
};

// Why a command line cannot be used.
struct FlagError {
  std::string text;
  // The flag syntax is wrong: the text stands alone and the usage follows, with exit status 0 as
  // scripts know it. Otherwise the text follows the name of the program, with exit status 1.
  bool with_usage = false;
};

// Flags in the way of Go: -x, --x, -x=v, -x v; booleans only -b and -b=v; the first word that is
// not a flag ends them. `arguments` is without the name of the program.
tl::expected<CommandLine, FlagError> parse_flags(const std::vector<std::string>& arguments);

// The text of --help.
std::string usage_text();

}  // namespace leat
