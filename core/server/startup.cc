#include "core/server/startup.h"

#include <iostream>
#include <utility>

#include "core/config/config.h"
#include "core/server/reload.h"
#include "core/server/signal_process.h"
#include "proto/api/level.h"

namespace leat {

namespace {

constexpr int kStatusNeedsAStart = 3;

std::string line(const std::string& text) { return std::string(kProgramName) + ": " + text + "\n"; }

int fail(const std::string& text, int status = 1) {
  std::cerr << line(text);
  return status;
}

int test_config(const CommandLine& command_line) {
  if (command_line.config_file.empty()) {
    return fail("must specify [-c, --config] option to check configuration file syntax");
  }
  const auto loaded = load_options(command_line);
  if (!loaded) return fail(loaded.error().text);
  if (!loaded->warnings.empty()) return fail(loaded->warnings);
  std::string reload_line;
  if (!command_line.tested_reload.empty()) {
    CommandLine following = command_line;
    following.config_file = command_line.tested_reload;
    const auto wanted = load_options(following);
    if (!wanted) return fail(wanted.error().text);
    if (!wanted->warnings.empty()) return fail(wanted->warnings);
    if (const auto lines = compare_for_reload(loaded->options, wanted->options); !lines) {
      return fail(lines.error().text, kStatusNeedsAStart);
    }
    reload_line = line("configuration file " + following.config_file + " can be reloaded");
  }
  std::cerr << kProgramName << ": configuration file " << command_line.config_file << " is valid ("
            << loaded->options.config_digest << ")\n"
            << reload_line;
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
  complete_options(loaded.options);
  // A test tells the warnings of a file before it judges the whole.
  if (command_line.command == Command::kTestConfig && !loaded.warnings.empty()) return loaded;
  LEAT_TRY(check_options(loaded.options));
  return loaded;
}

int run_command(const CommandLine& command_line) {
  switch (command_line.command) {
    case Command::kServe:
      if (!command_line.tested_reload.empty()) {
        return fail("--test_reload can only be used together with -t");
      }
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
