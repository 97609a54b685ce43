#pragma once

#include <string>

#include "core/base/result.h"

namespace leat {

// `--signal COMMAND[=PROCESS]`: sends the signal of a command to a running server. PROCESS is a
// process id or the path of a pid file; without it, the one server that runs on this machine.
Status signal_process(const std::string& words);

}  // namespace leat
