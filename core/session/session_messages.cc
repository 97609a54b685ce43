// PUB and HPUB, SUB and UNSUB, deliveries: what a client may say, and what follows when it has.
#include <utility>

#include "core/base/log.h"
#include "core/base/quote.h"
#include "core/session/domain_mapping.h"
#include "core/session/session.h"
#include "core/session/session_log.h"
#include "core/subject/subject.h"
#include "proto/api/reserved_subjects.h"

namespace leat {

void Session::publish(const ClientOperation& operation, const ByteBuffer& buffer) {
  ++in_count_.messages;
  in_count_.bytes += operation.body.size();
  SessionCounts& counts = set_->running_counts();
  ++counts.in.messages;
  counts.in.bytes += operation.body.size();
  if (is_pedantic_ && !is_literal_subject(operation.subject)) error("Invalid Publish Subject");
  const std::string refusal = rules().publish_violation(operation, hosts().clock);
  if (!refusal.empty()) {
    error(refusal);
    return;
  }
  ok();
  std::string buffer_of_subject;
  const std::string_view subject = routed_subject(operation.subject, buffer_of_subject);
  const RoutedMessage message{
      .account = login_.account(),
      .subject = subject,
      .reply = operation.reply,
      .body = operation.body,
      .header_bytes = operation.header_bytes,
      .origin = {.shard = hosts().mailbox.self(),
                 .connection = cid_,
                 .echo = has_echo_,
                 .no_responders = has_no_responders_},
      .frame = buffer_of_subject.empty() ? buffer.share(operation.frame) : Bytes(),
  };
  const PublishOutcome outcome = hosts().router.publish(message);
  if (!outcome.taken && has_no_responders_ && !operation.reply.empty()) {
    send_no_responders(subject, operation.reply);
  }
  if (outcome.touched.empty()) return;
  barrier_.touch(outcome.touched);
  back_pressure_.forwarded(outcome.touched, operation.frame.size());
  send_due_token();
  settle_reading();
}

std::string_view Session::routed_subject(std::string_view subject, std::string& buffer) const {
  const std::string& domain = settings().server.domain;
  if (domain.empty() || !subject.starts_with("$JS.")) return subject;
  if (!hosts().router.answers_api(login_.account())) return subject;
  return without_domain(subject, domain, buffer);
}

void Session::send_no_responders(std::string_view subject, std::string_view reply) {
  if (is_closing() || !has_no_responders_) return;
  const Subscription* waiting = subscriptions_.find_waiting(reply);
  if (waiting == nullptr) return;
  write_no_responders(output_.queue().text(), reply, waiting->sid, subject);
  answered();
}

void Session::send_due_token() {
  const ShardSet shards = back_pressure_.take_due_token();
  if (shards.empty()) return;
  hosts().router.when_taken(shards, [self = ref()] {
    if (!self) return;
    const bool goes_on = self->back_pressure_.token_came_back();
    if (self->is_closing()) return;
    self->send_due_token();
    if (goes_on) self->process_input();
  });
}

void Session::subscribe(const ClientOperation& operation) {
  interest_changed(subscriptions_.remove_finished());
  const std::string refusal = rules().subscribe_violation(operation, subscriptions_.size());
  if (!refusal.empty()) {
    error(refusal);
    return;
  }
  // A second subscription with the same sid is ignored.
  if (!subscriptions_.contains(operation.sid)) {
    if (!is_valid_subject(operation.subject)) {
      error("Invalid Subject");
      return;
    }
    subscriptions_.add(
        login_.account(),
        {.sid = operation.sid, .subject = operation.subject, .queue = operation.queue});
    interest_changed(true);
  }
  ok();
}

void Session::interest_changed(bool has_changed) {
  if (has_changed) barrier_.touch(hosts().router.other_shards());
}

void Session::unsubscribe(const ClientOperation& operation) {
  interest_changed(subscriptions_.remove_finished());
  interest_changed(subscriptions_.remove(operation.sid, operation.deliveries_max));
  ok();
}

void Session::drop_forbidden_subscriptions() {
  interest_changed(subscriptions_.remove_finished());
  subscriptions_.for_each([&](SubscriptionTable::Slot slot, const Subscription& subscription) {
    const std::string refusal = rules().kept_violation(subscription.subject, subscription.queue);
    if (refusal.empty()) return;
    error(refusal + " (sid " + go_quote(subscription.sid) + ")");
    interest_changed(subscriptions_.remove(slot));
  });
}

bool Session::deliver(const RoutedMessage& message, SinkCookie cookie) {
  if (is_closing()) return false;
  const auto slot = static_cast<SubscriptionTable::Slot>(cookie);
  const Subscription& subscription = subscriptions_.at(slot);
  if (subscription.is_finished) return false;
  if (!message.origin.echo && message.origin.connection == cid_) return false;
  PermissionCheck* permissions = login_.permissions();
  if (login_.filters_deliveries() &&
      !permissions->may_receive(message.subject, subscription.queue)) {
    return false;
  }
  if (is_behind() && settings().fast_producer == SessionSettings::FastProducer::kDropped) {
    return false;
  }
  subscriptions_.note_delivery(slot);
  // To answer a request does not entitle to ask something of JetStream.
  if (permissions != nullptr && permissions->tracks_replies() && !message.reply.empty() &&
      !is_api_request(message.reply)) {
    permissions->note_reply(message.reply, now());
  }
  const std::size_t header_bytes = has_headers_ ? message.header_bytes : 0;
  const std::string_view body = has_headers_ ? message.body : message.payload();
  const DeliveryLine line{.subject = message.subject,
                          .sid = subscription.sid,
                          .reply = message.reply,
                          .header_bytes = header_bytes,
                          .body_bytes = body.size()};
  if (log_enabled(LogLevel::kTrace)) SessionTrace(*this, settings()).delivered(line, body);
  output_.queue().append_delivery(line, body, message.frame);
  ++out_count_.messages;
  out_count_.bytes += body.size();
  SessionCounts& counts = set_->running_counts();
  ++counts.out.messages;
  counts.out.bytes += body.size();
  output_grew(message.origin);
  return true;
}

bool Session::is_behind() const {
  return output_.pending_bytes() > settings().pending_bytes_max / 4 * 3;
}

void Session::output_grew(const Origin& origin) {
  set_->mark_dirty(cid_, is_dirty_);
  if (!is_behind()) [[likely]] {
    return;
  }
  if (output_.pending_bytes() > settings().pending_bytes_max) {
    LEAT_LOG(kInfo) << log_prefix() << "Slow Consumer Detected: MaxPending of "
                    << settings().pending_bytes_max << " Exceeded";
    ++set_->running_counts().slow_consumers_pending;
    close(CloseReason::kSlowConsumerPendingBytes);
    return;
  }
  // Never itself: whoever only reads what it published once it is read on would wait for ever.
  if (!origin.connection || origin.connection == cid_) return;
  if (back_pressure_.hold(origin, *set_)) ++set_->running_counts().stalled_publishers;
}

}  // namespace leat
