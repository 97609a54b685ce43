#pragma once

#include <cstdint>
#include <string_view>

namespace leat {

// Why a connection ended, as closed connections are reported.
enum class CloseReason : std::uint8_t {
  kNone,
  kClientClosed,
  kAuthenticationTimeout,
  kAuthenticationViolation,
  kSlowConsumerPendingBytes,
  kSlowConsumerWriteDeadline,
  kWriteError,
  kReadError,
  kParseError,
  kStaleConnection,
  kProtocolViolation,
  kBadClientProtocolVersion,
  kMaxConnectionsExceeded,
  kMaxAccountConnectionsExceeded,
  kMaxPayloadExceeded,
  kMaxControlLineExceeded,
  kMaxSubscriptionsExceeded,
  kServerShutdown,
  kAuthenticationExpired,
  kCredentialsRevoked,
  kMissingAccount,
  kNoRespondersRequiresHeaders,
  kKicked,
};

// Whether nothing can be understood of what follows. It is not read then, and the connection is
// reset under it: a client that writes on and does not read finds out in no other way.
constexpr bool is_input_void(CloseReason reason) {
  return reason == CloseReason::kProtocolViolation || reason == CloseReason::kParseError ||
         reason == CloseReason::kMaxPayloadExceeded ||
         reason == CloseReason::kMaxControlLineExceeded;
}

// The words of the monitoring endpoint, such as "Slow Consumer (Pending Bytes)".
std::string_view close_reason_text(CloseReason reason);

}  // namespace leat
