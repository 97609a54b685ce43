#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/ids.h"

namespace leat {

enum class AckKind : std::uint8_t {
  kAck,       // empty, `+ACK`, `+OK`
  kNak,       // `-NAK`, with a delay when one was given
  kProgress,  // `+WPI`
  kNext,      // `+NXT`: ack, and a pull request in `rest`
  kTerm,      // `+TERM`, with a reason in `rest`
  kUnknown,   // anything else; ignored without an answer
};

// What a client says about a delivered message. The view points into the payload.
struct AckBody {
  AckKind kind = AckKind::kUnknown;
  DurationNs nak_delay = 0;  // 0: at once; a delay that cannot be read counts as none
  std::string_view rest{};   // trimmed: the pull request of kNext, the reason of kTerm
};

AckBody parse_ack_body(std::string_view payload);

}  // namespace leat
