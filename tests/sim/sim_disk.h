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
// what was not synced. It breaks, fills up and rots when it is told to.
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
  Result<std::uint64_t> free_bytes(const std::string&) override { return room_; }

  // Power is gone: of each unsynced sector the new or the old bytes stay, by chance; files whose
  // directory was not synced may vanish.
  void crash(Rng& chance);

  // After so many writes and syncs every further one is an I/O error, until heal().
  void break_after(std::uint64_t operations) { operations_left_ = operations; }
  // Files may grow by this much, until heal().
  void fill_up_to(std::uint64_t room) { room_ = room; }
  // A disk that works and has room. True when it was met with a fault since the last call.
  bool heal();
  // One bit flips in a file that is neither the newest in `directory` nor unsynced. False when
  // there is none.
  bool rot(Rng& chance, const std::string& directory);
  // Bits of one byte of one file in `directory` flip; both are taken round.
  struct Flip {
    std::uint64_t file = 0;
    std::uint64_t byte = 0;
    std::uint8_t mask = 0;
  };
  void flip(const std::string& directory, const Flip& flip);

  std::uint64_t syncs() const { return syncs_; }

  struct Inode {
    std::string durable;                  // what a crash surely leaves
    std::string cached;                   // what a read sees
    std::map<std::uint64_t, bool> dirty;  // unsynced sectors
    bool is_listed = false;               // its directory was synced since creation
  };

 private:
  friend class SimFile;
  static constexpr std::uint64_t kNever = ~std::uint64_t{0};

  Status use();  // one write or sync
  Status grow(std::uint64_t by);

  std::map<std::string, std::shared_ptr<Inode>> files_;
  std::uint64_t syncs_ = 0;
  std::uint64_t operations_left_ = kNever;
  std::uint64_t room_ = kNever;
  bool was_at_fault_ = false;
};

}  // namespace leat::sim
