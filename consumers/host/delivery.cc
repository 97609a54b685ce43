#include "consumers/host/delivery.h"

#include <span>

#include "core/base/check.h"

namespace leat {
namespace {

struct StatusText {
  int status = 0;
  std::string_view text;
  bool has_pending = false;
};

StatusText text_of(PullStatus status) {
  switch (status) {
    case PullStatus::kIdleHeartbeat:
      return {100, "Idle Heartbeat"};
    case PullStatus::kNoMessages:
      return {404, "No Messages"};
    case PullStatus::kRequestsPending:
      return {408, "Requests Pending"};
    case PullStatus::kRequestTimeout:
      return {408, "Request Timeout", true};
    case PullStatus::kExceededMaxWaiting:
      return {409, "Exceeded MaxWaiting"};
    case PullStatus::kMessageSizeExceedsMaxBytes:
      return {409, "Message Size Exceeds MaxBytes", true};
    case PullStatus::kBatchCompleted:
      return {409, "Batch Completed", true};
    case PullStatus::kConsumerDeleted:
      return {409, "Consumer Deleted"};
    case PullStatus::kServerShutdown:
      return {409, "Server Shutdown", true};
    case PullStatus::kLeadershipChange:
      return {409, "Leadership Change"};
  }
  LEAT_CHECK(false) << "no such status";
  return {};
}

}  // namespace

Delivery::Delivery(Outbox& outbox, const Address& address, Content content)
    : outbox_(outbox), account_(address.account), content_(content) {
  ack_subject_.append("$JS.ACK.").append(address.stream).append(".");
  ack_subject_.append(address.consumer).append(".");
  ack_prefix_bytes_ = ack_subject_.size();
}

std::size_t Delivery::prepare(const MessageView& message, const AckSubject& ack) {
  ack_subject_.resize(ack_prefix_bytes_ + kAckNumbersBytes);
  const std::span<char, kAckNumbersBytes> numbers(ack_subject_.data() + ack_prefix_bytes_,
                                                  kAckNumbersBytes);
  ack_subject_.resize(ack_prefix_bytes_ + format_ack_numbers(ack, numbers));
  prepared_number_ = ack.consumer_seq;
  prepared_ = {};
  prepared_.account = account_;
  prepared_.subject = message.subject;
  prepared_.reply = ack_subject_;
  if (content_ == Content::kWhole) {
    prepared_.body = message.body;
    prepared_.header_bytes = static_cast<std::uint32_t>(message.headers.size());
  } else {
    if (message.headers.empty()) {
      headers_.start();
    } else {
      headers_.start_from(message.headers);
    }
    prepared_.body = headers_.add("Nats-Msg-Size", message.payload().size()).finish();
    prepared_.header_bytes = static_cast<std::uint32_t>(prepared_.body.size());
  }
  return prepared_.subject.size() + prepared_.reply.size() + prepared_.body.size();
}

void Delivery::send(std::string_view to) {
  prepared_.deliver_to = to;
  outbox_.deliver(prepared_, prepared_number_);
}

void Delivery::send_notice(const PullNotice& notice, const DeliveredPosition& position) {
  const std::string_view to = notice.reply.subject.view();
  if (notice.status == PullStatus::kIdleHeartbeat) {
    send_heartbeat(to, position, {});
    return;
  }
  const StatusText text = text_of(notice.status);
  headers_.start(text.status, text.text);
  if (text.has_pending) {
    headers_.add("Nats-Pending-Messages", notice.pending_messages);
    headers_.add("Nats-Pending-Bytes", notice.pending_bytes);
  }
  send_block(to, {}, headers_.finish());
}

void Delivery::send_heartbeat(std::string_view to, const DeliveredPosition& position,
                              std::string_view stalled) {
  const StatusText text = text_of(PullStatus::kIdleHeartbeat);
  headers_.start(text.status, text.text);
  headers_.add("Nats-Last-Consumer", position.consumer_seq.value);
  headers_.add("Nats-Last-Stream", position.stream_seq.value);
  if (!stalled.empty()) headers_.add("Nats-Consumer-Stalled", stalled);
  send_block(to, {}, headers_.finish());
}

void Delivery::send_flow_control(std::string_view to, std::string_view reply) {
  send_block(to, reply, headers_.start(100, "FlowControl Request").finish());
}

void Delivery::send_status(std::string_view to, int status, std::string_view text) {
  send_block(to, {}, headers_.start(status, text).finish());
}

void Delivery::send_block(std::string_view to, std::string_view reply, std::string_view block) {
  RoutedMessage message;
  message.account = account_;
  message.subject = to;
  message.reply = reply;
  message.body = block;
  message.header_bytes = static_cast<std::uint32_t>(block.size());
  outbox_.send(message);
}

}  // namespace leat
