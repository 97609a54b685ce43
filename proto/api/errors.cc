#include "proto/api/errors.h"

#include <algorithm>
#include <array>
#include <utility>

namespace leat {

namespace {

struct ErrorRow {
  ApiErrorCode code;
  int http_code;
  std::string_view text;
};

constexpr std::array kErrorRows = {
#define LEAT_API_ERROR(name, err_code, http_code, text) \
  ErrorRow{ApiErrorCode::name, http_code, std::string_view(text)},
#include "proto/api/errors.inc"
#undef LEAT_API_ERROR
};

// The codes are contiguous, so the table is its own index.
constexpr bool rows_are_contiguous() {
  for (std::size_t i = 0; i < kErrorRows.size(); ++i) {
    if (static_cast<std::size_t>(kErrorRows[i].code) !=
        static_cast<std::size_t>(kErrorRows[0].code) + i) {
      return false;
    }
  }
  return true;
}
static_assert(rows_are_contiguous());

const ErrorRow* find_row(ApiErrorCode code) {
  const auto first = static_cast<std::size_t>(kErrorRows.front().code);
  const auto wanted = static_cast<std::size_t>(code);
  if (wanted < first || wanted >= first + kErrorRows.size()) return nullptr;
  return &kErrorRows[wanted - first];
}

std::string filled(std::string_view text, std::initializer_list<std::string_view> values) {
  std::string out;
  for (std::string_view value : values) {
    const std::size_t open = text.find('{');
    const std::size_t close = text.find('}', open);
    if (open == std::string_view::npos || close == std::string_view::npos) break;
    out.append(text.substr(0, open)).append(value);
    text.remove_prefix(close + 1);
  }
  return out.append(text);
}

}  // namespace

int http_code(ApiErrorCode code) {
  const ErrorRow* row = find_row(code);
  return row == nullptr ? 0 : row->http_code;
}

std::string_view description_template(ApiErrorCode code) {
  const ErrorRow* row = find_row(code);
  return row == nullptr ? std::string_view() : row->text;
}

ApiError api_error(ApiErrorCode code, std::initializer_list<std::string_view> values) {
  return ApiError{http_code(code), code, filled(description_template(code), values)};
}

tl::unexpected<ApiError> api_failure(ApiErrorCode code,
                                     std::initializer_list<std::string_view> values) {
  return tl::unexpected<ApiError>(api_error(code, values));
}

}  // namespace leat
