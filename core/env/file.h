#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace leat {

// One open file. Owned by one thread at a time. Errors are ErrorKind::kIo or kNoSpace with the
// path in the text; after a failed sync the caller must stop the node and never retry.
class File {
 public:
  virtual ~File() = default;
  virtual Status write_at(std::uint64_t offset, std::string_view bytes) = 0;
  // Reads up to `into.size()` bytes; fewer only at the end of the file.
  virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) = 0;
  virtual Status sync_data() = 0;  // fdatasync
  virtual Status sync_all() = 0;   // fsync
  virtual Result<std::uint64_t> size() = 0;
};

enum class OpenMode { kReadOnly, kReadWrite, kCreate /* read and write, must not exist */ };

// The interface to the file system, real (core/runtime) or simulated (tests/sim).
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) = 0;
  virtual Result<std::vector<std::string>> list(const std::string& directory) = 0;  // names, sorted
  virtual Status make_directories(const std::string& directory) = 0;
  virtual Status rename(const std::string& from, const std::string& to) = 0;
  virtual Status remove(const std::string& path) = 0;  // a file
  virtual Status sync_directory(const std::string& directory) = 0;
  virtual bool exists(const std::string& path) = 0;
  // What can still be written where `directory` lies.
  virtual Result<std::uint64_t> free_bytes(const std::string& directory) = 0;
};

}  // namespace leat
