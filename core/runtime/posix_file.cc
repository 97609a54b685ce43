#include "core/runtime/posix_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace leat {

namespace {

tl::unexpected<Error> failed(const char* what, const std::string& path, int error) {
  const bool is_full = error == ENOSPC || error == EDQUOT;
  const bool is_absent = error == ENOENT;
  const bool is_there = error == EEXIST;
  const ErrorKind kind = is_full     ? ErrorKind::kNoSpace
                         : is_absent ? ErrorKind::kNotFound
                         : is_there  ? ErrorKind::kExists
                                     : ErrorKind::kIo;
  return failure(kind, std::string(what) + " " + path + ": " + std::strerror(error));
}

// Also for want of room a failed sync is final, and must not look like something to be tried again.
tl::unexpected<Error> sync_failed(const char* what, const std::string& path, int error) {
  return failure(ErrorKind::kIo, std::string(what) + " " + path + ": " + std::strerror(error));
}

int flags_of(OpenMode mode) {
  switch (mode) {
    case OpenMode::kReadOnly:
      return O_RDONLY;
    case OpenMode::kReadWrite:
      return O_RDWR;
    case OpenMode::kCreate:
      return O_RDWR | O_CREAT | O_EXCL;
  }
  return O_RDONLY;
}

class PosixFile final : public File {
 public:
  PosixFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;
  ~PosixFile() override { ::close(descriptor_); }

  Status write_at(std::uint64_t offset, std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t written =
          ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return failed("write", path_, errno);
      offset += static_cast<std::uint64_t>(written);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }

  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
    std::size_t total = 0;
    while (total < into.size()) {
      const ssize_t got = ::pread(descriptor_, into.data() + total, into.size() - total,
                                  static_cast<off_t>(offset + total));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return failed("read", path_, errno);
      if (got == 0) break;
      total += static_cast<std::size_t>(got);
    }
    return total;
  }

  Status sync_data() override {
    if (::fdatasync(descriptor_) != 0) return sync_failed("fdatasync", path_, errno);
    return {};
  }

  Status sync_all() override {
    if (::fsync(descriptor_) != 0) return sync_failed("fsync", path_, errno);
    return {};
  }

  Result<std::uint64_t> size() override {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) return failed("fstat", path_, errno);
    return static_cast<std::uint64_t>(status.st_size);
  }

 private:
  int descriptor_;
  std::string path_;
};

}  // namespace

Result<std::unique_ptr<File>> PosixFileSystem::open(const std::string& path, OpenMode mode) {
  const int descriptor = ::open(path.c_str(), flags_of(mode) | O_CLOEXEC, kFileMode);
  if (descriptor < 0) return failed("open", path, errno);
  return std::make_unique<PosixFile>(descriptor, path);
}

Result<std::vector<std::string>> PosixFileSystem::list(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::directory_iterator entry(directory, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  if (error) return failed("list", directory, error.value());
  std::sort(names.begin(), names.end());
  return names;
}

Status PosixFileSystem::make_directories(const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return failed("create directory", directory, error.value());
  return {};
}

Status PosixFileSystem::rename(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) return failed("rename", from, errno);
  return {};
}

Status PosixFileSystem::remove(const std::string& path) {
  if (::unlink(path.c_str()) != 0) return failed("remove", path, errno);
  return {};
}

Status PosixFileSystem::sync_directory(const std::string& directory) {
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return failed("open", directory, errno);
  const int result = ::fsync(descriptor);
  const int error = errno;
  ::close(descriptor);
  if (result != 0) return sync_failed("fsync", directory, error);
  return {};
}

Result<std::uint64_t> PosixFileSystem::free_bytes(const std::string& directory) {
  struct statvfs status {};
  if (::statvfs(directory.c_str(), &status) != 0) return failed("statvfs", directory, errno);
  return std::uint64_t{status.f_bavail} * status.f_frsize;
}

bool PosixFileSystem::exists(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

}  // namespace leat
