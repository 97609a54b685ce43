#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/bytes.h"

namespace leat {

// The first line of a delivery. With `header_bytes` it is HMSG, otherwise MSG.
struct DeliveryLine {
  std::string_view subject = {};
  std::string_view sid = {};
  std::string_view reply = {};   // empty: none
  std::size_t header_bytes = 0;  // length of the header block in the body
  std::size_t body_bytes = 0;    // header block and payload
};

// What a server says, appended to `out`. Nothing here allocates but `out` itself.

// MSG <subject> <sid> [reply] <size>\r\n  or  HMSG ... <header size> <size>\r\n
void write_delivery_line(ByteBuffer& out, const DeliveryLine& line);
// The line, the body and the CR LF behind it. `line.body_bytes` is taken from `body`.
void write_delivery(ByteBuffer& out, DeliveryLine line, std::string_view body);
// HMSG ... NATS/1.0 503 with the subject that nobody listens to.
void write_no_responders(ByteBuffer& out, std::string_view reply, std::string_view sid,
                         std::string_view subject);
void write_ok(ByteBuffer& out);
void write_ping(ByteBuffer& out);
void write_pong(ByteBuffer& out);
void write_error(ByteBuffer& out, std::string_view text);      // -ERR '<text>'\r\n
void write_info(ByteBuffer& out, std::string_view info_json);  // one blank before CR LF

}  // namespace leat
