// The disk of a server that will lose its power. Preloaded into the real binary: everything below
// LEAT_POWER_DIR goes through here, is written at once, and can be taken back until it is synced.
// At the operation numbered LEAT_POWER_AFTER the power fails: of what was not synced, sectors stay
// or go by chance, names likewise, and the process is gone in that instant.
//
//   LEAT_POWER_DIR=DIR    the folder whose disk this is; other files are left alone
//   LEAT_POWER_AFTER=N    0: the power stays
//   LEAT_POWER_SEED=N     what chance draws from
//   LEAT_POWER_LIES=1     a disk that calls unsynced what was synced: a test of the test
//
// One mutex guards all of it; whoever comes after the failure waits for a return that never comes.

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace {

constexpr std::uint64_t kSectorBytes = 512;

template <typename Function>
Function next_of(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

// The functions of the C library that are replaced below.
struct Libc {
  int (*open)(const char*, int, ...) = next_of<int (*)(const char*, int, ...)>("open");
  int (*close)(int) = next_of<int (*)(int)>("close");
  ssize_t (*write)(int, const void*,
                   size_t) = next_of<ssize_t (*)(int, const void*, size_t)>("write");
  ssize_t (*pwrite)(int, const void*, size_t,
                    off_t) = next_of<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite");
  ssize_t (*pwritev2)(int, const iovec*, int, off_t,
                      int) = next_of<ssize_t (*)(int, const iovec*, int, off_t, int)>("pwritev2");
  int (*ftruncate)(int, off_t) = next_of<int (*)(int, off_t)>("ftruncate");
  int (*rename)(const char*, const char*) = next_of<int (*)(const char*, const char*)>("rename");
  int (*unlink)(const char*) = next_of<int (*)(const char*)>("unlink");
  int (*remove)(const char*) = next_of<int (*)(const char*)>("remove");
};

const Libc& libc() {
  static const Libc functions;
  return functions;
}

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

// A file with something that was not synced, or with an open descriptor.
struct TrackedFile {
  int descriptor = -1;                               // of our own
  std::uint64_t durable_size = 0;                    // what lies beyond was not synced
  std::map<std::uint64_t, std::string> overwritten;  // sector -> what was synced there
  int open_count = 0;

  std::uint64_t size() const {
    struct stat status {};
    return fstat(descriptor, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
  }
};

// A change of names that the folder was not synced after.
struct NameChange {
  enum class Kind { kCreate, kRename, kUnlink } kind;
  std::string path;    // created, or unlinked, or the new name
  std::string from;    // of kRename
  std::string backup;  // what stood under `path` before; empty when nothing did
};

class PowerLayer {
 public:
  PowerLayer()
      : directory_(text("LEAT_POWER_DIR")),
        operations_left_(number("LEAT_POWER_AFTER")),
        is_lying_(number("LEAT_POWER_LIES") != 0),
        chance_(number("LEAT_POWER_SEED")) {}

  bool covers(const char* path) const {
    return path != nullptr && !directory_.empty() &&
           std::strncmp(path, directory_.c_str(), directory_.size()) == 0 &&
           path[directory_.size()] == '/' && std::strstr(path, "/.taken-back-") == nullptr;
  }

  int open(const char* path, int flags, mode_t mode) {
    const std::lock_guard lock(mutex_);
    const bool is_new = (flags & O_CREAT) != 0 && access(path, F_OK) != 0;
    if (is_new) spend_operation();
    const int descriptor = libc().open(path, flags & ~O_TRUNC, mode);
    if (descriptor < 0) return descriptor;
    if ((flags & O_DIRECTORY) != 0) {
      folders_[descriptor] = path;
      return descriptor;
    }
    if ((flags & O_ACCMODE) == O_RDONLY) {
      struct stat status {};
      if (fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode)) folders_[descriptor] = path;
      return descriptor;
    }
    if (is_new) changes_.push_back({NameChange::Kind::kCreate, path, {}, {}});
    open_[descriptor] = track(descriptor, path);
    if ((flags & O_TRUNC) != 0) truncate(descriptor, 0);
    return descriptor;
  }

  void closing(int descriptor) {
    const std::lock_guard lock(mutex_);
    folders_.erase(descriptor);
    const auto found = open_.find(descriptor);
    if (found == open_.end()) return;
    --found->second->open_count;
    forget_when_clean(found->second);
    open_.erase(found);
  }

  // Whether the descriptor is of a covered file; the caller then holds nothing.
  bool is_tracked(int descriptor) {
    const std::lock_guard lock(mutex_);
    return open_.contains(descriptor);
  }

  ssize_t write(int descriptor, const iovec* pieces, int count, off_t offset) {
    const std::lock_guard lock(mutex_);
    spend_operation();
    TrackedFile& file = *open_.at(descriptor);
    const bool is_append = offset < 0;
    if (is_append) {
      const bool at_end = (fcntl(descriptor, F_GETFL) & O_APPEND) != 0;
      offset = at_end ? static_cast<off_t>(file.size()) : lseek(descriptor, 0, SEEK_CUR);
    }
    std::string bytes;
    for (int i = 0; i < count; ++i) {
      bytes.append(static_cast<const char*>(pieces[i].iov_base), pieces[i].iov_len);
    }
    keep_synced(file, static_cast<std::uint64_t>(offset), bytes.size());
    const ssize_t written = libc().pwrite(file.descriptor, bytes.data(), bytes.size(), offset);
    if (is_append && written > 0) lseek(descriptor, offset + written, SEEK_SET);
    return written;
  }

  int truncate(int descriptor, off_t size) {  // called with the lock held
    TrackedFile& file = *open_.at(descriptor);
    const std::uint64_t old_size = file.size();
    const auto new_size = static_cast<std::uint64_t>(size);
    if (new_size < old_size) keep_synced(file, new_size, old_size - new_size);
    return libc().ftruncate(file.descriptor, size);
  }

  int resize(int descriptor, off_t size) {
    const std::lock_guard lock(mutex_);
    spend_operation();
    return truncate(descriptor, size);
  }

  // False when the descriptor is neither a covered file nor a covered folder.
  bool sync(int descriptor) {
    const std::lock_guard lock(mutex_);
    const auto file = open_.find(descriptor);
    const auto folder = folders_.find(descriptor);
    if (file == open_.end() && folder == folders_.end()) return false;
    spend_operation();
    if (is_lying_) return true;
    if (file != open_.end()) {
      file->second->overwritten.clear();
      file->second->durable_size = file->second->size();
    } else {
      sync_folder(folder->second);
    }
    return true;
  }

  int rename(const char* from, const char* to) {
    const std::lock_guard lock(mutex_);
    spend_operation();
    const std::string backup = set_aside(to);
    const int result = libc().rename(from, to);
    if (result == 0) changes_.push_back({NameChange::Kind::kRename, to, from, backup});
    return result;
  }

  int unlink(const char* path) {
    const std::lock_guard lock(mutex_);
    if (access(path, F_OK) != 0) return libc().unlink(path);
    spend_operation();
    changes_.push_back({NameChange::Kind::kUnlink, path, {}, set_aside(path)});
    return 0;
  }

 private:
  static std::string text(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
  }
  static std::uint64_t number(const char* name) {
    return std::strtoull(text(name).c_str(), nullptr, 10);
  }

  std::shared_ptr<TrackedFile> track(int descriptor, const char* path) {
    struct stat status {};
    fstat(descriptor, &status);
    std::shared_ptr<TrackedFile>& file = files_[{status.st_dev, status.st_ino}];
    if (file == nullptr) {
      file = std::make_shared<TrackedFile>();
      file->descriptor = libc().open(path, O_RDWR | O_CLOEXEC);
      file->durable_size = static_cast<std::uint64_t>(status.st_size);
    }
    ++file->open_count;
    return file;
  }

  void forget_when_clean(const std::shared_ptr<TrackedFile>& file) {
    if (file->open_count > 0 || !file->overwritten.empty()) return;
    if (file->size() != file->durable_size) return;
    libc().close(file->descriptor);
    std::erase_if(files_, [&](const auto& entry) { return entry.second == file; });
  }

  // Remembers what was synced in the sectors that a write is about to change.
  static void keep_synced(TrackedFile& file, std::uint64_t offset, std::uint64_t size) {
    const std::uint64_t end = std::min(offset + size, file.durable_size);
    for (std::uint64_t at = offset / kSectorBytes * kSectorBytes; at < end; at += kSectorBytes) {
      const auto [place, is_new] = file.overwritten.try_emplace(at);
      if (!is_new) continue;
      char sector[kSectorBytes];
      const std::uint64_t wanted = std::min(kSectorBytes, file.durable_size - at);
      const ssize_t got = pread(file.descriptor, sector, wanted, static_cast<off_t>(at));
      place->second.assign(sector, got < 0 ? 0 : static_cast<std::size_t>(got));
    }
  }

  // Moves a file that is about to lose its name to a name of ours.
  std::string set_aside(const std::string& path) {
    if (access(path.c_str(), F_OK) != 0) return {};
    std::string backup = path;
    backup.insert(backup.rfind('/') + 1, ".taken-back-" + std::to_string(++backups_) + "-");
    libc().rename(path.c_str(), backup.c_str());
    return backup;
  }

  void sync_folder(const std::string& folder) {
    std::erase_if(changes_, [&](const NameChange& change) {
      if (folder_of(change.path) != folder) return false;
      if (!change.backup.empty()) libc().unlink(change.backup.c_str());
      return true;
    });
  }

  void spend_operation() {
    if (operations_left_ == 0 || --operations_left_ > 0) return;
    for (auto& [inode, file] : files_) lose_sectors(*file);
    lose_names();
    syscall(SYS_kill, getpid(), SIGKILL);
    while (true) pause();
  }

  std::uint64_t draw(std::uint64_t below) { return chance_() % below; }

  // All of it stays, all goes, it ends somewhere, or each sector goes its own way.
  void lose_sectors(TrackedFile& file) {
    const std::uint64_t size = file.size();
    const std::uint64_t fate = draw(4);
    if (fate == 0) return;
    for (const auto& [at, bytes] : file.overwritten) {
      if (fate == 3 && draw(2) == 0) continue;
      libc().pwrite(file.descriptor, bytes.data(), bytes.size(), static_cast<off_t>(at));
    }
    if (size <= file.durable_size) return;
    if (fate == 1) libc().ftruncate(file.descriptor, static_cast<off_t>(file.durable_size));
    if (fate == 2) {
      const std::uint64_t end = file.durable_size + draw(size - file.durable_size + 1);
      libc().ftruncate(file.descriptor, static_cast<off_t>(end));
    }
    const std::string zeros(kSectorBytes, '\0');
    for (std::uint64_t at = file.durable_size; fate == 3 && at < size;) {
      const std::uint64_t next = std::min(size, (at / kSectorBytes + 1) * kSectorBytes);
      if (draw(2) == 0) {
        libc().pwrite(file.descriptor, zeros.data(), next - at, static_cast<off_t>(at));
      }
      at = next;
    }
  }

  // In each folder the changes up to some point stay, as a file system's own log keeps them.
  void lose_names() {
    std::map<std::string, std::uint64_t> kept;
    for (const NameChange& change : changes_) ++kept[folder_of(change.path)];
    for (auto& [folder, count] : kept) count = draw(count + 1);
    std::map<std::string, std::uint64_t> seen;
    std::vector<const NameChange*> lost;
    for (const NameChange& change : changes_) {
      const std::string folder = folder_of(change.path);
      if (seen[folder]++ >= kept[folder]) {
        lost.push_back(&change);
      } else if (!change.backup.empty()) {
        libc().unlink(change.backup.c_str());
      }
    }
    std::for_each(lost.rbegin(), lost.rend(), [](const NameChange* change) { take_back(*change); });
  }

  static void take_back(const NameChange& change) {
    if (change.kind == NameChange::Kind::kCreate) libc().unlink(change.path.c_str());
    if (change.kind == NameChange::Kind::kRename) {
      libc().rename(change.path.c_str(), change.from.c_str());
    }
    if (!change.backup.empty()) libc().rename(change.backup.c_str(), change.path.c_str());
  }

  const std::string directory_;
  std::uint64_t operations_left_;
  const bool is_lying_;
  std::mt19937_64 chance_;
  std::mutex mutex_;
  std::map<std::pair<dev_t, ino_t>, std::shared_ptr<TrackedFile>> files_;
  std::map<int, std::shared_ptr<TrackedFile>> open_;  // by descriptor
  std::map<int, std::string> folders_;                // by descriptor
  std::vector<NameChange> changes_;                   // in their order
  std::uint64_t backups_ = 0;
};

PowerLayer& layer() {
  static auto* const the_layer = new PowerLayer;  // outlives every thread
  return *the_layer;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & (O_CREAT | O_TMPFILE)) != 0) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
  }
  if (!layer().covers(path)) return libc().open(path, flags, mode);
  return layer().open(path, flags, mode);
}
int open64(const char* path, int flags, ...) __attribute__((alias("open")));

int close(int descriptor) {
  layer().closing(descriptor);
  return libc().close(descriptor);
}

ssize_t write(int descriptor, const void* bytes, size_t size) {
  if (!layer().is_tracked(descriptor)) return libc().write(descriptor, bytes, size);
  const iovec piece{const_cast<void*>(bytes), size};
  return layer().write(descriptor, &piece, 1, -1);
}

ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t offset) {
  if (!layer().is_tracked(descriptor)) return libc().pwrite(descriptor, bytes, size, offset);
  const iovec piece{const_cast<void*>(bytes), size};
  return layer().write(descriptor, &piece, 1, offset);
}
ssize_t pwrite64(int, const void*, size_t, off_t) __attribute__((alias("pwrite")));

ssize_t pwritev2(int descriptor, const iovec* pieces, int count, off_t offset, int flags) {
  if (!layer().is_tracked(descriptor)) {
    return libc().pwritev2(descriptor, pieces, count, offset, flags);
  }
  const ssize_t written = layer().write(descriptor, pieces, count, offset);
  if ((flags & RWF_DSYNC) != 0) layer().sync(descriptor);
  return written;
}
ssize_t pwritev(int descriptor, const iovec* pieces, int count, off_t offset) {
  return pwritev2(descriptor, pieces, count, offset, 0);
}

int ftruncate(int descriptor, off_t size) noexcept {
  if (!layer().is_tracked(descriptor)) return libc().ftruncate(descriptor, size);
  return layer().resize(descriptor, size);
}
int ftruncate64(int, off_t) noexcept __attribute__((alias("ftruncate")));

// Room is not content: a file that was only given room is as it was.
int fallocate(int descriptor, int mode, off_t offset, off_t size) {
  if (!layer().is_tracked(descriptor)) {
    return static_cast<int>(syscall(SYS_fallocate, descriptor, mode, offset, size));
  }
  errno = EOPNOTSUPP;
  return -1;
}
int posix_fallocate(int descriptor, off_t offset, off_t size) {
  if (layer().is_tracked(descriptor)) return EOPNOTSUPP;
  return syscall(SYS_fallocate, descriptor, 0, offset, size) == 0 ? 0 : errno;
}

// What is below is memory or a test folder: synced is what this layer calls synced.
int fsync(int descriptor) {
  return layer().sync(descriptor) ? 0 : static_cast<int>(syscall(SYS_fsync, descriptor));
}
int fdatasync(int descriptor) {
  return layer().sync(descriptor) ? 0 : static_cast<int>(syscall(SYS_fdatasync, descriptor));
}

int rename(const char* from, const char* to) noexcept {
  return layer().covers(to) ? layer().rename(from, to) : libc().rename(from, to);
}
int unlink(const char* path) noexcept {
  return layer().covers(path) ? layer().unlink(path) : libc().unlink(path);
}
int remove(const char* path) noexcept {
  struct stat status {};
  const bool is_file = lstat(path, &status) == 0 && !S_ISDIR(status.st_mode);
  return is_file && layer().covers(path) ? layer().unlink(path) : libc().remove(path);
}

}  // extern "C"
