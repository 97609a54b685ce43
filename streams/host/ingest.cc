#include "streams/host/ingest.h"

#include <algorithm>
#include <utility>

#include "proto/ack/publish_headers.h"
#include "proto/api/pub_ack.h"
#include "streams/core/scheduled_message.h"
#include "streams/host/stream.h"
#include "streams/host/stream_leader.h"

namespace leat {

Ingest::Ingest(StreamLeader& leader) : leader_(leader), stream_(leader.stream()), held_(stream_) {}

Ingest::~Ingest() { set_subjects({}); }

void Ingest::set_subjects(const std::vector<std::string>& subjects) {
  Router& router = stream_.context().router;
  std::erase_if(subscriptions_, [&](const Subscribed& old) {
    if (std::find(subjects.begin(), subjects.end(), old.subject) != subjects.end()) return false;
    router.unsubscribe(old.subscription);
    return true;
  });
  for (const std::string& subject : subjects) {
    const bool is_known = std::any_of(subscriptions_.begin(), subscriptions_.end(),
                                      [&](const Subscribed& s) { return s.subject == subject; });
    if (is_known) continue;
    const SubscribeRequest request{
        .account = stream_.account(), .subject = subject, .queue = {}, .cookie = 0};
    subscriptions_.push_back({subject, router.subscribe(request, *this)});
  }
}

bool Ingest::deliver(const RoutedMessage& message, SinkCookie) {
  if (stream_.is_read_only()) {
    refuse(message, stream_.read_only_error());
    return true;
  }
  if (stream_.is_overloaded()) {
    held_.hold(message.origin);
    if (stream_.is_flooded() && !message.reply.empty()) {
      refuse(message, api_error(ApiErrorCode::kStreamTooManyRequests),
             "NATS/1.0 429 Too Many Requests\r\n\r\n");
      return true;
    }
  }
  if (stream_.room() != DiskRoom::kEnough) {
    refuse(message, api_error(ApiErrorCode::kInsufficientResources));
    return true;
  }
  if (const std::optional<ApiErrorCode> bound = stream_.broken_bound(message)) {
    refuse(message, api_error(*bound));
    return true;
  }
  const std::string_view block = message.headers();
  const PublishHeaders headers = block.empty() ? PublishHeaders() : scan_publish_headers(block);
  std::string room;
  const StoredHeaders stored = stored_headers(block, headers, room);
  const ApiResult<Admission> admitted =
      admit(stream_.config(), headers, facts(message, headers, stored));
  if (!admitted) {
    refuse(message, admitted.error());
  } else if (admitted->schedule_due) {
    leader_.take_schedule(message, schedule_headers(block, headers), *admitted->schedule_due);
  } else {
    leader_.take_publish(message, stored);
  }
  return true;
}

PublishFacts Ingest::facts(const RoutedMessage& message, const PublishHeaders& headers,
                           const StoredHeaders& stored) const {
  PublishFacts facts{.subject = message.subject,
                     .header_bytes = stored.size(),
                     .payload_bytes = message.payload().size()};
  const ScheduleHeaders& schedule = headers.schedule;
  if (!schedule.pattern.empty()) facts.now = stream_.now();
  TimeZones* zones = stream_.context().zones;
  if (schedule.has_time_zone && zones != nullptr) facts.zone = zones->find(schedule.time_zone);
  return facts;
}

void Ingest::refuse(const RoutedMessage& message, const ApiError& error, std::string_view headers) {
  if (message.reply.empty() || stream_.config().no_ack) return;
  if (refusals_.empty()) {
    stream_.context().scheduler.at_turn_end(leader_.while_leading([this] { answer_refusals(); }));
  }
  refusals_.push_back({.to = {.account = message.account,
                              .shard = message.origin.shard,
                              .subject = Bytes::copy_of(message.reply)},
                       .headers = std::string(headers),
                       .body = pub_ack_error(stream_.name(), error)});
}

void Ingest::answer_refusals() {
  const std::vector<Refusal> refusals = std::exchange(refusals_, {});
  for (const Refusal& refusal : refusals) {
    stream_.context().router.answer(refusal.to, refusal.headers, refusal.body);
  }
}

}  // namespace leat
