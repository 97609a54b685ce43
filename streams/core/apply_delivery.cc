#include "streams/core/apply.h"

namespace leat {

void Apply::book(const BookView& command) {
  CommandReply answer{.kind = CommandKind::kBook, .is_refused = true};
  answer.consumer = command.consumer;
  ConsumerState* const consumer = state_.find_consumer(command.consumer);
  if (consumer != nullptr) {
    gone_.clear();
    const BookOutcome outcome =
        ConsumerMachine::book(*consumer, command, {.stream = state_, .stamp = now_, .gone = gone_});
    if (consumer->is_miscounted()) mend_counts();
    answer.is_refused = outcome.is_refused;
    answer.count = outcome.taken;
    for (const ConsumerMachine::GonePair& pair : gone_) {
      out_->gone.push_back({.consumer = command.consumer,
                            .consumer_seq = pair.consumer_seq,
                            .stream_seq = pair.stream_seq});
    }
    if (outcome.is_refused || !gone_.empty()) wake(*consumer);
    spend(static_cast<std::uint32_t>(command.items.count()));
  }
  reply(std::move(answer));
}

void Apply::acks(AcksView command) {
  ConsumerState* const consumer = state_.find_consumer(command.consumer);
  const bool is_freeing = state_.config.retention != Retention::kLimits;
  AckItem item;
  while (command.items.next(item)) {
    if (consumer == nullptr) {
      out_->acks.push_back({.is_answered = false});
      continue;
    }
    const AckOutcome outcome = ConsumerMachine::ack(*consumer, item, now_, acked_);
    out_->acks.push_back({.is_answered = outcome.is_answered});
    mix(item.stream_seq.value << 1 ^ (outcome.is_answered ? 1 : 0));
    if (outcome.is_naked) {
      tell(DeliveryEvent::Kind::kNak, *consumer, outcome.delivery, {});
    }
    if (outcome.is_terminated) {
      tell(DeliveryEvent::Kind::kTerminated, *consumer, outcome.delivery, item.reason);
    }
    if (!is_freeing) acked_.clear();
  }
  if (consumer == nullptr) return;
  wake(*consumer);
  spend(static_cast<std::uint32_t>(command.items.count()));
}

void Apply::cursor(const CursorCommand& command) {
  CommandReply answer{.kind = CommandKind::kCursor, .is_refused = true};
  answer.consumer = command.consumer;
  ConsumerState* const consumer = state_.find_consumer(command.consumer);
  if (consumer != nullptr) {
    const StreamSeq from = consumer->first_needed();
    answer.is_refused = !ConsumerMachine::move_cursor(*consumer, command, now_);
    if (!answer.is_refused && state_.config.retention == Retention::kInterest) {
      works_.push_back({.kind = ApplyWork::Kind::kDropUnwanted,
                        .next = from,
                        .end = std::min(command.next_stream, state_.last_seq.next())});
    }
  }
  reply(std::move(answer));
}

void Apply::give_up(GiveUpView command) {
  CommandReply answer{.kind = CommandKind::kGiveUp, .is_refused = true};
  answer.consumer = command.consumer;
  ConsumerState* const consumer = state_.find_consumer(command.consumer);
  if (consumer != nullptr) {
    answer.is_refused = false;
    StreamSeq sequence;
    while (command.sequences.next(sequence)) {
      const EndedDelivery ended = ConsumerMachine::give_up(*consumer, sequence);
      if (!ended.was_pending) continue;
      ++answer.count;
      tell(DeliveryEvent::Kind::kMaxDeliver, *consumer, ended.delivery, {});
    }
    wake(*consumer);
    spend(static_cast<std::uint32_t>(command.sequences.count()));
  }
  reply(std::move(answer));
}

void Apply::tell(DeliveryEvent::Kind kind, const ConsumerState& consumer,
                 const PendingDelivery& delivery, std::string_view reason) {
  out_->events.push_back({.kind = kind,
                          .consumer = consumer.id(),
                          .consumer_seq = delivery.consumer_seq,
                          .stream_seq = delivery.stream_seq,
                          .deliveries = delivery.deliveries,
                          .reason = reason});
}

}  // namespace leat
