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

// A code point of `text` and how many bytes it takes; size 0: not valid UTF-8.
struct CodePoint {
  char32_t value = 0;
  std::size_t size = 0;
};

CodePoint decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
  if (size == 0 || first > 0xF4 || text.size() < size) return {};
  char32_t value = first & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    value = (value << 6) | (byte(i) & 0x3FU);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < kSmallest[size] || value > 0x10FFFF || surrogate) return {};
  return {value, size};
}

// Close to Go's table of printable characters: controls, spaces other than U+0020, soft hyphen,
// invisible and private characters are not.
bool is_printable(char32_t c) {
  if (c < 0x20 || (c >= 0x7F && c <= 0xA0) || c == 0xAD) return false;
  if (c == 0x1680 || (c >= 0x2000 && c <= 0x200F) || (c >= 0x2028 && c <= 0x202F)) return false;
  if ((c >= 0x205F && c <= 0x206F) || c == 0x3000 || c == 0xFEFF) return false;
  return !(c >= 0xE000 && c <= 0xF8FF) && (c & 0xFFFE) != 0xFFFE && c < 0xE0000;
}

void append_hex(std::string& out, char32_t value, int digits) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) out += kDigits[(value >> shift) & 0xF];
}

void append_escaped(std::string& out, char32_t c) {
  constexpr std::string_view kNamed = "\a\b\t\n\v\f\r";  // 7 to 13
  constexpr std::string_view kNames = "abtnvfr";
  if (c >= 7 && c < 7 + kNamed.size()) {
    out += '\\';
    out += kNames[c - 7];
  } else if (c < 0x80) {
    out += "\\x";
    append_hex(out, c, 2);
  } else if (c < 0x10000) {
    out += "\\u";
    append_hex(out, c, 4);
  } else {
    out += "\\U";
    append_hex(out, c, 8);
  }
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

std::string go_quoted(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const CodePoint point = decode(text);
    if (point.size == 0) {
      out += "\\x";
      append_hex(out, static_cast<unsigned char>(text.front()), 2);
      text.remove_prefix(1);
      continue;
    }
    if (point.value == '"' || point.value == '\\') out += '\\';
    if (is_printable(point.value)) {
      out += text.substr(0, point.size);
    } else {
      append_escaped(out, point.value);
    }
    text.remove_prefix(point.size);
  }
  out += '"';
  return out;
}

}  // namespace leat
