#pragma once

#include <cstddef>
#include <string_view>

#include "proto/ack/publish_headers.h"
#include "proto/api/errors.h"
#include "proto/api/stream_config.h"

namespace leat {

// What is refused without a look at the stream's state, before the log, in the order in which a
// client sees it: sizes, counters, expected stream, TTL, malformed expectations, schedules, what is
// not built, and headers that only a server may set.
struct PublishSizes {
  std::size_t headers = 0;
  std::size_t payload = 0;
};
ApiStatus admit(const StreamConfig& config, const PublishHeaders& headers, PublishSizes sizes);

// The header block as it is stored: without the line that is not kept, and empty when nothing but
// the version line is left.
struct StoredHeaders {
  std::string_view headers{};
  std::string_view headers_rest{};
};
StoredHeaders stored_headers(std::string_view block, const PublishHeaders& headers);

}  // namespace leat
