#include "consumers/core/pull_queue.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/duration.h"

namespace leat {

PullNotice PullQueue::notice(PullStatus status, const Waiting& waiting) {
  return {.status = status,
          .reply = waiting.reply,
          .pending_messages = waiting.messages,
          .pending_bytes = waiting.bytes};
}

void PullQueue::note_deadline(const Waiting& waiting) {
  for (const SteadyNs deadline : {waiting.expires, waiting.next_heartbeat}) {
    if (deadline != 0 && (next_deadline_ == 0 || deadline < next_deadline_)) {
      next_deadline_ = deadline;
    }
  }
}

void PullQueue::add(const PullRequest& request, Arrival arrival, std::vector<PullNotice>& notices) {
  Waiting waiting;
  waiting.reply = std::move(arrival.reply);
  waiting.messages = static_cast<std::uint64_t>(std::max<std::int64_t>(request.batch, 1));
  waiting.has_bytes = request.max_bytes > 0;
  waiting.bytes = waiting.has_bytes ? static_cast<std::uint64_t>(request.max_bytes) : 0;
  waiting.is_no_wait = request.no_wait;
  if (request.expires > 0) waiting.expires = time_after(arrival.now, request.expires);
  if (request.idle_heartbeat > 0) {
    waiting.heartbeat = request.idle_heartbeat;
    waiting.next_heartbeat = time_after(arrival.now, request.idle_heartbeat);
  }
  if (waiting_.size() >= max_waiting_) advance_time(arrival.now, notices);
  if (const auto refusal = refusal_of(request, arrival.deliverable)) {
    if (*refusal == PullStatus::kExceededMaxWaiting && waiting.heartbeat != 0) return;
    notices.push_back(notice(*refusal, waiting));
    return;
  }
  note_deadline(waiting);
  waiting_.push_back(std::move(waiting));
}

std::optional<PullStatus> PullQueue::refusal_of(const PullRequest& request,
                                                std::uint64_t deliverable) const {
  // Whoever asks has no time left.
  if (request.expires < 0) return PullStatus::kRequestTimeout;
  if (request.no_wait) {
    if (deliverable == 0 && request.expires <= 0) return PullStatus::kNoMessages;
    std::uint64_t wanted = 0;
    for (std::size_t i = 0; i < waiting_.size(); ++i) wanted += waiting_[i].messages;
    if (deliverable > 0 && deliverable < wanted) return PullStatus::kRequestsPending;
  }
  if (waiting_.size() >= max_waiting_) return PullStatus::kExceededMaxWaiting;
  return {};
}

bool PullQueue::is_crowded_for(const PullRequest& request, std::uint64_t deliverable) const {
  const std::optional<PullStatus> refusal = refusal_of(request, deliverable);
  return refusal && *refusal != PullStatus::kNoMessages;
}

const PullReply* PullQueue::next(std::size_t message_bytes, SteadyNs now,
                                 std::vector<PullNotice>& notices) {
  while (!waiting_.empty()) {
    const Waiting& front = waiting_.front();
    if (front.is_expired(now)) {
      notices.push_back(notice(PullStatus::kRequestTimeout, front));
    } else if (front.has_bytes && message_bytes > front.bytes) {
      notices.push_back(notice(PullStatus::kMessageSizeExceedsMaxBytes, front));
    } else {
      return &front.reply;
    }
    waiting_.pop_front();
  }
  return nullptr;
}

void PullQueue::served(std::size_t message_bytes, SteadyNs now, std::vector<PullNotice>& notices) {
  LEAT_CHECK(!waiting_.empty());
  Waiting& front = waiting_.front();
  front.is_served = true;
  --front.messages;
  if (front.has_bytes) {
    LEAT_CHECK(message_bytes <= front.bytes);
    front.bytes -= message_bytes;
    if (front.bytes == 0) front.messages = 0;
  }
  if (front.heartbeat != 0) front.next_heartbeat = time_after(now, front.heartbeat);
  if (front.messages == 0) {
    if (front.bytes > 0) notices.push_back(notice(PullStatus::kBatchCompleted, front));
    waiting_.pop_front();
    return;
  }
  if (waiting_.size() > 1) waiting_.push_back(waiting_.pop_front());
}

void PullQueue::drop_next() { waiting_.pop_front(); }

std::size_t PullQueue::drop_unheard(const IsHeard& is_heard) {
  const std::size_t before = waiting_.size();
  waiting_.keep_if([&is_heard](const Waiting& waiting) { return is_heard(waiting.reply); });
  return before - waiting_.size();
}

std::size_t PullQueue::drop_unheard_due(SteadyNs now, const IsHeard& is_heard) {
  const std::size_t before = waiting_.size();
  waiting_.keep_if([now, &is_heard](const Waiting& waiting) {
    const bool is_due = waiting.is_expired(now) || waiting.is_beat_due(now);
    return !is_due || is_heard(waiting.reply);
  });
  return before - waiting_.size();
}

bool PullQueue::interest_is_checked(std::uint64_t turn) const {
  return waiting_.front().checked_turn == turn;
}

void PullQueue::set_interest_checked(std::uint64_t turn) { waiting_.front().checked_turn = turn; }

void PullQueue::end_of_stream(std::vector<PullNotice>& notices) {
  waiting_.keep_if([&notices](const Waiting& waiting) {
    if (!waiting.is_over()) return true;
    notices.push_back(notice(PullStatus::kNoMessages, waiting));
    return false;
  });
}

void PullQueue::advance_time(SteadyNs now, std::vector<PullNotice>& notices) {
  next_deadline_ = 0;
  waiting_.keep_if([this, now, &notices](Waiting& waiting) {
    if (waiting.is_expired(now)) {
      notices.push_back(notice(PullStatus::kRequestTimeout, waiting));
      return false;
    }
    if (waiting.is_beat_due(now) && waiting.is_over()) {
      notices.push_back(notice(PullStatus::kNoMessages, waiting));
      return false;
    }
    if (waiting.is_beat_due(now)) {
      notices.push_back(notice(PullStatus::kIdleHeartbeat, waiting));
      waiting.next_heartbeat = time_after(now, waiting.heartbeat);
    }
    note_deadline(waiting);
    return true;
  });
}

void PullQueue::end_all(PullStatus status, std::vector<PullNotice>& notices) {
  for (std::size_t i = 0; i < waiting_.size(); ++i) notices.push_back(notice(status, waiting_[i]));
  waiting_.clear();
  next_deadline_ = 0;
}

}  // namespace leat
