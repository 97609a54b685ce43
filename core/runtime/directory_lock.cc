#include "core/runtime/directory_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>

#include "core/runtime/posix_file.h"

namespace leat {

namespace {

constexpr const char* kLockFile = "/lock";

ErrorKind kind_of(int error) {
  return error == ENOSPC || error == EDQUOT ? ErrorKind::kNoSpace : ErrorKind::kIo;
}

std::string holder_of(int descriptor) {
  std::array<char, 32> text{};
  const ssize_t size = ::pread(descriptor, text.data(), text.size(), 0);
  return size > 0 ? "process " + std::string(text.data(), static_cast<std::size_t>(size))
                  : "another process";
}

}  // namespace

Result<DirectoryLock> DirectoryLock::acquire(const std::string& directory) {
  std::error_code error;
  if (std::filesystem::exists(directory, error) &&
      !std::filesystem::is_directory(directory, error)) {
    return failure(ErrorKind::kIo, "storage directory is not a directory");
  }
  std::filesystem::create_directories(directory, error);
  if (error == std::errc::not_a_directory) {
    return failure(ErrorKind::kIo, "storage directory is not a directory");
  }
  if (error) {
    return failure(kind_of(error.value()),
                   "could not create storage directory " + directory + ": " + error.message());
  }
  const std::string path = directory + kLockFile;
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kFileMode);
  if (descriptor < 0) {
    return failure(kind_of(errno), "open " + path + ": " + std::strerror(errno));
  }
  DirectoryLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    return failure(ErrorKind::kExists,
                   "storage directory " + directory + " is in use by " + holder_of(descriptor));
  }
  // The process id is for people only, and a full disk may be without it; the lock is what counts.
  const std::string pid = std::to_string(::getpid());
  const bool is_written =
      ::ftruncate(descriptor, 0) == 0 &&
      ::pwrite(descriptor, pid.data(), pid.size(), 0) == static_cast<ssize_t>(pid.size());
  if (!is_written && kind_of(errno) != ErrorKind::kNoSpace) {
    return failure(ErrorKind::kIo, "write " + path + ": " + std::strerror(errno));
  }
  return lock;
}

Result<DirectoryLock> DirectoryLock::share(const std::string& directory) {
  const std::string path = directory + kLockFile;
  DirectoryLock lock(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (lock.descriptor_ < 0 && errno != ENOENT) {
    return failure(ErrorKind::kIo, "open " + path + ": " + std::strerror(errno));
  }
  if (lock.descriptor_ >= 0 && ::flock(lock.descriptor_, LOCK_SH | LOCK_NB) != 0) {
    return failure(ErrorKind::kExists, "storage directory " + directory + " is in use by " +
                                           holder_of(lock.descriptor_));
  }
  return lock;
}

DirectoryLock::~DirectoryLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace leat
