#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/ids.h"

namespace leat {

// The events that a server publishes about streams and consumers, if somebody listens. Each is a
// subject and a JSON body; `id` is unique, made by the host.
struct Advisory {
  std::string subject;
  std::string body;
};

struct AdvisoryStamp {
  std::string_view id{};
  WallNs timestamp = 0;
  std::string_view domain{};  // of the server; empty: none
};

enum class AssetAction : std::uint8_t { kCreate, kDelete, kModify };

// What a nak, a termination or a last delivery is about.
struct DeliveryAdvisory {
  std::string_view stream{};
  std::string_view consumer{};
  ConsumerSeq consumer_seq{};
  StreamSeq stream_seq{};
  std::uint64_t deliveries = 0;
  std::string_view reason{};  // of a termination; may be empty
};

Advisory stream_action_advisory(const AdvisoryStamp& stamp, std::string_view stream,
                                AssetAction action);
Advisory consumer_action_advisory(const AdvisoryStamp& stamp, std::string_view stream,
                                  std::string_view consumer, AssetAction action);
Advisory nak_advisory(const AdvisoryStamp& stamp, const DeliveryAdvisory& delivery);
Advisory terminated_advisory(const AdvisoryStamp& stamp, const DeliveryAdvisory& delivery);
Advisory max_deliver_advisory(const AdvisoryStamp& stamp, const DeliveryAdvisory& delivery);

// One API request and its answer.
struct ApiAudit {
  std::string_view server{};
  std::string_view account{};
  std::string_view subject{};
  std::string_view request{};
  std::string_view response{};
};
inline constexpr std::string_view kApiAuditSubject = "$JS.EVENT.ADVISORY.API";
Advisory api_audit_advisory(const AdvisoryStamp& stamp, const ApiAudit& audit);

}  // namespace leat
