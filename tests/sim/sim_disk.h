#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/rng.h"
#include "core/env/file.h"

namespace leat::sim {

// A disk that remembers what was synced. Writes land in a cache; a crash keeps each unsynced sector
// by chance, so that batches are lost whole, in part, or torn in the middle, and never more than
// what was not synced.
class SimDisk final : public FileSystem {
 public:
  static constexpr std::size_t kSectorBytes = 512;

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;
  Status make_directories(const std::string& directory) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;
  Status sync_directory(const std::string& directory) override;
  bool exists(const std::string& path) override;
  Result<std::uint64_t> free_bytes(const std::string&) override { return ~std::uint64_t{0}; }

  // Power is gone: of each unsynced sector the new or the old bytes stay, by chance; files whose
  // directory was not synced may vanish.
  void crash(Rng& chance);
  // The process is gone, the machine is not: everything written stays.
  void kill() {}

  std::uint64_t syncs() const { return syncs_; }

  struct Inode {
    std::string durable;                  // what a crash surely leaves
    std::string cached;                   // what a read sees
    std::map<std::uint64_t, bool> dirty;  // unsynced sectors
    bool is_listed = false;               // its directory was synced since creation
  };

 private:
  friend class SimFile;
  std::map<std::string, std::shared_ptr<Inode>> files_;
  std::uint64_t syncs_ = 0;
};

}  // namespace leat::sim
