#pragma once

#include <sstream>
#include <string_view>

// LEAT_CHECK(condition) << "words and values";
//
// A broken invariant ends the process with the place, the condition and the words, in every build.
// Nothing that a client, a peer or a disk says may trip a check: those are Results.

namespace leat::internal {

// Gathers the words of one failed check and aborts when it is destroyed.
class CheckFailure {
 public:
  CheckFailure(const char* file, int line, const char* condition);
  CheckFailure(const CheckFailure&) = delete;
  CheckFailure& operator=(const CheckFailure&) = delete;
  [[noreturn]] ~CheckFailure();

  template <typename T>
  CheckFailure& operator<<(const T& value) {
    words_ << value;
    return *this;
  }

 private:
  std::ostringstream words_;
};

}  // namespace leat::internal

#define LEAT_CHECK(condition) \
  if (condition) [[likely]] { \
  } else /* NOLINT */         \
    ::leat::internal::CheckFailure(__FILE__, __LINE__, #condition)
