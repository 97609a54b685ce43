#pragma once

#include <cstdint>
#include <string>

#include "core/base/log.h"
#include "core/base/result.h"

namespace leat {

// How the log is written; the choices of the configuration and the flags.
//
//   [7042] 2026/02/25 08:51:07.123456 [INF] Server is ready
struct LogSettings {
  std::string file;  // empty: standard error
  bool with_time = true;
  bool in_utc = false;
  std::int64_t file_bytes_max = 0;  // 0: no rotation by size
  int files_max = 0;                // kept in all, with the one being written; 0: all
};

// Opens the log and installs it as the sink of the process (core/base/log.h). Called again on a
// reload. Lines go out at once; a standard error that nobody reads costs lines, never a wait.
Status open_log(const LogSettings& settings);
// Opens the file again by its name, after it was moved away (USR1).
Status reopen_log();
void close_log();  // every line is with the operating system when it returns

}  // namespace leat
