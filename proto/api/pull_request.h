#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/ids.h"
#include "core/base/result.h"

namespace leat {

// The body of a pull (CONSUMER.MSG.NEXT, or behind `+NXT`): nothing, a number, or an object.
struct PullRequest {
  std::int64_t batch = 1;
  DurationNs expires = 0;
  bool no_wait = false;
  std::int64_t max_bytes = 0;
  DurationNs idle_heartbeat = 0;

  // What only consumers with priority groups understand. The group and the priority mean nothing
  // elsewhere; the others are refused by parse_pull_request, as no such consumer is built.
  std::string group{};
  std::int64_t min_pending = 0;
  std::int64_t min_ack_pending = 0;
  std::string id{};
  std::int64_t priority = 0;
};

// The error's text belongs behind `400 Bad Request - `. A batch below 1 reads as 1. Only an object
// may allocate.
Result<PullRequest> parse_pull_request(std::string_view body);

}  // namespace leat
