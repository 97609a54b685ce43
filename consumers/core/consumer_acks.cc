#include <algorithm>

#include "consumers/core/consumer_machine.h"
#include "core/base/duration.h"

namespace leat {

// Takes a delivery out of everything that knows it. False when it was not pending.
bool ConsumerMachine::forget(ConsumerState& state, StreamSeq sequence) {
  const PendingDelivery* pending = state.pending_.find(sequence);
  if (pending == nullptr) return false;
  if (pending->deliveries > 1) --state.redelivered_pending_;
  state.pending_.erase(sequence);
  return true;
}

// With nothing pending the floor is at the last delivery. False: something is.
bool ConsumerMachine::move_floor_to_end(ConsumerState& state) {
  if (!state.pending_.empty()) return false;
  state.floor_.consumer_seq = state.next_consumer_.previous();
  state.floor_.stream_seq = state.next_stream_.previous();
  return true;
}

// Otherwise it goes over consumer sequences without a gap.
void ConsumerMachine::move_floor(ConsumerState& state, StreamSeq sequence,
                                 ConsumerSeq consumer_seq) {
  if (move_floor_to_end(state)) return;
  if (consumer_seq != state.floor_.consumer_seq.next()) return;
  state.floor_.consumer_seq = consumer_seq;
  state.floor_.stream_seq = sequence;
  const PendingDelivery* next = state.pending_.at_or_after(sequence.next());
  if (next == nullptr) return;
  state.floor_.consumer_seq = next->consumer_seq.previous();
  state.floor_.stream_seq = next->stream_seq.previous();
}

bool ConsumerMachine::settle(ConsumerState& state, StreamSeq sequence, ConsumerSeq consumer_seq) {
  const bool was_pending = forget(state, sequence);
  move_floor(state, sequence, consumer_seq);
  return was_pending;
}

void ConsumerMachine::ack_all(ConsumerState& state, const AckItem& item,
                              std::vector<StreamSeq>& acked) {
  if (item.stream_seq <= state.floor_.stream_seq) return;
  // The number of a redelivery is above those of messages that are still out: the floor is about
  // first deliveries.
  const PendingDelivery* asked = state.pending_.find(item.stream_seq);
  const ConsumerSeq number = asked != nullptr ? asked->consumer_seq : item.consumer_seq;
  for (const PendingDelivery* pending = state.pending_.at_or_after(StreamSeq());
       pending != nullptr && pending->stream_seq <= item.stream_seq;
       pending = state.pending_.at_or_after(acked.back())) {
    acked.push_back(pending->stream_seq);
    forget(state, pending->stream_seq);
  }
  while (!state.given_up_.empty() && state.given_up_.begin()->first <= item.stream_seq) {
    acked.push_back(state.given_up_.begin()->first);
    state.given_up_.erase(state.given_up_.begin());
  }
  raise_floor(state, item.stream_seq, number);
}

// Everything up to the sequence is acknowledged; `number` is of its delivery.
void ConsumerMachine::raise_floor(ConsumerState& state, StreamSeq sequence, ConsumerSeq number) {
  if (move_floor_to_end(state)) return;
  const PendingDelivery* next = state.pending_.at_or_after(StreamSeq());
  state.floor_.consumer_seq =
      std::max(state.floor_.consumer_seq, std::min(number, next->consumer_seq.previous()));
  state.floor_.stream_seq = sequence;
}

void ConsumerMachine::nak(ConsumerState& state, PendingDelivery delivery, const AckItem& item,
                          WallNs stamp) {
  // One that waits to come again anyway is not moved back by a second nak without a delay.
  if (delivery.phase == PendingDelivery::Phase::kNaked && item.delay <= 0 &&
      delivery.base <= stamp) {
    return;
  }
  delivery.phase = PendingDelivery::Phase::kNaked;
  delivery.base = time_after(stamp, std::max<DurationNs>(item.delay, 0));
  state.pending_.update(delivery);
  delivery_changed(state, delivery);
}

AckOutcome ConsumerMachine::ack(ConsumerState& state, const AckItem& item, WallNs stamp,
                                std::vector<StreamSeq>& acked) {
  const bool is_delivered = state.latest_limit_ < item.stream_seq
                                ? item.stream_seq < state.next_stream_
                                : !state.is_undelivered(item.stream_seq);
  if (!state.is_booked() || !is_delivered || !item.stream_seq) return {};
  AckOutcome outcome{.is_answered = true};
  const PendingDelivery* pending = state.pending_.find(item.stream_seq);
  if (pending != nullptr) outcome.delivery = *pending;
  switch (item.verb) {
    case AckVerb::kProgress:
      if (pending != nullptr) {
        PendingDelivery delivery = *pending;
        delivery.base = stamp;
        delivery.phase = PendingDelivery::Phase::kWaiting;
        state.pending_.update(delivery);
        delivery_changed(state, delivery);
      }
      return outcome;
    case AckVerb::kNak:
      outcome.is_naked = pending != nullptr;
      if (pending != nullptr) nak(state, *pending, item, stamp);
      return outcome;
    case AckVerb::kTerm:
      outcome.is_terminated = pending != nullptr;
      break;
    case AckVerb::kAck:
      break;
  }
  state.is_dirty_ = true;
  state.floor_.at = stamp;
  if (state.config_.ack_policy == AckPolicy::kAll && item.verb == AckVerb::kAck) {
    ack_all(state, item, acked);
    return outcome;
  }
  const ConsumerSeq first_number = pending != nullptr ? pending->consumer_seq : item.consumer_seq;
  const bool was_given_up = state.given_up_.erase(item.stream_seq) > 0;
  if (settle(state, item.stream_seq, first_number) || was_given_up) {
    acked.push_back(item.stream_seq);
  }
  return outcome;
}

EndedDelivery ConsumerMachine::give_up(ConsumerState& state, StreamSeq sequence) {
  const PendingDelivery* pending = state.pending_.find(sequence);
  if (pending == nullptr || !state.is_exhausted(pending->deliveries)) return {};
  const PendingDelivery ended = *pending;
  forget(state, sequence);
  state.given_up_.emplace(sequence, ended.deliveries);
  state.is_dirty_ = true;
  return {.was_pending = true, .delivery = ended};
}

}  // namespace leat
