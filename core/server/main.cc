#include <iostream>
#include <string>
#include <vector>

#include "core/base/log.h"
#include "core/runtime/log_sink.h"
#include "core/server/inspect_command.h"
#include "core/server/server.h"
#include "core/server/signals.h"
#include "core/server/startup.h"

// jemalloc reads it where it is linked. Output comes and goes in waves; by default a run of freed
// memory over 64 times a block is not cut up again, so each wave was new pages: 40 % of a fan-out.
// What was freed goes back to the system after half a second, not ten, also when nothing is
// allocated any more: it was 30 to 40 MB after a load.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "lg_extent_max_active_fit:20,background_thread:true,dirty_decay_ms:500";
}

namespace {

using leat::kProgramName;

leat::LogSettings log_settings(const leat::LogOptions& options) {
  return {.file = options.file,
          .with_time = options.time,
          .in_utc = options.utc,
          .file_bytes_max = options.file_bytes_max,
          .files_max = static_cast<int>(options.files_max)};
}

leat::Status apply_log_options(const leat::LogOptions& options) {
  leat::set_log_level(options.trace   ? leat::LogLevel::kTrace
                      : options.debug ? leat::LogLevel::kDebug
                                      : leat::LogLevel::kInfo);
  return leat::open_log(log_settings(options));
}

void reload(leat::Server& server, const leat::CommandLine& command_line) {
  auto loaded = leat::load_options(command_line);
  if (!loaded) {
    LEAT_LOG(kError) << "Failed to reload server configuration: " << loaded.error().text;
    return;
  }
  const leat::LogOptions log = loaded->options.log;
  const std::string digest = loaded->options.config_digest;
  const leat::Status reloaded = server.reload(std::move(loaded->options));
  if (!reloaded) {
    LEAT_LOG(kError) << "Failed to reload server configuration: " << reloaded.error().text;
    return;
  }
  if (const leat::Status opened = apply_log_options(log); !opened) {
    LEAT_LOG(kError) << "The log goes on as it is: " << opened.error().text;
  }
  LEAT_LOG(kInfo) << "Reloaded server configuration (" << digest << ")";
}

// Returns when the server is to end.
void serve_until_stopped(leat::Server& server, const leat::CommandLine& command_line) {
  while (true) {
    const leat::ReceivedSignal signal = leat::wait_for_signal();
    LEAT_LOG(kInfo) << "Trapped \"" << signal.name << "\" signal";
    switch (signal.request) {
      case leat::SignalRequest::kStop:
        return;
      case leat::SignalRequest::kTerminate:
        if (!server.is_lame_duck()) return;
        break;
      case leat::SignalRequest::kReload:
        reload(server, command_line);
        break;
      case leat::SignalRequest::kReopenLog:
        if (const leat::Status opened = leat::reopen_log(); !opened) {
          LEAT_LOG(kError) << "The log goes on as it is: " << opened.error().text;
        }
        break;
      case leat::SignalRequest::kLameDuck:
        if (server.begin_lame_duck()) break;
        LEAT_LOG(kInfo) << "Lame duck mode is on already";
        break;
    }
  }
}

int serve(const leat::CommandLine& command_line) {
  auto loaded = leat::load_options(command_line);
  if (!loaded) {
    std::cerr << kProgramName << ": " << loaded.error().text << "\n";
    return 1;
  }
  if (!loaded->warnings.empty()) std::cerr << kProgramName << ": " << loaded->warnings << "\n";
  leat::block_signals();
  if (const leat::Status opened = apply_log_options(loaded->options.log); !opened) {
    std::cerr << kProgramName << ": " << opened.error().text << "\n";
    return 1;
  }
  auto server = leat::Server::start(std::move(loaded->options));
  if (!server) {
    LEAT_LOG(kFatal) << server.error().text;
    return 1;
  }
  serve_until_stopped(**server, command_line);
  (*server)->stop();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (!arguments.empty() && arguments[0] == "inspect") {
    return leat::run_inspect({arguments.begin() + 1, arguments.end()});
  }
  const auto command_line = leat::parse_flags(arguments);
  if (!command_line) {
    const leat::FlagError& error = command_line.error();
    if (error.with_usage) {
      std::cerr << error.text << "\n" << leat::usage_text();
      return 0;
    }
    std::cerr << kProgramName << ": " << error.text << "\n";
    return 1;
  }
  const int status = leat::run_command(*command_line);
  if (status != 0 || command_line->command != leat::Command::kServe) return status;
  return serve(*command_line);
}
