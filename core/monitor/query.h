#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/net/http_handler.h"

namespace leat {

// Parameters of a query; absent is false or `otherwise`. The error texts are those of NATS and
// stand alone in a 400 answer.
Result<bool> query_flag(const HttpRequest& request, std::string_view name);
Result<std::int64_t> query_number(const HttpRequest& request, std::string_view name,
                                  std::int64_t otherwise);
Result<std::uint64_t> query_id(const HttpRequest& request, std::string_view name);

// A part of a list, as `offset` and `limit` ask for it; neither is negative.
struct PageQuery {
  std::int64_t offset = 0;
  std::int64_t limit = 0;

  template <typename Item>
  std::span<Item> of(std::span<Item> all) const {
    const std::size_t first = std::min(all.size(), static_cast<std::size_t>(offset));
    return all.subspan(first, std::min(all.size() - first, static_cast<std::size_t>(limit)));
  }
};
Result<PageQuery> query_page(const HttpRequest& request, std::int64_t limit_otherwise);

HttpResponse json_response(std::string body);
HttpResponse bad_request(std::string text);
// "1d2h3m4s", as uptimes are shown.
std::string uptime_text(DurationNs duration);

}  // namespace leat
