#include "proto/ack/ack_body.h"

#include "core/base/duration.h"
#include "proto/json/json_schema.h"
#include "proto/json/json_space.h"

namespace leat {

namespace {

// The JSON that a NAK may carry, read as Go reads it: names in any case of letters, whole numbers.
struct NakOptions {
  DurationNs delay = 0;
};

const JsonSchema<NakOptions>& nak_schema() {
  static const auto kSchema =
      JsonSchema<NakOptions>("ConsumerNakOptions").duration("delay", &NakOptions::delay);
  return kSchema;
}

DurationNs nak_delay(std::string_view text) {
  if (text.empty()) return 0;
  DurationNs delay = 0;
  if (text.front() == '{') {
    NakOptions options;
    if (decode_json(text, nak_schema(), options)) delay = options.delay;
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
