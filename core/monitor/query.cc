#include "core/monitor/query.h"

#include <charconv>
#include <optional>

#include "core/base/duration.h"
#include "core/base/go_bool.h"
#include "core/base/quote.h"

namespace leat {

namespace {

// How Go reads a number of some kind, as the error texts name it.
template <typename Number>
struct NumberKind {
  const char* type;
  const char* function;
  Number otherwise;
};

template <typename Number>
Result<Number> parsed_number(const HttpRequest& request, std::string_view name,
                             const NumberKind<Number>& kind) {
  const std::string_view text = request.parameter(name);
  if (text.empty()) return kind.otherwise;
  Number number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size()) return number;
  const bool too_big = parsed.ec == std::errc::result_out_of_range;
  return failure(ErrorKind::kInvalid, std::string("Error decoding ") + kind.type + " for '" +
                                          std::string(name) + "': strconv." + kind.function +
                                          ": parsing " + go_quote(text) + ": " +
                                          (too_big ? "value out of range" : "invalid syntax"));
}

}  // namespace

Result<bool> query_flag(const HttpRequest& request, std::string_view name) {
  const std::string_view text = request.parameter(name);
  if (text.empty()) return false;
  if (const std::optional<bool> flag = parse_go_bool(text)) return *flag;
  return failure(ErrorKind::kInvalid, "Error decoding boolean for '" + std::string(name) +
                                          "': strconv.ParseBool: parsing " + go_quote(text) +
                                          ": invalid syntax");
}

Result<std::int64_t> query_number(const HttpRequest& request, std::string_view name,
                                  std::int64_t otherwise) {
  return parsed_number(request, name, NumberKind<std::int64_t>{"int", "Atoi", otherwise});
}

Result<std::uint64_t> query_id(const HttpRequest& request, std::string_view name) {
  return parsed_number(request, name, NumberKind<std::uint64_t>{"uint64", "ParseUint", 0});
}

Result<PageQuery> query_page(const HttpRequest& request, std::int64_t limit_otherwise) {
  PageQuery page;
  LEAT_TRY_ASSIGN(page.offset, query_number(request, "offset", 0));
  LEAT_TRY_ASSIGN(page.limit, query_number(request, "limit", limit_otherwise));
  if (page.offset < 0) page.offset = 0;
  if (page.limit <= 0) page.limit = limit_otherwise;
  return page;
}

HttpResponse json_response(std::string body) {
  return HttpResponse{.status = 200, .content_type = "application/json", .body = std::move(body)};
}

HttpResponse bad_request(std::string text) {
  return HttpResponse{
      .status = 400, .content_type = "text/plain; charset=utf-8", .body = std::move(text)};
}

std::string uptime_text(DurationNs duration) {
  DurationNs seconds = duration < 0 ? 0 : duration / kSecondNs;
  const DurationNs units[] = {365 * 86400LL, 86400, 3600, 60, 1};
  const char letters[] = {'y', 'd', 'h', 'm', 's'};
  std::string out;
  for (int i = 0; i < 5; ++i) {
    const DurationNs count = seconds / units[i];
    seconds %= units[i];
    if (count != 0 || !out.empty() || letters[i] == 's') out += std::to_string(count) + letters[i];
  }
  return out;
}

}  // namespace leat
