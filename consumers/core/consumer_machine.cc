#include "consumers/core/consumer_machine.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace leat {

void ConsumerMachine::start(ConsumerState& state, StartPosition position) {
  state.next_consumer_ = ConsumerSeq(1);
  state.next_stream_ = position.next_stream;
  state.floor_ = {.consumer_seq = ConsumerSeq(), .stream_seq = position.next_stream.previous()};
  state.latest_ = std::move(position.latest);
  state.latest_position_ = 0;
  state.latest_limit_ = position.latest_limit;
  state.num_pending_ = state.is_booked() ? position.num_pending : 0;
  state.is_dirty_ = true;
}

void ConsumerMachine::set_config(ConsumerState& state, ConsumerConfig config, WallNs stamp) {
  const ConsumerConfig old = std::exchange(state.config_, std::move(config));
  const ConsumerConfig& now = state.config_;
  state.is_dirty_ = true;
  if (now.filters() != old.filters()) {
    state.filters_ = FilterSet(now.filters());
    ++state.generation_;
  }
  const bool goes_elsewhere = now.deliver_subject != old.deliver_subject;
  if (goes_elsewhere) come_again_now(state, stamp);
  if (goes_elsewhere || now.ack_wait != old.ack_wait || now.backoff != old.backoff ||
      now.max_deliver != old.max_deliver) {
    if (state.lead_ != nullptr) state.lead_->rebuild_deadlines();
  }
}

// Whoever listens at the new subject has seen none of what is out: it comes now and in the order of
// the stream, also what a nak held back.
void ConsumerMachine::come_again_now(ConsumerState& state, WallNs stamp) {
  for (const PendingDelivery* pending = state.pending_.at_or_after(StreamSeq()); pending != nullptr;
       pending = state.pending_.at_or_after(pending->stream_seq.next())) {
    if (pending->phase == PendingDelivery::Phase::kNaked && pending->base <= stamp) continue;
    PendingDelivery delivery = *pending;
    delivery.phase = PendingDelivery::Phase::kNaked;
    delivery.base = stamp;
    state.pending_.update(delivery);
  }
}

EndedDelivery ConsumerMachine::removed(ConsumerState& state, StreamSeq sequence) {
  state.is_dirty_ = true;
  if (is_counted(state, sequence)) {
    if (state.is_booked()) {
      count_down(state);
    } else if (state.lead_ != nullptr) {
      state.lead_->removed();
    }
    return {};
  }
  state.given_up_.erase(sequence);
  const PendingDelivery* pending = state.pending_.find(sequence);
  if (pending == nullptr) return {};
  const PendingDelivery ended = *pending;
  settle(state, sequence, ended.consumer_seq);
  return {.was_pending = true, .delivery = ended};
}

void ConsumerMachine::purged_below(ConsumerState& state, StreamSeq first) {
  if (state.next_stream_ < first && state.latest_position_ == state.latest_.size()) {
    state.next_stream_ = first;
    if (state.lead_ != nullptr) state.lead_->state_moved();
  }
  if (first && state.floor_.stream_seq < first.previous()) {
    state.floor_.stream_seq = first.previous();
  }
  if (state.pending_.empty()) {
    state.floor_.consumer_seq = state.next_consumer_.previous();
    state.floor_.stream_seq = state.next_stream_.previous();
  }
  state.is_dirty_ = true;
}

void ConsumerMachine::purged_all(ConsumerState& state, StreamSeq next) {
  state.pending_.clear();
  state.given_up_.clear();
  state.redelivered_pending_ = 0;
  state.num_pending_ = 0;
  state.latest_.clear();
  state.latest_position_ = 0;
  if (state.lead_ != nullptr) state.lead_->purged_all();
  purged_below(state, next);
}

void ConsumerMachine::pass_latest(ConsumerState& state, StreamSeq sequence) {
  while (state.latest_position_ < state.latest_.size() &&
         state.latest_[state.latest_position_] <= sequence) {
    ++state.latest_position_;
  }
  if (state.latest_position_ == state.latest_.size()) {
    state.latest_.clear();
    state.latest_position_ = 0;
  }
}

BookOutcome ConsumerMachine::book(ConsumerState& state, BookView command,
                                  const BookContext& context) {
  if (!state.is_booked() || command.expected != state.next_consumer_ ||
      command.generation != state.generation_) {
    return {.is_refused = true};
  }
  const std::size_t gone_before = context.gone.size();
  BookItem item;
  while (command.items.next(item)) {
    const ConsumerSeq number = state.next_consumer_;
    ++state.next_consumer_;
    if (item.kind == BookItem::Kind::kFirst) {
      book_first(state, item.sequence, number, context);
    } else {
      book_again(state, item.sequence, number, context);
    }
  }
  state.next_stream_ = std::max(state.next_stream_, command.next_stream);
  state.delivered_at_ = context.stamp;
  state.is_dirty_ = true;
  return {.is_refused = false,
          .taken = command.items.count() - (context.gone.size() - gone_before)};
}

void ConsumerMachine::book_first(ConsumerState& state, StreamSeq sequence, ConsumerSeq number,
                                 const BookContext& context) {
  const bool is_there = state.is_undelivered(sequence) && context.stream.contains(sequence);
  if (sequence <= state.latest_limit_) pass_latest(state, sequence);
  if (!is_there) {
    context.gone.push_back({.consumer_seq = number, .stream_seq = sequence});
    return;
  }
  if (sequence > state.latest_limit_) state.next_stream_ = sequence.next();
  count_down(state);
  const PendingDelivery delivery{
      .stream_seq = sequence, .consumer_seq = number, .base = context.stamp, .deliveries = 1};
  state.pending_.append(delivery);
  delivery_changed(state, delivery);
}

void ConsumerMachine::book_again(ConsumerState& state, StreamSeq sequence, ConsumerSeq number,
                                 const BookContext& context) {
  const PendingDelivery* pending = state.pending_.find(sequence);
  if (pending == nullptr) {
    context.gone.push_back({.consumer_seq = number, .stream_seq = sequence});
    return;
  }
  PendingDelivery delivery = *pending;
  if (delivery.deliveries == 1) ++state.redelivered_pending_;
  ++delivery.deliveries;
  delivery.base = context.stamp;
  delivery.phase = PendingDelivery::Phase::kWaiting;
  state.pending_.update(delivery);
  delivery_changed(state, delivery);
}

bool ConsumerMachine::move_cursor(ConsumerState& state, const CursorCommand& command,
                                  WallNs stamp) {
  if (state.is_booked() || command.delivered < state.next_consumer_.previous() ||
      command.next_stream < state.next_stream_) {
    return false;
  }
  state.next_consumer_ = command.delivered.next();
  state.next_stream_ = command.next_stream;
  state.floor_ = {
      .consumer_seq = command.delivered, .stream_seq = command.next_stream.previous(), .at = stamp};
  state.delivered_at_ = stamp;
  pass_latest(state, command.next_stream.previous());
  if (state.lead_ != nullptr) state.lead_->state_moved();
  state.is_dirty_ = true;
  return true;
}

void ConsumerMachine::recount(ConsumerState& state, const StreamView& stream) {
  state.is_miscounted_ = false;
  if (state.is_booked()) {
    state.num_pending_ = state.count_undelivered(stream);
  } else if (state.lead_ != nullptr) {
    state.lead_->recount(stream);
  }
}

}  // namespace leat
