#include "consumers/host/pull_endpoint.h"

#include <algorithm>
#include <utility>

#include "consumers/host/consumer.h"
#include "core/base/duration.h"
#include "streams/host/required_level.h"

namespace leat {
namespace {

// Of so many waiting pulls it is always looked whether somebody listens for them; of more at most
// once in this time for each, ten times what the look takes.
constexpr std::size_t kPullsPerLook = 1024;
constexpr DurationNs kPullLookNs = 4'000;

// The first field of a pull that is known and not built; empty when there is none.
std::string_view unbuilt_field(const PullRequest& request) {
  if (!request.group.empty()) return "group";
  if (request.min_pending != 0) return "min_pending";
  if (request.min_ack_pending != 0) return "min_ack_pending";
  if (!request.id.empty()) return "id";
  if (request.priority != 0) return "priority";
  return {};
}

PullStatus status_of(ConsumerEndpoint::End why) {
  switch (why) {
    case ConsumerEndpoint::End::kDeleted:
      return PullStatus::kConsumerDeleted;
    case ConsumerEndpoint::End::kShutdown:
      return PullStatus::kServerShutdown;
    case ConsumerEndpoint::End::kSteppedDown:
      break;
  }
  return PullStatus::kLeadershipChange;
}

}  // namespace

PullEndpoint::PullEndpoint(Consumer& consumer)
    : consumer_(consumer),
      queue_(static_cast<std::size_t>(std::max<std::int64_t>(1, consumer.config().max_waiting))),
      timer_(consumer.stream().context().scheduler) {}

PullEndpoint::Arrival PullEndpoint::arrival_of(const RoutedMessage& message,
                                               std::string_view body) {
  Arrival arrival;
  replies_.append(message.reply);
  arrival.reply = {.subject = replies_.take_all(), .shard = message.origin.shard};
  arrival.is_level_too_high = asks_for_higher_level(message.headers());
  Result<PullRequest> request = parse_pull_request(body);
  if (request) {
    arrival.request = std::move(*request);
  } else {
    arrival.refusal = std::move(request.error().text);
  }
  return arrival;
}

void PullEndpoint::arrived(const RoutedMessage& message, std::string_view body) {
  if (message.reply.empty()) return;
  arrivals_.push_back(arrival_of(message, body));
  consumer_.wake();
}

void PullEndpoint::hold(const RoutedMessage& message, std::string_view body) {
  if (message.reply.empty()) return;
  held_.push_back(arrival_of(message, body));
  consumer_.wake();
}

void PullEndpoint::release_held(std::size_t count) {
  for (; count > 0 && !held_.empty(); --count) arrivals_.push_back(held_.pop_front());
  consumer_.wake();
}

void PullEndpoint::admit_arrivals() {
  while (!arrivals_.empty()) admit(arrivals_.pop_front());
  send_notices();
  arm_timer();
}

void PullEndpoint::admit(Arrival arrival) {
  const std::string_view to = arrival.reply.subject.view();
  Delivery& delivery = consumer_.delivery();
  consumer_.touch();
  if (arrival.is_level_too_high) return delivery.send_status(to, 412, "Required Api Level");
  if (!arrival.refusal.empty()) {
    return delivery.send_status(to, 400, "Bad Request - " + arrival.refusal);
  }
  if (const std::string_view field = unbuilt_field(arrival.request); !field.empty()) {
    return delivery.send_status(
        to, 400, "Bad Request - " + std::string(field) + " is not supported by this server");
  }
  if (const std::string exceeded = limit_exceeded(arrival.request); !exceeded.empty()) {
    return delivery.send_status(to, 409, exceeded);
  }
  const std::uint64_t deliverable = arrival.request.no_wait ? consumer_.deliverable() : 0;
  if (queue_.is_crowded_for(arrival.request, deliverable)) drop_unheard();
  queue_.add(arrival.request,
             {.reply = std::move(arrival.reply),
              .now = consumer_.steady_now(),
              .deliverable = deliverable},
             notices_);
}

std::size_t PullEndpoint::waiting() {
  drop_unheard();
  return queue_.size();
}

void PullEndpoint::drop_unheard() {
  const SteadyNs now = consumer_.steady_now();
  if (queue_.empty() || now < next_look_) return;
  // A look at very many must not be what the shard does all the time.
  if (queue_.size() > kPullsPerLook) {
    next_look_ = now + static_cast<DurationNs>(queue_.size()) * kPullLookNs;
  }
  note_dropped(queue_.drop_unheard([this](const PullReply& reply) { return is_heard(reply); }));
}

bool PullEndpoint::is_heard(const PullReply& reply) const {
  const Stream& stream = consumer_.stream();
  return stream.context().router.has_interest(stream.account(), reply.subject.view(), {});
}

// When its client went is not known: the time of inactivity begins where it is noticed, so that who
// comes back within that time finds the consumer.
void PullEndpoint::note_dropped(std::size_t count) {
  if (count > 0) consumer_.touch();
}

std::string PullEndpoint::limit_exceeded(const PullRequest& request) const {
  const ConsumerConfig& config = consumer_.config();
  if (config.max_batch > 0 && request.batch > config.max_batch) {
    return "Exceeded MaxRequestBatch of " + std::to_string(config.max_batch);
  }
  if (config.max_expires > 0 && request.expires > config.max_expires) {
    return "Exceeded MaxRequestExpires of " + format_duration(config.max_expires);
  }
  if (config.max_bytes > 0 && request.max_bytes > config.max_bytes) {
    return "Exceeded MaxRequestMaxBytes of " + std::to_string(config.max_bytes);
  }
  return {};
}

std::string_view PullEndpoint::next(std::size_t message_bytes) {
  while (const PullReply* reply = queue_.next(message_bytes, consumer_.steady_now(), notices_)) {
    if (!queue_.interest_is_checked(turn_)) {
      if (!is_heard(*reply)) {
        queue_.drop_next();
        note_dropped(1);
        continue;
      }
      queue_.set_interest_checked(turn_);
    }
    return reply->subject.view();
  }
  send_notices();
  return {};
}

void PullEndpoint::sent(std::size_t message_bytes) {
  queue_.served(message_bytes, consumer_.steady_now(), notices_);
  if (!notices_.empty()) send_notices();
}

void PullEndpoint::end_of_stream() {
  queue_.end_of_stream(notices_);
  send_notices();
}

void PullEndpoint::end(End why) {
  const PullStatus status = status_of(why);
  for (; !held_.empty(); held_.pop_front()) arrivals_.push_back(std::move(held_.front()));
  for (; !arrivals_.empty(); arrivals_.pop_front()) {
    const PullRequest& request = arrivals_.front().request;
    notices_.push_back({.status = status,
                        .reply = arrivals_.front().reply,
                        .pending_messages = static_cast<std::uint64_t>(request.batch),
                        .pending_bytes = static_cast<std::uint64_t>(request.max_bytes)});
  }
  queue_.end_all(status, notices_);
  send_notices();
}

void PullEndpoint::send_notices() {
  for (const PullNotice& notice : notices_) {
    consumer_.delivery().send_notice(notice, consumer_.position());
    if (notice.status != PullStatus::kIdleHeartbeat) consumer_.touch();
  }
  notices_.clear();
}

void PullEndpoint::arm_timer() {
  const SteadyNs deadline = queue_.next_deadline();
  if (deadline == 0 || (timer_.is_armed() && timer_at_ <= deadline)) return;
  timer_at_ = deadline;
  timer_.arm(deadline, [this] { on_timer(); });
}

void PullEndpoint::on_timer() {
  const SteadyNs now = consumer_.steady_now();
  note_dropped(
      queue_.drop_unheard_due(now, [this](const PullReply& reply) { return is_heard(reply); }));
  queue_.advance_time(now, notices_);
  send_notices();
  arm_timer();
}

}  // namespace leat
