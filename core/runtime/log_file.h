#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace leat {

// Where log lines end: standard error or a file that is rotated by size. Owned by the log sink,
// under its lock.
//
// One write(2) for each line, so that a killed process has lost nothing. A pipe that nobody reads
// loses lines (or the rest of one) and never makes the writer wait.
class LogFile {
 public:
  // An empty path: standard error.
  static Result<LogFile> open(std::string path);
  LogFile(LogFile&& other) noexcept;
  LogFile& operator=(LogFile&& other) noexcept;
  ~LogFile();

  void write(std::string_view line);
  Status reopen();
  // Above `bytes_max` the file is moved to PATH.YYYY.MM.DD.HH.MM.SS.nnnnnnnnn; of these and the
  // file itself `files_max` are kept. Zero: no rotation, and all.
  void set_rotation(std::int64_t bytes_max, int files_max);
  bool is_terminal() const;
  bool is_standard_error() const { return path_.empty(); }

 private:
  LogFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  void rotate();
  void remove_old();

  int descriptor_;
  std::string path_;
  std::int64_t bytes_ = 0;
  std::int64_t bytes_max_ = 0;
  int files_max_ = 0;
};

}  // namespace leat
