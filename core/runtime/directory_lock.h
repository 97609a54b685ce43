#pragma once

#include <string>
#include <utility>

#include "core/base/result.h"

namespace leat {

// Keeps a second process out of a directory, for as long as it lives. The system gives the lock
// back when the process ends, however it ends. Owned by the server.
class DirectoryLock {
 public:
  // Makes the directory if it is not there. Failures: "storage directory is not a directory", or
  // that another process (named by its id where known) holds it.
  static Result<DirectoryLock> acquire(const std::string& directory);

  // Keeps servers out of a directory that is only looked at: nothing in it is changed. Without a
  // lock file there is nothing to hold.
  static Result<DirectoryLock> share(const std::string& directory);

  DirectoryLock(DirectoryLock&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)) {}
  DirectoryLock& operator=(DirectoryLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace leat
