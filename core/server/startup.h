#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/options/options.h"
#include "core/server/flags.h"

namespace leat {

// Flags over file over defaults, checked as a whole. Used at start, by -t and by each reload.
struct LoadedOptions {
  ServerOptions options;
  std::string warnings;  // lines about the file; empty: none
};

// The error text is what stands after the name of the program; it may have several lines.
Result<LoadedOptions> load_options(const CommandLine& command_line);

// Everything that the command line asks for and that is not serving: help, version, -t, --signal.
// Returns the exit status; of serving 0 when the command line can be served.
int run_command(const CommandLine& command_line);

}  // namespace leat
