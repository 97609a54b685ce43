#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace leat {

// Why an expected failure happened, for code that reacts to it.
enum class ErrorKind {
  kInvalid,      // the input does not follow its grammar or its rules
  kNotFound,     // what was asked for does not exist
  kExists,       // it exists already
  kLimit,        // a bound of limits.h or of the configuration was reached
  kDenied,       // not permitted
  kCorruption,   // stored bytes do not mean what they should
  kIo,           // the operating system refused
  kNoSpace,      // the disk is full
  kUnavailable,  // cannot be done now; may be possible later
  kUnsupported,  // known, and not built
};

// An expected failure: its kind and one sentence without a final dot, fit for a log line.
struct Error {
  ErrorKind kind = ErrorKind::kInvalid;
  std::string text;
};

template <typename T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

using Status = Result<void>;

inline tl::unexpected<Error> failure(ErrorKind kind, std::string text) {
  return tl::unexpected<Error>(Error{kind, std::move(text)});
}

}  // namespace leat

// LEAT_TRY(expression): passes a failure on; the value, if there is one, is dropped.
// LEAT_TRY_ASSIGN(declaration, expression): passes a failure on, or declares the value.
#define LEAT_TRY(expression)                                     \
  do {                                                           \
    auto leat_try_result = (expression);                         \
    if (!leat_try_result) {                                      \
      return tl::unexpected(std::move(leat_try_result).error()); \
    }                                                            \
  } while (false)

#define LEAT_CONCAT_INNER(a, b) a##b
#define LEAT_CONCAT(a, b) LEAT_CONCAT_INNER(a, b)
#define LEAT_TRY_ASSIGN(declaration, expression) \
  LEAT_TRY_ASSIGN_INNER(LEAT_CONCAT(leat_try_, __LINE__), declaration, expression)
#define LEAT_TRY_ASSIGN_INNER(name, declaration, expression) \
  auto name = (expression);                                  \
  if (!name) {                                               \
    return tl::unexpected(std::move(name).error());          \
  }                                                          \
  declaration = std::move(*name)
