#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/ids.h"
#include "core/base/time_zone.h"
#include "proto/ack/publish_headers.h"
#include "proto/api/errors.h"
#include "proto/api/stream_config.h"

namespace leat {

// A publish, beside its headers and the stream's configuration.
struct PublishFacts {
  std::string_view subject{};
  std::size_t header_bytes = 0;
  std::size_t payload_bytes = 0;
  WallNs now = 0;                  // of the stream
  const TimeZone* zone = nullptr;  // of `Nats-Schedule-Time-Zone`; null also when it is unknown
};

// What a publish is that was not refused.
struct Admission {
  std::optional<WallNs> schedule_due{};  // it is a schedule, and is due then
};

// What is refused without a look at the stream's state, before the log, in the order in which a
// client sees it: sizes, counters, expected stream, TTL, malformed expectations, schedules, what is
// not built, and headers that only a server may set.
ApiResult<Admission> admit(const StreamConfig& config, const PublishHeaders& headers,
                           const PublishFacts& facts);

// The part of admit() that is about schedules.
ApiResult<Admission> admit_schedule(const StreamConfig& config, const PublishHeaders& headers,
                                    const PublishFacts& facts);

// Whether the stream takes messages of this size.
bool fits(const StreamConfig& config, const PublishFacts& facts);

// The header block as it is stored: without its parts that are not kept, and empty when nothing but
// the version line is left. In two pieces: what stands before the last such part lies in `room` if
// there is one, the rest in the block.
struct StoredHeaders {
  std::string_view headers{};
  std::string_view headers_rest{};
  std::size_t size() const { return headers.size() + headers_rest.size(); }
};
StoredHeaders stored_headers(std::string_view block, const PublishHeaders& headers,
                             std::string& room);

}  // namespace leat
