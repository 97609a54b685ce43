#include "core/server/startup.h"

#include <iostream>
#include <utility>

#include "core/server/config.h"
#include "core/server/signal_process.h"
#include "proto/api/level.h"

namespace leat {

namespace {

int fail(const std::string& text) {
  std::cerr << kProgramName << ": " << text << "\n";
  return 1;
}

int test_config(const CommandLine& command_line) {
  if (command_line.config_file.empty()) {
    return fail("must specify [-c, --config] option to check configuration file syntax");
  }
  const auto loaded = load_options(command_line);
  if (!loaded) return fail(loaded.error().text);
  if (!loaded->warnings.empty()) return fail(loaded->warnings);
  std::cerr << kProgramName << ": configuration file " << command_line.config_file << " is valid ("
            << loaded->options.config_digest << ")\n";
  return 0;
}

}  // namespace

Result<LoadedOptions> load_options(const CommandLine& command_line) {
  LoadedOptions loaded;
  if (!command_line.config_file.empty()) {
    LoadedConfig config = load_config(command_line.config_file, process_config_environment());
    if (!config.errors.empty()) return failure(ErrorKind::kInvalid, config_messages(config));
    loaded.warnings = config_messages(config);
    loaded.options = std::move(config.options);
  }
  command_line.apply_to(loaded.options);
  LEAT_TRY(check_options(loaded.options));
  return loaded;
}

int run_command(const CommandLine& command_line) {
  switch (command_line.command) {
    case Command::kServe:
      break;
    case Command::kTestConfig:
      return test_config(command_line);
    case Command::kHelp:
      std::cout << usage_text();
      return 0;
    case Command::kVersion:
      std::cout << kProgramName << ": v" << kNatsVersion << "\n";
      return 0;
    case Command::kSignal: {
      const Status sent = signal_process(command_line.signal);
      return sent ? 0 : fail(sent.error().text);
    }
  }
  return 0;
}

}  // namespace leat
