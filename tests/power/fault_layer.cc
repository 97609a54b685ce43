// The disk of a server whose calls fail where a test wants it. Preloaded into the real binary: a
// call that the order names is not made and fails with its error, for as long as the order stands.
//
//   LEAT_FAULT_ORDER=FILE   one line: ERRNO SKIPPED CALLS THREAD PATH
//     ERRNO    a number of errno.h
//     SKIPPED  so many calls that are named go through first; counted from when the order came
//     CALLS    letters: c creating, w writing, g giving room, s syncing, r renaming
//     THREAD   how the name of the calling thread begins; - for any
//     PATH     a part of the file's path
//   FILE.met gets a line for each call that failed: its letter and path.
//
// No file, no fault. The order is read at each call, so that it may change at any time.

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

template <typename Function>
Function next_of(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

struct Order {
  int error = 0;
  int skipped = 0;
  char calls[8] = {};
  char thread[32] = {};
  char path[128] = {};
};

const char* order_file() {
  static const char* const file = std::getenv("LEAT_FAULT_ORDER");
  return file;
}

bool read_order(Order& order) {
  const int descriptor =
      static_cast<int>(syscall(SYS_openat, AT_FDCWD, order_file(), O_RDONLY | O_CLOEXEC));
  if (descriptor < 0) return false;
  char line[256] = {};
  const ssize_t got = read(descriptor, line, sizeof(line) - 1);
  syscall(SYS_close, descriptor);
  return got > 0 && std::sscanf(line, "%d %d %7s %31s %127s", &order.error, &order.skipped,
                                order.calls, order.thread, order.path) == 5;
}

bool names_thread(const Order& order) {
  if (order.thread[0] == '-') return true;
  char name[32] = {};
  pthread_getname_np(pthread_self(), name, sizeof(name));
  return std::strncmp(name, order.thread, std::strlen(order.thread)) == 0;
}

void note(char call, const std::string& path) {
  const std::string met = std::string(order_file()) + ".met";
  const int descriptor = static_cast<int>(
      syscall(SYS_openat, AT_FDCWD, met.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  const std::string line = std::string(1, call) + " " + path + "\n";
  syscall(SYS_write, descriptor, line.data(), line.size());
  syscall(SYS_close, descriptor);
}

// The error to fail with; 0: the call is made.
int fault(char call, const std::string& path) {
  static std::atomic<int> passed{0};
  Order order;
  if (!read_order(order)) {
    passed = 0;
    return 0;
  }
  if (std::strchr(order.calls, call) == nullptr || !names_thread(order)) return 0;
  if (path.find(order.path) == std::string::npos) return 0;
  if (passed.fetch_add(1) < order.skipped) return 0;
  note(call, path);
  return order.error;
}

bool fails(char call, const char* path) {
  if (order_file() == nullptr) return false;
  const int error = fault(call, path);
  if (error != 0) errno = error;
  return error != 0;
}

bool fails(char call, int descriptor) {
  if (order_file() == nullptr) return false;
  char path[512];
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const ssize_t size = readlink(link.c_str(), path, sizeof(path) - 1);
  if (size <= 0) return false;
  path[size] = '\0';
  return fails(call, path);
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  static const auto next = next_of<int (*)(const char*, int, ...)>("open");
  mode_t mode = 0;
  if ((flags & (O_CREAT | O_TMPFILE)) != 0) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
  }
  const bool is_new = (flags & O_CREAT) != 0 && access(path, F_OK) != 0;
  return is_new && fails('c', path) ? -1 : next(path, flags, mode);
}
int open64(const char* path, int flags, ...) __attribute__((alias("open")));

ssize_t write(int descriptor, const void* bytes, size_t size) {
  return fails('w', descriptor) ? -1 : syscall(SYS_write, descriptor, bytes, size);
}
ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t offset) {
  return fails('w', descriptor) ? -1 : syscall(SYS_pwrite64, descriptor, bytes, size, offset);
}
ssize_t pwrite64(int, const void*, size_t, off_t) __attribute__((alias("pwrite")));

int fallocate(int descriptor, int mode, off_t offset, off_t size) {
  if (fails('g', descriptor)) return -1;
  return static_cast<int>(syscall(SYS_fallocate, descriptor, mode, offset, size));
}
int ftruncate(int descriptor, off_t size) noexcept {
  if (fails('g', descriptor)) return -1;
  return static_cast<int>(syscall(SYS_ftruncate, descriptor, size));
}
int ftruncate64(int, off_t) noexcept __attribute__((alias("ftruncate")));

int fsync(int descriptor) {
  return fails('s', descriptor) ? -1 : static_cast<int>(syscall(SYS_fsync, descriptor));
}
int fdatasync(int descriptor) {
  return fails('s', descriptor) ? -1 : static_cast<int>(syscall(SYS_fdatasync, descriptor));
}

int rename(const char* from, const char* to) noexcept {
  static const auto next = next_of<int (*)(const char*, const char*)>("rename");
  return fails('r', to) ? -1 : next(from, to);
}

}  // extern "C"
