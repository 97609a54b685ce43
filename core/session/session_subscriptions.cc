// SUB, UNSUB and deliveries.
#include <algorithm>
#include <limits>
#include <utility>

#include "core/base/log.h"
#include "core/base/quote.h"
#include "core/session/session.h"
#include "core/session/session_log.h"
#include "core/subject/subject.h"
#include "proto/api/reserved_subjects.h"

namespace leat {

namespace {

constexpr std::string_view kSystemQueue = "_sys_";

std::string violation(std::string_view subject, std::string_view queue) {
  std::string text = "Permissions Violation for Subscription to " + go_quote(subject);
  if (!queue.empty()) text += " using queue " + go_quote(queue);
  return text;
}

}  // namespace

void Session::subscribe(const ClientOperation& operation) {
  remove_finished();
  if (!may_subscribe(operation)) return;
  // A second subscription with the same sid is ignored.
  if (subscriptions_.find(operation.sid) == nullptr) {
    if (!is_valid_subject(operation.subject)) {
      error("Invalid Subject");
      return;
    }
    Router& router = set_->hosts_.router;
    Subscription subscription;
    subscription.sid = operation.sid;
    subscription.subject = operation.subject;
    subscription.queue = operation.queue;
    const SubscriptionTable::Slot slot = subscriptions_.add(std::move(subscription));
    subscriptions_.at(slot).routed = router.subscribe({.account = account_,
                                                       .subject = operation.subject,
                                                       .queue = operation.queue,
                                                       .cookie = slot},
                                                      *this);
    touched_.add(router.other_shards());
    ++set_->counts_.subscriptions;
  }
  if (!is_verbose_) return;
  write_ok(answers());
  answered();
}

bool Session::may_subscribe(const ClientOperation& operation) {
  const std::string_view subject = operation.subject;
  const bool is_allowed =
      operation.queue != kSystemQueue &&
      (permissions_ == nullptr || permissions_->may_subscribe(subject, operation.queue));
  if (!is_allowed) {
    error(violation(subject, operation.queue));
    return false;
  }
  const std::int64_t tokens_max = settings().subscription_tokens_max;
  if (tokens_max > 0 && std::count(subject.begin(), subject.end(), '.') >= tokens_max) {
    error(violation(subject, {}) + ", too many tokens");
    return false;
  }
  if (subscriptions_.size() >= subscriptions_max()) {
    error("maximum subscriptions exceeded");
    return false;
  }
  return true;
}

std::size_t Session::subscriptions_max() const {
  std::int64_t maximum = settings().subscriptions_max;
  if (identity_ != nullptr && identity_->subscriptions_max >= 0) {
    maximum = identity_->subscriptions_max;
  }
  return maximum > 0 ? static_cast<std::size_t>(maximum) : std::numeric_limits<std::size_t>::max();
}

void Session::unsubscribe(const ClientOperation& operation) {
  remove_finished();
  if (Subscription* subscription = subscriptions_.find(operation.sid)) {
    const std::int64_t maximum = operation.deliveries_max;
    if (maximum > 0 && static_cast<std::uint64_t>(maximum) > subscription->messages) {
      subscription->deliveries_max = maximum;
    } else {
      remove_subscription(subscriptions_.slot_of(*subscription));
    }
  }
  if (!is_verbose_) return;
  write_ok(answers());
  answered();
}

void Session::remove_subscription(SubscriptionTable::Slot slot) {
  Router& router = set_->hosts_.router;
  router.unsubscribe(subscriptions_.at(slot).routed);
  touched_.add(router.other_shards());
  subscriptions_.remove(slot);
  --set_->counts_.subscriptions;
}

// Those whose last message has been delivered; they could not be removed from inside deliver().
void Session::remove_finished() {
  for (const SubscriptionTable::Slot slot : finished_) remove_subscription(slot);
  finished_.clear();
}

void Session::remove_all_subscriptions() {
  finished_.clear();
  subscriptions_.for_each(
      [&](SubscriptionTable::Slot slot, const Subscription&) { remove_subscription(slot); });
}

void Session::drop_forbidden_subscriptions() {
  if (permissions_ == nullptr) return;
  remove_finished();
  subscriptions_.for_each([&](SubscriptionTable::Slot slot, const Subscription& subscription) {
    if (permissions_->may_subscribe(subscription.subject, subscription.queue)) return;
    error(violation(subscription.subject, subscription.queue) + " (sid " +
          go_quote(subscription.sid) + ")");
    remove_subscription(slot);
  });
}

bool Session::deliver(const RoutedMessage& message, SinkCookie cookie) {
  if (is_closing()) return false;
  Subscription& subscription = subscriptions_.at(static_cast<SubscriptionTable::Slot>(cookie));
  if (subscription.is_finished) return false;
  if (!message.origin.echo && message.origin.connection == cid_) return false;
  if (filters_deliveries_ && !permissions_->may_receive(message.subject, subscription.queue)) {
    return false;
  }
  if (is_behind() && settings().fast_producer == SessionSettings::FastProducer::kDropped) {
    return false;
  }
  ++subscription.messages;
  if (subscription.deliveries_max > 0 &&
      subscription.messages >= static_cast<std::uint64_t>(subscription.deliveries_max)) {
    subscription.is_finished = true;
    finished_.push_back(static_cast<SubscriptionTable::Slot>(cookie));
  }
  // To answer a request does not entitle to ask something of JetStream.
  if (permissions_ != nullptr && permissions_->tracks_replies() && !message.reply.empty() &&
      !is_api_request(message.reply)) {
    permissions_->note_reply(message.reply, now());
  }
  const std::size_t header_bytes = has_headers_ ? message.header_bytes : 0;
  const std::string_view body = has_headers_ ? message.body : message.payload();
  const DeliveryLine line{.subject = message.subject,
                          .sid = subscription.sid,
                          .reply = message.reply,
                          .header_bytes = header_bytes,
                          .body_bytes = body.size()};
  if (log_enabled(LogLevel::kTrace)) SessionTrace(*this, settings()).delivered(line, body);
  out_.append_delivery(line, body, message.frame);
  ++out_count_.messages;
  out_count_.bytes += body.size();
  ++set_->counts_.out.messages;
  set_->counts_.out.bytes += body.size();
  output_grew(message.origin);
  return true;
}

}  // namespace leat
