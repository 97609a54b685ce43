#include "core/server/inspect_command.h"

#include <iostream>

#include "core/runtime/posix_file.h"
#include "storage/journal/inspect.h"

namespace leat {

int run_inspect(const std::vector<std::string>& words) {
  if (words.size() != 2 || words[0] != "journal") {
    std::cerr << "usage: leat-server inspect journal DIRECTORY\n";
    return 1;
  }
  PosixFileSystem files;
  if (!files.exists(words[1])) {
    std::cerr << "leat-server: there is no directory " << words[1] << "\n";
    return 1;
  }
  const Status printed = inspect_journal(files, words[1], std::cout);
  if (printed) return 0;
  std::cerr << "leat-server: " << printed.error().text << "\n";
  return 1;
}

}  // namespace leat
