// What would be wrong: an acknowledgement, its subject or the headers of a publish are read beyond
// their end.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/check.h"
#include "proto/ack/ack_body.h"
#include "proto/ack/ack_subject.h"
#include "proto/ack/publish_headers.h"

namespace {

bool lies_in(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const leat::AckBody body = leat::parse_ack_body(input);
  LEAT_CHECK(lies_in(body.rest, input) && body.nak_delay >= 0);
  const leat::PublishHeaders headers = leat::scan_publish_headers(input);
  LEAT_CHECK(lies_in(headers.msg_id, input) && lies_in(headers.request_info_line, input) &&
             lies_in(headers.status_part, input));
  if (const auto ack = leat::parse_ack_subject(input)) {
    std::string room(input.size() + 200, '\0');
    const auto again = leat::parse_ack_subject(leat::format_ack_subject(*ack, room));
    LEAT_CHECK(again.has_value() && again->stream == ack->stream &&
               again->consumer == ack->consumer && again->stream_seq == ack->stream_seq &&
               again->timestamp == ack->timestamp && again->pending == ack->pending);
  }
  return 0;
}
