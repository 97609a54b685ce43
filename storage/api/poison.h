#pragma once

#include <string_view>

#include "core/base/result.h"

namespace leat {

// Stops the process at once because its disk can no longer be trusted: `what` failed with `error`.
// Nothing is flushed or closed, a failed sync is never retried, and the reason is the last line of
// the log. Called on any thread.
[[noreturn]] void poison_process(std::string_view what, const Error& error);

}  // namespace leat
