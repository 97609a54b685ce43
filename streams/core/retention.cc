#include <algorithm>

#include "core/base/limits.h"
#include "streams/core/apply.h"

namespace leat {

namespace {
// Places that a walk looks at for the price of one message that it touches.
constexpr std::uint32_t kPlacesPerMessage = 16;
// What a delivery that ends with its message tells its consumer.
constexpr std::string_view kMessageDeleted = "Unacknowledged message was deleted";
}  // namespace

// Finishes what the last command left to be done; false when the budget ended before.
bool Apply::settle() {
  if (!acked_.empty() && !remove_acked()) return false;
  while (!works_.empty()) {
    if (!go_on(works_.front())) return false;
    finish(works_.front());
    works_.pop_front();
  }
  return keep_limits();
}

// An ack frees its message in a work queue at once, and by interest when nobody else needs it.
bool Apply::remove_acked() {
  while (acked_next_ < acked_.size()) {
    const StreamSeq sequence = acked_[acked_next_++];
    const SlotRef slot = state_.index.find(sequence);
    if (!slot) continue;
    if (state_.config.retention == Retention::kInterest && is_needed(sequence, slot.subject())) {
      continue;
    }
    if (budget_ == 0) {
      --acked_next_;
      return false;
    }
    spend(1);
    remove(sequence, RemovalReason::kConsumed);
  }
  acked_.clear();
  acked_next_ = 0;
  return true;
}

bool Apply::is_needed(StreamSeq sequence, std::uint32_t subject) const {
  const SubjectRef ref = state_.subjects.ref(subject);
  return std::any_of(state_.consumer_list.begin(), state_.consumer_list.end(),
                     [&](const ConsumerState* consumer) {
                       return consumer->filters().matches(ref) && consumer->needs(sequence);
                     });
}

bool Apply::go_on(ApplyWork& work) {
  switch (work.kind) {
    case ApplyWork::Kind::kPurge:
      return go_on_purge(work);
    case ApplyWork::Kind::kDropUnwanted:
      return go_on_drop_unwanted(work);
    case ApplyWork::Kind::kTrimSubjects:
      return go_on_trim(work);
  }
  return true;
}

bool Apply::go_on_purge(ApplyWork& work) {
  while (work.left > 0) {
    if (budget_ == 0) return false;
    const ScanResult found = state_.scan(work.filters, work.next, kPlacesPerMessage);
    spend(1);
    if (found.is_end) return true;
    if (!found.sequence) {
      work.next = found.next;
      if (work.next >= work.end) return true;
      continue;
    }
    if (found.sequence >= work.end) return true;
    work.next = found.sequence.next();
    // A purge by subject tells the consumers of each message, one of everything does not.
    is_silent_ = work.filters.is_everything();
    remove(found.sequence, RemovalReason::kPurge);
    is_silent_ = false;
    ++work.removed;
    --work.left;
  }
  return true;
}

bool Apply::go_on_drop_unwanted(ApplyWork& work) {
  while (work.next < work.end) {
    if (budget_ == 0) return false;
    const StreamSeq sequence = state_.index.at_or_after(work.next);
    if (!sequence || sequence >= work.end) return true;
    work.next = sequence.next();
    spend(1);
    if (is_needed(sequence, state_.index.find(sequence).subject())) continue;
    remove(sequence, RemovalReason::kNoInterest);
    ++work.removed;
  }
  return true;
}

bool Apply::go_on_trim(ApplyWork& work) {
  const std::int64_t max = state_.config.max_msgs_per_subject;
  while (max > 0) {
    if (budget_ == 0) return false;
    const StreamSeq sequence = state_.index.at_or_after(work.next);
    if (!sequence) return true;
    work.next = sequence.next();
    spend(1);
    const std::uint32_t subject = state_.index.find(sequence).subject();
    if (state_.subjects.count_of(subject) <= static_cast<std::uint64_t>(max)) continue;
    remove(sequence, RemovalReason::kLimits);
    ++work.removed;
  }
  return true;
}

void Apply::finish(ApplyWork& work) {
  if (work.kind == ApplyWork::Kind::kPurge && work.filters.is_everything()) {
    for (ConsumerState* consumer : state_.consumer_list) {
      ConsumerMachine::purged_below(*consumer, state_.first_sequence());
    }
  }
  if (!work.reply) return;
  work.reply->count = work.removed;
  reply(std::move(*work.reply));
}

// Oldest first, until the stream is within its limits. A stream that discards new messages loses no
// old one: it is above its limits only when they were lowered, and refuses publishes until there is
// room again.
bool Apply::keep_limits() {
  if (state_.config.discard == Discard::kNew) return true;
  const auto is_above = [this] {
    const StreamConfig& config = state_.config;
    return (config.max_msgs > 0 &&
            state_.index.count() > static_cast<std::uint64_t>(config.max_msgs)) ||
           (config.max_bytes > 0 && state_.bytes > static_cast<std::uint64_t>(config.max_bytes));
  };
  while (!state_.index.empty() && is_above()) {
    if (budget_ == 0) return false;
    remove(state_.index.first(), RemovalReason::kLimits);
    spend(1);
  }
  return true;
}

void Apply::remove(StreamSeq sequence, RemovalReason reason) {
  const SlotRef slot = state_.index.find(sequence);
  const std::uint32_t number = slot.subject();
  state_.bytes -= slot.size_bytes();
  if (sequence != state_.index.first()) {
    state_.page_book().dirty_removed_pages.insert(removed_page_of(sequence));
  }
  state_.index.erase(sequence);
  state_.schedules.erase(sequence);
  const SubjectRef subject = state_.subjects.ref(number);
  bool has_miscounted = false;
  for (ConsumerState* consumer : state_.consumer_list) {
    if (!consumer->filters().matches(subject) && !consumer->is_out(sequence)) continue;
    const EndedDelivery ended = ConsumerMachine::removed(*consumer, sequence);
    has_miscounted |= consumer->is_miscounted();
    if (!ended.was_pending) continue;
    wake(*consumer);
    if (!is_silent_) {
      tell(DeliveryEvent::Kind::kTerminated, *consumer, ended.delivery, kMessageDeleted);
    }
  }
  state_.subjects.remove(number, sequence);
  if (has_miscounted) mend_counts();
  note_removal(sequence, reason);
}

void Apply::mend_counts() {
  for (ConsumerState* consumer : state_.consumer_list) {
    if (consumer->is_miscounted()) ConsumerMachine::recount(*consumer, state_);
  }
}

void Apply::note_removal(StreamSeq sequence, RemovalReason reason) {
  mix(sequence.value << 3 ^ static_cast<std::uint64_t>(reason));
  if (!out_->removals.empty()) {
    RemovalEffect& last = out_->removals.back();
    if (last.reason == reason && last.last.next() == sequence) {
      last.last = sequence;
      return;
    }
  }
  out_->removals.push_back({.first = sequence, .last = sequence, .reason = reason});
}

}  // namespace leat
