#include "proto/ack/ack_body.h"

#include <charconv>
#include <optional>

#include "core/base/duration.h"
#include "proto/json/json_space.h"

namespace leat {

namespace {

// The number behind `"delay":` of a small JSON object. The objects that clients send hold nothing
// else, so a scan suffices; anything unexpected counts as "no delay", which is a plain nak.
std::optional<DurationNs> json_delay(std::string_view text) {
  constexpr std::string_view kKey = "\"delay\"";
  std::size_t at = text.find(kKey);
  if (at == std::string_view::npos || text.back() != '}') return std::nullopt;
  at += kKey.size();
  while (at < text.size() && (is_json_space(text[at]) || text[at] == ':')) ++at;
  DurationNs delay = 0;
  const auto result = std::from_chars(text.data() + at, text.data() + text.size(), delay);
  if (result.ec != std::errc()) return std::nullopt;
  const std::string_view tail =
      without_json_space_around(text.substr(static_cast<std::size_t>(result.ptr - text.data())));
  if (tail.empty() || (tail.front() != ',' && tail.front() != '}')) return std::nullopt;
  return delay;
}

DurationNs nak_delay(std::string_view text) {
  if (text.empty()) return 0;
  DurationNs delay = 0;
  if (text.front() == '{') {
    delay = json_delay(text).value_or(0);
  } else if (const Result<DurationNs> parsed = parse_duration(text)) {
    delay = *parsed;
  }
  return delay > 0 ? delay : 0;
}

}  // namespace

AckBody parse_ack_body(std::string_view payload) {
  if (payload.empty() || payload == "+ACK" || payload == "+OK") return {.kind = AckKind::kAck};
  if (payload == "+WPI") return {.kind = AckKind::kProgress};
  const std::string_view word = payload.substr(0, 4);
  const std::string_view rest = without_json_space_around(payload.substr(word.size()));
  if (word == "-NAK") return {.kind = AckKind::kNak, .nak_delay = nak_delay(rest)};
  if (word == "+NXT") return {.kind = AckKind::kNext, .rest = rest};
  if (payload.starts_with("+TERM")) {
    return {.kind = AckKind::kTerm, .rest = without_json_space_around(payload.substr(5))};
  }
  return {};
}

}  // namespace leat
