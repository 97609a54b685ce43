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

// The words of the monitoring endpoint, such as "Slow Consumer (Pending Bytes)".
std::string_view close_reason_text(CloseReason reason);

}  // namespace leat
