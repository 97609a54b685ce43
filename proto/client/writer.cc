#include "proto/client/writer.h"

#include <charconv>
#include <cstring>

namespace leat {

namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::size_t kNumberBytes = 20;  // of any size_t
// Verb, blanks and both numbers of the longest line.
constexpr std::size_t kLineExtraBytes = 12 + 2 * kNumberBytes;

char* put(char* at, std::string_view text) {
  if (text.empty()) return at;  // its data may be null
  std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

char* put_number(char* at, std::size_t number) {
  return std::to_chars(at, at + kNumberBytes, number).ptr;
}

// Writes the line at `at`, where there is room for it, and returns its end.
char* put_delivery_line(char* at, const DeliveryLine& line) {
  at = put(at, line.header_bytes > 0 ? std::string_view("HMSG ") : std::string_view("MSG "));
  at = put(at, line.subject);
  *at++ = ' ';
  at = put(at, line.sid);
  *at++ = ' ';
  if (!line.reply.empty()) {
    at = put(at, line.reply);
    *at++ = ' ';
  }
  if (line.header_bytes > 0) {
    at = put_number(at, line.header_bytes);
    *at++ = ' ';
  }
  at = put_number(at, line.body_bytes);
  return put(at, kLineEnd);
}

std::size_t line_bytes_max(const DeliveryLine& line) {
  return line.subject.size() + line.sid.size() + line.reply.size() + kLineExtraBytes;
}

}  // namespace

void write_delivery_line(ByteBuffer& out, const DeliveryLine& line) {
  char* const begin = out.writable(line_bytes_max(line));
  out.commit(static_cast<std::size_t>(put_delivery_line(begin, line) - begin));
}

void write_delivery(ByteBuffer& out, DeliveryLine line, std::string_view body) {
  line.body_bytes = body.size();
  char* const begin = out.writable(line_bytes_max(line) + body.size() + kLineEnd.size());
  char* at = put_delivery_line(begin, line);
  at = put(at, body);
  at = put(at, kLineEnd);
  out.commit(static_cast<std::size_t>(at - begin));
}

void write_no_responders(ByteBuffer& out, std::string_view reply, std::string_view sid,
                         std::string_view subject) {
  constexpr std::string_view kBefore = "NATS/1.0 503\r\nNats-Subject: ";
  constexpr std::string_view kAfter = "\r\n\r\n";
  const std::size_t block_bytes = kBefore.size() + subject.size() + kAfter.size();
  write_delivery_line(out, {.subject = reply,
                            .sid = sid,
                            .reply = {},
                            .header_bytes = block_bytes,
                            .body_bytes = block_bytes});
  out.append(kBefore);
  out.append(subject);
  out.append(kAfter);
  out.append(kLineEnd);
}

void write_ok(ByteBuffer& out) { out.append("+OK\r\n"); }
void write_ping(ByteBuffer& out) { out.append("PING\r\n"); }
void write_pong(ByteBuffer& out) { out.append("PONG\r\n"); }

void write_error(ByteBuffer& out, std::string_view text) {
  out.append("-ERR '");
  out.append(text);
  out.append("'\r\n");
}

void write_info(ByteBuffer& out, std::string_view info_json) {
  out.append("INFO ");
  out.append(info_json);
  out.append(" \r\n");
}

}  // namespace leat
