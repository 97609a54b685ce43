#include "tests/sim/sim_disk.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace leat::sim {

class SimFile final : public File {
 public:
  SimFile(SimDisk& disk, std::shared_ptr<SimDisk::Inode> inode)
      : disk_(disk), inode_(std::move(inode)) {}

  Status write_at(std::uint64_t offset, std::string_view bytes) override {
    LEAT_TRY(disk_.use());
    std::string& cached = inode_->cached;
    if (cached.size() < offset + bytes.size()) {
      LEAT_TRY(disk_.grow(offset + bytes.size() - cached.size()));
      cached.resize(offset + bytes.size());
    }
    std::memcpy(cached.data() + offset, bytes.data(), bytes.size());
    mark(offset, bytes.size());
    return {};
  }

  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
    const std::string& cached = inode_->cached;
    if (offset >= cached.size()) return std::size_t{0};
    const std::size_t size = std::min<std::size_t>(into.size(), cached.size() - offset);
    std::memcpy(into.data(), cached.data() + offset, size);
    return size;
  }

  Status sync_data() override {
    LEAT_TRY(disk_.use());
    std::string& durable = inode_->durable;
    durable.resize(inode_->cached.size());
    for (const auto& [sector, is_dirty] : inode_->dirty) {
      const std::uint64_t from = sector * SimDisk::kSectorBytes;
      if (from >= durable.size()) continue;
      const std::size_t size = std::min<std::size_t>(SimDisk::kSectorBytes, durable.size() - from);
      std::memcpy(durable.data() + from, inode_->cached.data() + from, size);
    }
    inode_->dirty.clear();
    ++disk_.syncs_;
    return {};
  }

  Status sync_all() override { return sync_data(); }

  Result<std::uint64_t> size() override {
    return static_cast<std::uint64_t>(inode_->cached.size());
  }

 private:
  void mark(std::uint64_t offset, std::uint64_t size) {
    if (size == 0) return;
    for (std::uint64_t sector = offset / SimDisk::kSectorBytes;
         sector <= (offset + size - 1) / SimDisk::kSectorBytes; ++sector) {
      inode_->dirty[sector] = true;
    }
  }

  SimDisk& disk_;
  std::shared_ptr<SimDisk::Inode> inode_;
};

Result<std::unique_ptr<File>> SimDisk::open(const std::string& path, OpenMode mode) {
  auto found = files_.find(path);
  if (mode == OpenMode::kCreate) {
    if (found != files_.end()) return failure(ErrorKind::kExists, path + " exists");
    found = files_.emplace(path, std::make_shared<Inode>()).first;
  }
  if (found == files_.end()) return failure(ErrorKind::kNotFound, path + " does not exist");
  return std::unique_ptr<File>(std::make_unique<SimFile>(*this, found->second));
}

Result<std::vector<std::string>> SimDisk::list(const std::string& directory) {
  std::vector<std::string> names;
  const std::string prefix = directory + "/";
  for (const auto& [path, inode] : files_) {
    if (path.starts_with(prefix) && path.find('/', prefix.size()) == std::string::npos) {
      names.push_back(path.substr(prefix.size()));
    }
  }
  return names;
}

Status SimDisk::make_directories(const std::string& /*directory*/) { return {}; }

Status SimDisk::rename(const std::string& from, const std::string& to) {
  auto node = files_.extract(from);
  if (node.empty()) return failure(ErrorKind::kNotFound, from + " does not exist");
  files_.insert_or_assign(to, std::move(node.mapped()));
  return {};
}

Status SimDisk::remove(const std::string& path) {
  if (files_.erase(path) == 0) return failure(ErrorKind::kNotFound, path + " does not exist");
  return {};
}

Status SimDisk::sync_directory(const std::string& directory) {
  for (auto& [path, inode] : files_) {
    if (path.starts_with(directory + "/")) inode->is_listed = true;
  }
  return {};
}

bool SimDisk::exists(const std::string& path) {
  // A directory is there when anything is in it.
  const auto inside = files_.lower_bound(path + "/");
  return files_.contains(path) || (inside != files_.end() && inside->first.starts_with(path + "/"));
}

Status SimDisk::use() {
  if (operations_left_ == kNever) return {};
  if (operations_left_ == 0) {
    was_at_fault_ = true;
    return failure(ErrorKind::kIo, "the disk is broken");
  }
  --operations_left_;
  return {};
}

Status SimDisk::grow(std::uint64_t by) {
  if (room_ == kNever) return {};
  if (by > room_) {
    was_at_fault_ = true;
    return failure(ErrorKind::kNoSpace, "the disk is full");
  }
  room_ -= by;
  return {};
}

bool SimDisk::heal() {
  operations_left_ = room_ = kNever;
  return std::exchange(was_at_fault_, false);
}

bool SimDisk::rot(Rng& chance, const std::string& directory) {
  std::vector<Inode*> old;
  for (const auto& [path, inode] : files_) {
    if (path.starts_with(directory + "/") && path.ends_with(".log")) old.push_back(inode.get());
  }
  if (old.size() < 2) return false;
  old.pop_back();
  Inode& inode = *old.at(chance.below(old.size()));
  std::string& bytes = inode.cached;
  const std::size_t used = bytes.find_last_not_of('\0');
  if (used == std::string::npos) return false;
  const std::size_t at = chance.below(used + 1);
  bytes[at] = static_cast<char>(bytes[at] ^ (1 << chance.below(8)));
  if (at < inode.durable.size()) inode.durable[at] = bytes[at];
  return true;
}

void SimDisk::flip(const std::string& directory, const Flip& flip) {
  std::vector<Inode*> files;
  for (const auto& [path, inode] : files_) {
    if (path.starts_with(directory + "/") && !inode->cached.empty()) files.push_back(inode.get());
  }
  if (files.empty()) return;
  Inode& inode = *files[flip.file % files.size()];
  const std::size_t used = inode.cached.find_last_not_of('\0');
  const std::size_t at = flip.byte % (used == std::string::npos ? inode.cached.size() : used + 1);
  inode.cached[at] = static_cast<char>(inode.cached[at] ^ flip.mask);
  if (at < inode.durable.size()) inode.durable[at] = inode.cached[at];
}

void SimDisk::crash(Rng& chance) {
  for (auto file = files_.begin(); file != files_.end();) {
    Inode& inode = *file->second;
    if (!inode.is_listed && chance.below(2) == 0) {
      file = files_.erase(file);
      continue;
    }
    std::string after = inode.durable;
    for (const auto& [sector, is_dirty] : inode.dirty) {
      if (chance.below(2) == 0) continue;
      const std::uint64_t from = sector * kSectorBytes;
      if (from >= inode.cached.size()) continue;
      const std::size_t size = std::min<std::size_t>(kSectorBytes, inode.cached.size() - from);
      if (after.size() < from + size) after.resize(from + size);
      std::memcpy(after.data() + from, inode.cached.data() + from, size);
    }
    // A handle of the dead process must not see the new life.
    auto next = std::make_shared<Inode>();
    next->durable = after;
    next->cached = std::move(after);
    next->is_listed = inode.is_listed;
    file->second = std::move(next);
    ++file;
  }
}

}  // namespace leat::sim
