#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace leat {

// The `err_code` of an error of the JetStream API. The values go into records; clients know them.
enum class ApiErrorCode : std::uint16_t {
  kNone = 0,
#define LEAT_API_ERROR(name, err_code, http_code, text) name = err_code,
#include "proto/api/errors.inc"
#undef LEAT_API_ERROR
};

// An error as a client sees it.
struct ApiError {
  int http_code = 0;
  ApiErrorCode err_code = ApiErrorCode::kNone;
  std::string description;

  friend bool operator==(const ApiError&, const ApiError&) = default;
};

// The error of a code, with the placeholders of its text filled in their order. A placeholder
// without a value stays as it is.
ApiError api_error(ApiErrorCode code, std::initializer_list<std::string_view> values = {});
tl::unexpected<ApiError> api_failure(ApiErrorCode code,
                                     std::initializer_list<std::string_view> values = {});

// The parts of the table, without a copy.
int http_code(ApiErrorCode code);
std::string_view description_template(ApiErrorCode code);

// Success with a value, or what the client is told instead.
template <typename T>
class [[nodiscard]] ApiResult : public tl::expected<T, ApiError> {
 public:
  using tl::expected<T, ApiError>::expected;
};
using ApiStatus = ApiResult<void>;

}  // namespace leat
