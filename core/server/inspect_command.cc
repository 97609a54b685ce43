#include "core/server/inspect_command.h"

#include <unistd.h>

#include <iostream>

#include "core/runtime/directory_lock.h"
#include "core/runtime/posix_file.h"
#include "core/server/store_check.h"
#include "storage/journal/inspect.h"

namespace leat {

namespace {

constexpr int kHealthy = 0;
constexpr int kDamaged = 1;
constexpr int kNotChecked = 2;

constexpr char kUsage[] =
    "usage: leat-server inspect DIR               checks the store of a stopped server\n"
    "       leat-server inspect stream NAME DIR   the same, and lists the blocks of a stream\n"
    "       leat-server inspect journal DIR       prints every record of the journal in DIR\n"
    "DIR is store_dir. Exit status: 0 healthy, 1 damaged, 2 not checked.\n";

int told(const Result<bool>& outcome) {
  if (outcome) return *outcome ? kHealthy : kDamaged;
  std::cerr << "leat-server: " << outcome.error().text << "\n";
  return kNotChecked;
}

// What people call the store directory is the configured one, or the folder in it.
std::string store_directory(FileSystem& files, const std::string& directory) {
  const std::string inner = directory + "/jetstream";
  return files.exists(inner) ? inner : directory;
}

Result<bool> check(FileSystem& files, const std::string& directory, const std::string& stream) {
  if (!files.exists(directory + "/db") && !files.exists(directory + "/journal")) {
    return failure(ErrorKind::kNotFound, "there is no store in " + directory);
  }
  const auto lock = DirectoryLock::share(directory);
  if (!lock) {
    return failure(ErrorKind::kUnavailable,
                   lock.error().text + "; stop the server, or check a copy of the directory");
  }
  const bool is_terminal = ::isatty(STDERR_FILENO) != 0;
  CheckProgress progress(std::cerr,
                         is_terminal ? CheckProgress::Form::kInPlace : CheckProgress::Form::kLines);
  return StoreCheck({.files = files, .directory = directory, .stream = stream}, std::cout, progress)
      .run();
}

}  // namespace

int run_inspect(const std::vector<std::string>& words) {
  PosixFileSystem files;
  if (words.size() == 2 && words[0] == "journal") {
    std::string directory = store_directory(files, words[1]);
    if (files.exists(directory + "/journal")) directory += "/journal";
    return told(inspect_journal(files, directory, JournalDetail::kRecords, std::cout));
  }
  if (words.size() == 3 && words[0] == "stream") {
    return told(check(files, store_directory(files, words[2]), words[1]));
  }
  if (words.size() == 1 && !words[0].empty() && words[0][0] != '-') {
    return told(check(files, store_directory(files, words[0]), {}));
  }
  std::cerr << kUsage;
  return kNotChecked;
}

}  // namespace leat
