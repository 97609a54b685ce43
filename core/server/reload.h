#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/options/options.h"

namespace leat {

// Compares the options of a running server with those of a reload. The result are the lines that
// say what changes, "Reloaded: max_payload = 2048", perhaps none; nothing secret stands in them. A
// difference that only a new start can make is an error that names it, and then nothing may change.
Result<std::vector<std::string>> compare_for_reload(const ServerOptions& running,
                                                    const ServerOptions& wanted);

}  // namespace leat
