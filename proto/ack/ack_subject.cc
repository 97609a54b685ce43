#include "proto/ack/ack_subject.h"

#include <charconv>
#include <cstring>

#include "core/base/check.h"

namespace leat {

namespace {

constexpr std::string_view kPrefix = "$JS.ACK.";
constexpr std::size_t kFirstFormTokens = 7;   // behind the prefix
constexpr std::size_t kSecondFormTokens = 9;  // or more

template <typename Number>
bool parse_number(std::string_view token, Number& out) {
  const char* end = token.data() + token.size();
  const auto result = std::from_chars(token.data(), end, out);
  return result.ec == std::errc() && result.ptr == end && !token.empty();
}

template <typename Number>
char* write_number(char* at, char* end, Number value) {
  const auto result = std::to_chars(at, end, value);
  LEAT_CHECK(result.ec == std::errc());
  return result.ptr;
}

}  // namespace

std::optional<AckSubject> parse_ack_subject(std::string_view subject) {
  if (!subject.starts_with(kPrefix)) return std::nullopt;
  std::string_view rest = subject.substr(kPrefix.size());
  std::string_view tokens[kSecondFormTokens];
  std::size_t count = 0;
  while (count < kSecondFormTokens) {
    const std::size_t dot = rest.find('.');
    tokens[count++] = rest.substr(0, dot);
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  if (count != kFirstFormTokens && count != kSecondFormTokens) return std::nullopt;
  const std::string_view* token = count == kFirstFormTokens ? tokens : tokens + 2;

  AckSubject ack;
  ack.stream = token[0];
  ack.consumer = token[1];
  if (ack.stream.empty() || ack.consumer.empty()) return std::nullopt;
  const bool ok = parse_number(token[2], ack.delivered) &&
                  parse_number(token[3], ack.stream_seq.value) &&
                  parse_number(token[4], ack.consumer_seq.value) &&
                  parse_number(token[5], ack.timestamp) && parse_number(token[6], ack.pending);
  if (!ok) return std::nullopt;
  return ack;
}

std::size_t format_ack_numbers(const AckSubject& ack, std::span<char, kAckNumbersBytes> out) {
  char* const end = out.data() + out.size();
  char* at = write_number(out.data(), end, ack.delivered);
  *at++ = '.';
  at = write_number(at, end, ack.stream_seq.value);
  *at++ = '.';
  at = write_number(at, end, ack.consumer_seq.value);
  *at++ = '.';
  at = write_number(at, end, ack.timestamp);
  *at++ = '.';
  at = write_number(at, end, ack.pending);
  return static_cast<std::size_t>(at - out.data());
}

std::string_view format_ack_subject(const AckSubject& ack, std::span<char> out) {
  const std::size_t names = kPrefix.size() + ack.stream.size() + 1 + ack.consumer.size() + 1;
  if (out.size() < names + kAckNumbersBytes) return {};
  char* at = out.data();
  const auto put = [&at](std::string_view text) {
    std::memcpy(at, text.data(), text.size());
    at += text.size();
  };
  put(kPrefix);
  put(ack.stream);
  put(".");
  put(ack.consumer);
  put(".");
  at += format_ack_numbers(ack, std::span<char, kAckNumbersBytes>(at, kAckNumbersBytes));
  return {out.data(), static_cast<std::size_t>(at - out.data())};
}

}  // namespace leat
