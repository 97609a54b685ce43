#include "consumers/core/select.h"

#include <algorithm>

#include "consumers/core/consumer_machine.h"
#include "core/base/check.h"
#include "core/base/limits.h"

namespace leat {

namespace {

// Deliveries that come due within this time of each other come again in the order of the stream.
constexpr DurationNs kDueTogetherNs = 10'000'000;

}  // namespace

Selector::Selector(const ConsumerState& state, const StreamView& stream)
    : state_(state), stream_(stream) {
  reset();
}

void Selector::reset() {
  // What the leader before, or this one, sent beyond the state's cursor comes again.
  lead_.follow(state_, stream_);
  cursor_taken_ = state_.next_consumer_;
  forget_chosen();
}

void Selector::choose_anew() {
  lead_.rebuild_deadlines();
  forget_chosen();
}

void Selector::forget_chosen() {
  next_consumer_ = state_.next_consumer_;
  next_stream_ = state_.next_stream_;
  next_stream_latest_ = StreamSeq();
  scanned_ = StreamSeq();
  generation_ = state_.generation_;
  in_flight_.clear();
  in_flight_again_.clear();
  first_in_flight_ = 0;
  accepted_.clear();
  follow_deadlines();
}

void Selector::forget_booked() {
  if (generation_ != state_.generation_) {
    // The filters changed: what was chosen by the old ones will be refused. What was sent of a
    // consumer that is not booked was sent: its cursor stays.
    choose_anew();
    return;
  }
  while (!in_flight_.empty() && in_flight_.front().consumer_seq < state_.next_consumer_) {
    const InFlight& booked = in_flight_.front();
    if (booked.is_redelivery) {
      in_flight_again_.erase(booked.stream_seq);
    } else {
      --first_in_flight_;
    }
    in_flight_.pop_front();
  }
}

// What was found due by deadlines of before is found again, if it still is.
void Selector::follow_deadlines() {
  if (deadlines_rebuilt_ == lead_.rebuilt()) return;
  deadlines_rebuilt_ = lead_.rebuilt();
  redeliveries_.clear();
  redeliveries_begin_ = 0;
  give_ups_.clear();
}

bool Selector::collect_due(WallNs now) {
  follow_deadlines();
  if (!lead_.has_due(now)) return false;
  const std::size_t queued_before = redeliveries_.size() + give_ups_.size();
  WallNs group_due = 0;
  std::size_t group_begin = redeliveries_.size();
  const auto close_group = [&] {
    std::sort(redeliveries_.begin() + static_cast<std::ptrdiff_t>(group_begin), redeliveries_.end(),
              [](const Redelivery& a, const Redelivery& b) { return a.sequence < b.sequence; });
    group_begin = redeliveries_.size();
  };
  while (lead_.has_due(now)) {
    const Deadline deadline = lead_.pop_deadline();
    const PendingDelivery* pending = state_.pending_.find(deadline.sequence);
    if (pending == nullptr || state_.due(*pending) != deadline.due) continue;
    if (state_.is_exhausted(pending->deliveries)) {
      give_ups_.push_back(deadline.sequence);
      continue;
    }
    const bool is_naked = deadline.phase == PendingDelivery::Phase::kNaked;
    if (is_naked || deadline.due - group_due > kDueTogetherNs) {
      close_group();
      group_due = deadline.due;
    }
    redeliveries_.push_back({.sequence = deadline.sequence, .due = deadline.due});
    // Naks come again in the order in which they were given.
    if (is_naked) group_begin = redeliveries_.size();
  }
  close_group();
  return redeliveries_.size() + give_ups_.size() > queued_before;
}

void Selector::pop_redelivery() {
  // What was popped goes when it is the larger part, so that popping costs nothing on the whole.
  if (2 * ++redeliveries_begin_ < redeliveries_.size()) return;
  redeliveries_.erase(redeliveries_.begin(),
                      redeliveries_.begin() + static_cast<std::ptrdiff_t>(redeliveries_begin_));
  redeliveries_begin_ = 0;
}

bool Selector::choose_redelivery(Selection& selection) {
  while (redeliveries_begin_ < redeliveries_.size()) {
    const Redelivery& next = redeliveries_[redeliveries_begin_];
    const PendingDelivery* pending = state_.pending_.find(next.sequence);
    if (pending == nullptr || state_.due(*pending) != next.due ||
        in_flight_again_.contains(next.sequence)) {
      pop_redelivery();
      continue;
    }
    selection.stream_seq = next.sequence;
    selection.deliveries = pending->deliveries + 1;
    selection.pending_after = num_pending();
    selection.next_stream = next_stream_;
    return true;
  }
  return false;
}

bool Selector::is_full() const {
  const std::int64_t max = state_.config_.max_ack_pending;
  return state_.is_booked() && max > 0 &&
         state_.pending_.count() + first_in_flight_ >= static_cast<std::uint64_t>(max);
}

std::size_t Selector::latest_position() const {
  if (!state_.is_booked()) return lead_.latest_position();
  // The list shrinks from its front as bookings are applied.
  const auto from = state_.latest_.begin() + static_cast<std::ptrdiff_t>(state_.latest_position_);
  return static_cast<std::size_t>(
      std::lower_bound(from, state_.latest_.end(), next_stream_latest_) - state_.latest_.begin());
}

SelectResult Selector::choose_latest() {
  std::size_t position = latest_position();
  for (; position < state_.latest_.size(); ++position) {
    const StreamSeq sequence = state_.latest_[position];
    if (!stream_.contains(sequence)) continue;
    const bool is_last = position + 1 == state_.latest_.size();
    SelectResult result{.outcome = SelectOutcome::kMessage};
    result.selection.stream_seq = sequence;
    result.selection.next_stream = is_last ? state_.latest_limit_.next() : sequence.next();
    return result;
  }
  return {};
}

SelectResult Selector::choose_new() {
  if (latest_position() < state_.latest_.size()) {
    const SelectResult latest = choose_latest();
    if (latest.outcome == SelectOutcome::kMessage) return latest;
  }
  const StreamSeq from = std::max({state_.is_booked() ? next_stream_ : lead_.next_stream(),
                                   state_.next_stream_, state_.latest_limit_.next()});
  const StreamSeq scan_from = std::max(from, scanned_);
  const ScanResult found = stream_.scan(state_.filters_, scan_from, limits::kMessagesPerSelect);
  if (!found.sequence) {
    // Nothing that lies behind ever matches again: the next choice looks on from here.
    scanned_ = found.next;
    return {.outcome = found.is_end ? SelectOutcome::kNothing : SelectOutcome::kMore};
  }
  SelectResult result{.outcome = SelectOutcome::kMessage};
  result.selection.stream_seq = found.sequence;
  result.selection.next_stream = found.sequence.next();
  return result;
}

StreamSeq Selector::following(StreamSeq from) const {
  if (from <= state_.latest_limit_) {
    const auto latest = std::lower_bound(state_.latest_.begin(), state_.latest_.end(), from);
    if (latest != state_.latest_.end()) return *latest;
  }
  from = std::max(from, state_.latest_limit_.next());
  return stream_.scan(state_.filters_, from, limits::kMessagesPerLookAhead).sequence;
}

SelectResult Selector::choose(WallNs now) {
  forget_booked();
  collect_due(now);
  SelectResult result;
  if (choose_redelivery(result.selection)) {
    result.outcome = SelectOutcome::kMessage;
  } else {
    if (is_full()) return {.outcome = SelectOutcome::kFull};
    result = choose_new();
    if (result.outcome != SelectOutcome::kMessage) return result;
    result.selection.deliveries = 1;
    const std::uint64_t left = num_pending();
    result.selection.pending_after = left > 0 ? left - 1 : 0;
  }
  result.selection.consumer_seq =
      state_.is_booked() ? next_consumer_ : std::max(lead_.next_consumer(), state_.next_consumer_);
  return result;
}

void Selector::accept(const Selection& selection, WallNs now) {
  if (!state_.is_booked()) {
    lead_.sent(selection.stream_seq, selection.next_stream, now);
    return;
  }
  LEAT_CHECK(selection.consumer_seq == next_consumer_) << selection.consumer_seq;
  const bool is_redelivery = selection.deliveries > 1;
  if (accepted_.empty()) accepted_from_ = next_consumer_;
  accepted_.push_back(
      {.sequence = selection.stream_seq,
       .kind = is_redelivery ? BookItem::Kind::kRedelivery : BookItem::Kind::kFirst});
  in_flight_.push_back({.consumer_seq = next_consumer_,
                        .stream_seq = selection.stream_seq,
                        .is_redelivery = is_redelivery});
  ++next_consumer_;
  if (is_redelivery) {
    in_flight_again_.insert(selection.stream_seq);
    const bool is_next = redeliveries_begin_ < redeliveries_.size() &&
                         redeliveries_[redeliveries_begin_].sequence == selection.stream_seq;
    if (is_next) pop_redelivery();
    return;
  }
  ++first_in_flight_;
  next_stream_ = selection.next_stream;
  next_stream_latest_ = selection.stream_seq.next();
}

bool Selector::take_booking(BookCommand& command) {
  if (accepted_.empty()) return false;
  booking_.swap(accepted_);
  accepted_.clear();
  command = {.consumer = state_.id(),
             .generation = generation_,
             .expected = accepted_from_,
             .next_stream = next_stream_,
             .items = booking_};
  return true;
}

bool Selector::take_give_up(GiveUpCommand& command) {
  if (give_ups_.empty()) return false;
  giving_up_.swap(give_ups_);
  give_ups_.clear();
  command = {.consumer = state_.id(), .sequences = giving_up_};
  return true;
}

bool Selector::take_cursor(CursorCommand& command) {
  if (state_.is_booked() || cursor_taken_ == lead_.next_consumer()) return false;
  cursor_taken_ = lead_.next_consumer();
  command = {.consumer = state_.id(),
             .delivered = lead_.next_consumer().previous(),
             .next_stream = lead_.next_stream()};
  return true;
}

std::uint64_t Selector::num_pending() const {
  if (!state_.is_booked()) return lead_.num_pending();
  const std::uint64_t pending = state_.num_pending_;
  return pending > first_in_flight_ ? pending - first_in_flight_ : 0;
}

}  // namespace leat
