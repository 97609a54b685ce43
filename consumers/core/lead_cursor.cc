#include "consumers/core/lead_cursor.h"

#include <algorithm>

#include "consumers/core/consumer_state.h"
#include "core/base/check.h"

namespace leat {

namespace {

// Stale deadlines are tolerated up to twice the pending deliveries and this many.
constexpr std::size_t kDeadlinesKept = 64;

// The heap's top is what comes due first.
bool comes_later(const Deadline& a, const Deadline& b) {
  return a.due != b.due ? a.due > b.due : a.order > b.order;
}

}  // namespace

void LeadCursor::follow(const ConsumerState& state, const StreamView& stream) {
  if (state_ != &state) {
    unfollow();
    if (state.lead_ != nullptr) state.lead_->state_gone();
    state_ = &state;
    state.lead_ = this;
  }
  next_consumer_ = state.next_consumer_;
  next_stream_ = state.next_stream_;
  latest_position_ = state.latest_position_;
  rebuild_deadlines();
  if (!state.is_booked()) recount(stream);
}

void LeadCursor::unfollow() {
  if (state_ != nullptr) state_->lead_ = nullptr;
  state_ = nullptr;
}

bool LeadCursor::holds(const Deadline& deadline) const {
  const PendingDelivery* now = state_->pending_.find(deadline.sequence);
  return now != nullptr && state_->due(*now) == deadline.due;
}

Deadline LeadCursor::pop_deadline() {
  std::pop_heap(heap_.begin(), heap_.end(), comes_later);
  const Deadline first = heap_.back();
  heap_.pop_back();
  return first;
}

WallNs LeadCursor::next_deadline() {
  while (!heap_.empty() && !holds(heap_.front())) pop_deadline();
  return heap_.empty() ? 0 : heap_.front().due;
}

void LeadCursor::push(const Deadline& deadline) {
  heap_.push_back(deadline);
  std::push_heap(heap_.begin(), heap_.end(), comes_later);
}

void LeadCursor::delivery_changed(const PendingDelivery& delivery) {
  if (heap_.size() > kDeadlinesKept + 2 * state_->pending_.count()) {
    std::erase_if(heap_, [this](const Deadline& deadline) { return !holds(deadline); });
    std::make_heap(heap_.begin(), heap_.end(), comes_later);
  }
  push({.due = state_->due(delivery),
        .order = order_++,
        .sequence = delivery.stream_seq,
        .phase = delivery.phase});
}

void LeadCursor::rebuild_deadlines() {
  heap_.clear();
  order_ = 0;
  const PendingDeliveries& all = state_->pending_;
  for (const PendingDelivery* pending = all.at_or_after(StreamSeq()); pending != nullptr;
       pending = all.at_or_after(pending->stream_seq.next())) {
    heap_.push_back({.due = state_->due(*pending),
                     .order = order_++,
                     .sequence = pending->stream_seq,
                     .phase = pending->phase});
  }
  std::make_heap(heap_.begin(), heap_.end(), comes_later);
  ++rebuilt_;
}

bool LeadCursor::is_counted(StreamSeq sequence) const {
  return state_->is_among_latest(sequence, latest_position_)
      .value_or(sequence >= std::max(next_stream_, state_->next_stream_));
}

void LeadCursor::recount(const StreamView& stream) {
  num_pending_ = state_->count_from(
      stream, {.next_stream = next_stream_, .latest_position = latest_position_});
}

void LeadCursor::removed() {
  LEAT_CHECK(num_pending_ > 0) << "consumer " << state_->name();
  --num_pending_;
}

void LeadCursor::sent(StreamSeq sequence, StreamSeq next_stream, WallNs now) {
  next_consumer_ = std::max(next_consumer_, state_->next_consumer_).next();
  const std::vector<StreamSeq>& latest = state_->latest_;
  while (latest_position_ < latest.size() && latest[latest_position_] <= sequence) {
    ++latest_position_;
  }
  next_stream_ = next_stream;
  at_ = now;
  LEAT_CHECK(num_pending_ > 0) << "a message was sent that was not pending: " << sequence;
  --num_pending_;
}

void LeadCursor::state_moved() {
  next_consumer_ = std::max(next_consumer_, state_->next_consumer_);
  next_stream_ = std::max(next_stream_, state_->next_stream_);
  latest_position_ =
      state_->latest_.empty() ? 0 : std::max(latest_position_, state_->latest_position_);
}

void LeadCursor::purged_all() {
  heap_.clear();
  num_pending_ = 0;
  latest_position_ = 0;
}

}  // namespace leat
