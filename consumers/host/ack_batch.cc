#include "consumers/host/ack_batch.h"

namespace leat {
namespace {

AckVerb verb_of(AckKind kind) {
  switch (kind) {
    case AckKind::kNak:
      return AckVerb::kNak;
    case AckKind::kProgress:
      return AckVerb::kProgress;
    case AckKind::kTerm:
      return AckVerb::kTerm;
    case AckKind::kAck:
    case AckKind::kNext:
    case AckKind::kUnknown:
      break;
  }
  return AckVerb::kAck;
}

}  // namespace

std::string_view AckBatch::keep(std::string_view text) {
  if (text.empty()) return {};
  buffer_.append(text);
  texts_.push_back(buffer_.take_all());
  return texts_.back().view();
}

void AckBatch::add(const AckSubject& subject, const AckBody& body, const RoutedMessage& message) {
  items_.push_back({.verb = verb_of(body.kind),
                    .stream_seq = subject.stream_seq,
                    .consumer_seq = subject.consumer_seq,
                    .deliveries = subject.delivered,
                    .delay = body.nak_delay,
                    .reason = body.kind == AckKind::kTerm ? keep(body.rest) : std::string_view()});
  // The reply of a +NXT is where the next messages go; its ack has no answer.
  const bool is_answered = body.kind != AckKind::kNext;
  senders_.push_back({.account = message.account,
                      .shard = message.origin.shard,
                      .reply = is_answered ? keep(message.reply) : std::string_view()});
}

void AckBatch::add_unanswered(const AckItem& item) {
  items_.push_back(item);
  senders_.push_back({.account = {}, .shard = {}, .reply = {}});
}

void AckBatch::propose(Stream& stream, ConsumerId consumer) {
  if (items_.empty()) return;
  stream.propose(AcksCommand{.consumer = consumer, .items = items_}, senders_);
  items_.clear();
  senders_.clear();
  texts_.clear();
}

}  // namespace leat
