#include "proto/api/advisories.h"

#include <utility>

#include "core/base/duration.h"
#include "proto/json/json_writer.h"

namespace leat {

namespace {

constexpr std::string_view kTypePrefix = "io.nats.jetstream.advisory.v1.";
constexpr std::string_view kSubjectPrefix = "$JS.EVENT.ADVISORY.";

// One event under construction: an open object with the fields that all events begin with.
class Event {
 public:
  Event(const AdvisoryStamp& stamp, std::string_view type) : domain_(stamp.domain), json_(text_) {
    json_.begin_object()
        .field("type", std::string(kTypePrefix).append(type))
        .field("id", stamp.id)
        .field("timestamp", format_time(stamp.timestamp));
  }
  JsonWriter& json() { return json_; }
  // `tail` follows the common prefix of the subjects.
  Advisory finish(std::string_view tail) {
    json_.field_if_set("domain", domain_).end_object();
    return Advisory{std::string(kSubjectPrefix).append(tail), std::move(text_)};
  }

 private:
  std::string_view domain_;
  std::string text_;
  JsonWriter json_;
};

std::string_view action_word(AssetAction action) {
  switch (action) {
    case AssetAction::kCreate:
      return "create";
    case AssetAction::kDelete:
      return "delete";
    case AssetAction::kModify:
      return "modify";
  }
  return {};
}

std::string_view subject_word(AssetAction action) {
  switch (action) {
    case AssetAction::kCreate:
      return "CREATED";
    case AssetAction::kDelete:
      return "DELETED";
    case AssetAction::kModify:
      return "UPDATED";
  }
  return {};
}

std::string joined(std::string_view a, std::string_view b, std::string_view c) {
  std::string out(a);
  out.append(".").append(b);
  if (!c.empty()) out.append(".").append(c);
  return out;
}

}  // namespace

Advisory stream_action_advisory(const AdvisoryStamp& stamp, std::string_view stream,
                                AssetAction action) {
  Event event(stamp, "stream_action");
  event.json().field("stream", stream).field("action", action_word(action));
  return event.finish("STREAM." + joined(subject_word(action), stream, {}));
}

Advisory consumer_action_advisory(const AdvisoryStamp& stamp, std::string_view stream,
                                  std::string_view consumer, AssetAction action) {
  Event event(stamp, "consumer_action");
  event.json()
      .field("stream", stream)
      .field("consumer", consumer)
      .field("action", action_word(action));
  return event.finish("CONSUMER." + joined(subject_word(action), stream, consumer));
}

Advisory nak_advisory(const AdvisoryStamp& stamp, const DeliveryAdvisory& delivery) {
  Event event(stamp, "nak");
  event.json()
      .field("stream", delivery.stream)
      .field("consumer", delivery.consumer)
      .field("consumer_seq", delivery.consumer_seq.value)
      .field("stream_seq", delivery.stream_seq.value)
      .field("deliveries", delivery.deliveries);
  return event.finish("CONSUMER." + joined("MSG_NAKED", delivery.stream, delivery.consumer));
}

Advisory terminated_advisory(const AdvisoryStamp& stamp, const DeliveryAdvisory& delivery) {
  Event event(stamp, "terminated");
  event.json()
      .field("stream", delivery.stream)
      .field("consumer", delivery.consumer)
      .field("consumer_seq", delivery.consumer_seq.value)
      .field("stream_seq", delivery.stream_seq.value)
      .field("deliveries", delivery.deliveries);
  if (!delivery.reason.empty()) event.json().field("reason", delivery.reason);
  return event.finish("CONSUMER." + joined("MSG_TERMINATED", delivery.stream, delivery.consumer));
}

Advisory max_deliver_advisory(const AdvisoryStamp& stamp, const DeliveryAdvisory& delivery) {
  Event event(stamp, "max_deliver");
  event.json()
      .field("stream", delivery.stream)
      .field("consumer", delivery.consumer)
      .field("stream_seq", delivery.stream_seq.value)
      .field("deliveries", delivery.deliveries);
  return event.finish("CONSUMER." + joined("MAX_DELIVERIES", delivery.stream, delivery.consumer));
}

Advisory api_audit_advisory(const AdvisoryStamp& stamp, const ApiAudit& audit) {
  Event event(stamp, "api_audit");
  event.json().field("server", audit.server);
  event.json().key("client").begin_object().field("acc", audit.account).end_object();
  event.json().field("subject", audit.subject);
  if (!audit.request.empty()) event.json().field("request", audit.request);
  event.json().field("response", audit.response);
  return event.finish("API");
}

}  // namespace leat
