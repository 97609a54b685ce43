#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "core/env/file.h"

namespace leat {

// Of what the server makes: its group may read, nobody else.
inline constexpr mode_t kFileMode = 0640;

// The file system of the machine. Stateless; any thread.
class PosixFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;
  Status make_directories(const std::string& directory) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;
  Status sync_directory(const std::string& directory) override;
  bool exists(const std::string& path) override;
  Result<std::uint64_t> free_bytes(const std::string& directory) override;
};

}  // namespace leat
