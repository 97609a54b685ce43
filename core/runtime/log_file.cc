#include "core/runtime/log_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <utility>
#include <vector>

#include "core/runtime/posix_file.h"

namespace leat {

namespace {

// A pipe that polls as writable takes at least this much without waiting (PIPE_BUF).
constexpr std::size_t kPieceBytes = 4096;

bool is_writable_now(int descriptor) {
  pollfd asked{.fd = descriptor, .events = POLLOUT, .revents = 0};
  return ::poll(&asked, 1, 0) == 1 && (asked.revents & POLLOUT) != 0;
}

std::string backup_suffix() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  tm parts{};
  ::localtime_r(&now.tv_sec, &parts);
  std::array<char, 64> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), ".%Y.%m.%d.%H.%M.%S", &parts);
  std::array<char, 16> nanoseconds{};
  std::snprintf(nanoseconds.data(), nanoseconds.size(), ".%09ld", now.tv_nsec);
  return std::string(text.data(), length) + nanoseconds.data();
}

// Whether `name` is `base` and a time as backup_suffix() writes it.
bool is_backup_of(const std::string& name, const std::string& base) {
  constexpr std::string_view kShape = ".dddd.dd.dd.dd.dd.dd.ddddddddd";
  if (name.size() != base.size() + kShape.size() || !name.starts_with(base)) return false;
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    const char c = name[base.size() + i];
    const bool fits = kShape[i] == 'd' ? c >= '0' && c <= '9' : c == kShape[i];
    if (!fits) return false;
  }
  return true;
}

}  // namespace

Result<LogFile> LogFile::open(std::string path) {
  if (path.empty()) return LogFile(STDERR_FILENO, {});
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, kFileMode);
  if (descriptor < 0) {
    return failure(ErrorKind::kIo, "open " + path + ": " + std::strerror(errno));
  }
  LogFile file(descriptor, std::move(path));
  struct stat status {};
  if (::fstat(descriptor, &status) == 0) file.bytes_ = status.st_size;
  return file;
}

LogFile::LogFile(LogFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::move(other.path_)),
      bytes_(other.bytes_),
      bytes_max_(other.bytes_max_),
      files_max_(other.files_max_) {}

LogFile& LogFile::operator=(LogFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
  bytes_ = other.bytes_;
  bytes_max_ = other.bytes_max_;
  files_max_ = other.files_max_;
  return *this;
}

LogFile::~LogFile() {
  if (descriptor_ > STDERR_FILENO) ::close(descriptor_);
}

void LogFile::write(std::string_view line) {
  if (bytes_max_ > 0 && bytes_ + static_cast<std::int64_t>(line.size()) > bytes_max_) rotate();
  // A regular file takes a line whole; anything else may be a pipe or a terminal that waits.
  const std::size_t piece_max = is_standard_error() ? kPieceBytes : line.size();
  while (!line.empty()) {
    if (is_standard_error() && !is_writable_now(descriptor_)) return;
    const ssize_t written = ::write(descriptor_, line.data(), std::min(line.size(), piece_max));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // nowhere is left to tell
    bytes_ += written;
    line.remove_prefix(static_cast<std::size_t>(written));
  }
}

Status LogFile::reopen() {
  if (is_standard_error()) return {};
  LEAT_TRY_ASSIGN(LogFile fresh, open(path_));
  fresh.set_rotation(bytes_max_, files_max_);
  *this = std::move(fresh);
  return {};
}

void LogFile::set_rotation(std::int64_t bytes_max, int files_max) {
  bytes_max_ = is_standard_error() ? 0 : bytes_max;
  files_max_ = files_max;
}

bool LogFile::is_terminal() const { return ::isatty(descriptor_) == 1; }

void LogFile::rotate() {
  const std::string backup = path_ + backup_suffix();
  // On failure the lines go on into the file that is open; the next attempt is a whole size later.
  bytes_ = 0;
  if (::rename(path_.c_str(), backup.c_str()) != 0) return;
  if (reopen()) remove_old();
}

void LogFile::remove_old() {
  if (files_max_ <= 0) return;
  const std::filesystem::path path(path_);
  std::error_code error;
  std::vector<std::filesystem::path> backups;
  const auto directory = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    if (is_backup_of(entry->path().filename().string(), path.filename().string())) {
      backups.push_back(entry->path());
    }
  }
  std::sort(backups.begin(), backups.end());
  const auto kept = static_cast<std::size_t>(files_max_ - 1);
  for (std::size_t i = 0; i + kept < backups.size(); ++i) {
    std::filesystem::remove(backups[i], error);
  }
}

}  // namespace leat
