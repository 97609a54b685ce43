#include "core/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace leat::internal {

CheckFailure::CheckFailure(const char* file, int line, const char* condition) {
  words_ << file << ":" << line << ": check failed: " << condition << " ";
}

CheckFailure::~CheckFailure() {
  const std::string words = words_.str();
  std::fwrite(words.data(), 1, words.size(), stderr);
  std::fputc('\n', stderr);
  std::abort();
}

}  // namespace leat::internal
