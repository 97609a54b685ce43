#include "proto/api/pull_request.h"

#include <charconv>

#include "proto/json/json_schema.h"
#include "proto/json/json_space.h"

namespace leat {

namespace {

const JsonSchema<PullRequest>& schema() {
  using R = PullRequest;
  static const auto kSchema = JsonSchema<R>("JSApiConsumerGetNextRequest")
                                  .duration("expires", &R::expires)
                                  .field("batch", &R::batch, "int")
                                  .field("max_bytes", &R::max_bytes, "int")
                                  .field("no_wait", &R::no_wait)
                                  .duration("idle_heartbeat", &R::idle_heartbeat)
                                  .field("group", &R::group)
                                  .field("min_pending", &R::min_pending)
                                  .field("min_ack_pending", &R::min_ack_pending)
                                  .field("id", &R::id)
                                  .field("priority", &R::priority, "int");
  return kSchema;
}

Status check_priority_fields(const PullRequest& request) {
  if (request.priority < 0 || request.priority > 9) {
    return failure(ErrorKind::kInvalid, "Priority must be between 0 and 9");
  }
  if (request.min_pending != 0 || request.min_ack_pending != 0) {
    return failure(ErrorKind::kInvalid, "Not a Overflow Priority consumer");
  }
  if (!request.id.empty()) {
    return failure(ErrorKind::kInvalid, "Not a Pinned Client Priority consumer");
  }
  return {};
}

}  // namespace

Result<PullRequest> parse_pull_request(std::string_view body) {
  const std::string_view text = without_json_space_around(body);
  PullRequest request;
  if (text.empty()) return request;
  if (text.front() == '{') {
    request.batch = 0;
    LEAT_TRY(decode_json(text, schema(), request));
    LEAT_TRY(check_priority_fields(request));
    if (request.idle_heartbeat > 0 && request.idle_heartbeat > request.expires / 2) {
      return failure(ErrorKind::kInvalid, "heartbeat value too large");
    }
  } else {
    // Anything that is no number asks for one message.
    std::int64_t batch = 0;
    const char* end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, batch);
    request.batch = result.ec == std::errc() && result.ptr == end ? batch : 1;
  }
  if (request.batch < 1) request.batch = 1;
  return request;
}

}  // namespace leat
