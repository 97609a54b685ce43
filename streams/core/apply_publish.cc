#include <algorithm>
#include <limits>
#include <string>

#include "core/base/duration.h"
#include "core/subject/subject.h"
#include "streams/core/apply.h"

namespace leat {

namespace {

constexpr std::string_view kMaxMsgs = "maximum messages exceeded";
constexpr std::string_view kMaxBytes = "maximum bytes exceeded";
constexpr std::string_view kMaxMsgsPerSubject = "maximum messages per subject exceeded";
constexpr std::string_view kRollupNotPermitted = "rollup not permitted";

}  // namespace

// The order of the checks is part of the protocol: expected sequences, then the schedule that is to
// end, then duplicates, then the last message id, then rollup, then limits.
void Apply::publish(const PublishCommand& command, std::optional<WallNs> schedule_due) {
  // Admitted before the seal, and behind it in the log.
  if (state_.config.sealed) {
    refuse(ApiErrorCode::kStreamSealed, 0, {});
    return;
  }
  PublishHeaders headers;
  if (!command.headers.empty()) {
    headers = scan_publish_headers(command.headers);
    if (!check_expected(command, headers) || !check_scheduler(headers)) return;
    if (!headers.msg_id.empty() && state_.config.duplicate_window > 0) {
      const StreamSeq first = state_.dedup.find(headers.msg_id);
      if (first) {
        accept({.kind = PublishVerdict::Kind::kDuplicate, .sequence = first});
        return;
      }
    }
    if (!headers.expected_last_msg_id.empty() &&
        headers.expected_last_msg_id != state_.last_msg_id) {
      refuse(ApiErrorCode::kStreamWrongLastMsgID, 0, state_.last_msg_id);
      return;
    }
    if (!check_rollup(headers)) return;
  }
  const std::uint32_t size_bytes =
      state_.size_of(command.subject.size(), command.headers.size(), command.payload.size());
  if (state_.config.retention == Retention::kInterest && !has_interest(command.subject)) {
    skip(headers);
    accept({.kind = PublishVerdict::Kind::kStored, .sequence = state_.last_seq});
    roll_up(headers, command.subject, state_.last_seq.next());
    end_schedule(headers);
    return;
  }
  if (state_.config.discard == Discard::kNew && !check_discard_new(command, headers, size_bytes)) {
    return;
  }
  const std::uint32_t number = store(command, headers, size_bytes);
  const StreamSeq sequence = state_.last_seq;
  keep_schedule(headers, number, schedule_due);
  accept({.kind = PublishVerdict::Kind::kStored, .sequence = sequence});
  tell_consumers(sequence, number);
  if (state_.config.max_msgs_per_subject > 0) trim_subject(number);
  roll_up(headers, command.subject, sequence);
  end_schedule(headers);
}

bool Apply::check_expected(const PublishCommand& command, const PublishHeaders& headers) {
  const ExpectedSeq& of_subject = headers.expected_last_subject_seq;
  if (of_subject.is_set) {
    const std::string_view subject = headers.expected_last_subject_seq_subject.empty()
                                         ? command.subject
                                         : headers.expected_last_subject_seq_subject;
    StreamSeq last;
    if (has_wildcards(subject)) {
      last = state_.last_matching(FilterSet({std::string(subject)}));
    } else if (const std::uint32_t number = state_.subjects.find(subject);
               number != SubjectTable::kNone) {
      last = state_.subjects.last(number, state_.index);
    }
    if (!of_subject.is_valid || of_subject.value != last) {
      refuse(ApiErrorCode::kStreamWrongLastSequence, last.value, {});
      return false;
    }
  }
  const ExpectedSeq& of_stream = headers.expected_last_seq;
  if (of_stream.is_set && (!of_stream.is_valid || of_stream.value != state_.last_seq)) {
    refuse(ApiErrorCode::kStreamWrongLastSequence, state_.last_seq.value, {});
    return false;
  }
  return true;
}

bool Apply::check_rollup(const PublishHeaders& headers) {
  if (headers.rollup == Rollup::kNone) return true;
  if (!state_.config.allow_rollup_hdrs || state_.config.deny_purge) {
    refuse(ApiErrorCode::kStreamRollupFailed, 0, kRollupNotPermitted);
    return false;
  }
  if (headers.rollup == Rollup::kInvalid) {
    refuse(ApiErrorCode::kStreamRollupFailed, 0,
           "rollup value invalid: \"" + std::string(headers.rollup_text) + "\"");
    return false;
  }
  return true;
}

// A full subject replaces its oldest message even where new messages are discarded, unless the
// stream asks for the opposite; a rollup makes its own room.
bool Apply::check_discard_new(const PublishCommand& command, const PublishHeaders& headers,
                              std::uint32_t size_bytes) {
  const StreamConfig& config = state_.config;
  std::uint64_t replaced_bytes = 0;
  bool is_replacing = false;
  if (config.max_msgs_per_subject > 0) {
    const std::uint32_t number = state_.subjects.find(command.subject);
    if (number != SubjectTable::kNone &&
        state_.subjects.count_of(number) >=
            static_cast<std::uint64_t>(config.max_msgs_per_subject)) {
      if (config.discard_new_per_subject && headers.rollup == Rollup::kNone) {
        refuse(ApiErrorCode::kStreamStoreFailed, 0, kMaxMsgsPerSubject);
        return false;
      }
      is_replacing = true;
      const StreamSeq oldest = state_.subjects.first(number, state_.index);
      replaced_bytes = state_.index.find(oldest).size_bytes();
    }
  }
  if (config.max_msgs > 0 && !is_replacing &&
      state_.index.count() >= static_cast<std::uint64_t>(config.max_msgs)) {
    refuse(ApiErrorCode::kStreamStoreFailed, 0, kMaxMsgs);
    return false;
  }
  if (config.max_bytes > 0 &&
      state_.bytes + size_bytes > static_cast<std::uint64_t>(config.max_bytes) &&
      (!is_replacing || replaced_bytes <= size_bytes)) {
    refuse(ApiErrorCode::kStreamStoreFailed, 0, kMaxBytes);
    return false;
  }
  return true;
}

bool Apply::has_interest(std::string_view subject) const {
  return std::any_of(
      state_.consumer_list.begin(), state_.consumer_list.end(),
      [&](const ConsumerState* consumer) { return consumer->filters().matches(subject); });
}

// Nobody would ever take the message: its sequence is given out, and nothing is kept.
void Apply::skip(const PublishHeaders& headers) {
  ++state_.last_seq;
  state_.last_time = now_;
  remember_id(headers, state_.last_seq);
}

// Gives the number of its subject. What follows from it, the caller does.
std::uint32_t Apply::store(const PublishCommand& command, const PublishHeaders& headers,
                           std::uint32_t size_bytes) {
  const StreamSeq sequence = state_.last_seq.next();
  const std::uint32_t ttl_s = state_.ttl_of(headers.ttl);
  state_.last_seq = sequence;
  state_.last_time = now_;
  state_.bytes += size_bytes;
  IndexSlot& slot = state_.index.append(sequence);
  slot.set_time(now_);
  slot.size_and_never = size_bytes | (ttl_s == kTtlNever ? kOutlivesAge : 0);
  const std::uint32_t number = state_.subjects.add(state_.subjects.find(command.subject),
                                                   command.subject, sequence, state_.index);
  slot.subject = number;
  if (ttl_s != 0 && ttl_s != kTtlNever) state_.add_ttl(now_ + ttl_s * kSecondNs, sequence);
  remember_id(headers, sequence);
  out_->stored.push_back({.sequence = sequence,
                          .time = now_,
                          .subject = command.subject,
                          .headers = command.headers,
                          .payload = command.payload,
                          .size_bytes = size_bytes,
                          .ttl_s = ttl_s});
  return number;
}

void Apply::tell_consumers(StreamSeq sequence, std::uint32_t number) {
  if (state_.consumer_list.empty()) return;
  const SubjectRef subject = state_.subjects.ref(number);
  for (ConsumerState* consumer : state_.consumer_list) {
    if (!consumer->filters().matches(subject)) continue;
    if (ConsumerMachine::stored(*consumer, sequence)) wake(*consumer);
  }
}

void Apply::trim_subject(std::uint32_t number) {
  const auto max = static_cast<std::uint64_t>(state_.config.max_msgs_per_subject);
  while (state_.subjects.count_of(number) > max) {
    remove(state_.subjects.first(number, state_.index), RemovalReason::kLimits);
    spend(1);
  }
}

void Apply::roll_up(const PublishHeaders& headers, std::string_view subject, StreamSeq keep_from) {
  if (headers.rollup != Rollup::kSubject && headers.rollup != Rollup::kAll) return;
  ApplyWork work{.kind = ApplyWork::Kind::kPurge, .next = StreamSeq(1), .end = keep_from};
  if (headers.rollup == Rollup::kSubject) work.filters = FilterSet({std::string(subject)});
  work.left = std::numeric_limits<std::uint64_t>::max();
  works_.push_back(std::move(work));
}

void Apply::remember_id(const PublishHeaders& headers, StreamSeq sequence) {
  state_.last_msg_id = headers.msg_id;
  if (headers.msg_id.empty() || state_.config.duplicate_window <= 0) return;
  state_.dedup.add(headers.msg_id, sequence, now_);
  out_->message_ids.push_back({.sequence = sequence, .time = now_, .id = headers.msg_id});
}

// Texts that do not live for ever move into the effects.
void Apply::refuse(ApiErrorCode error, std::uint64_t number, std::string_view text) {
  PublishVerdict verdict{.kind = PublishVerdict::Kind::kRefused, .error = error, .number = number};
  if (!text.empty()) {
    out_->texts.emplace_back(text);
    verdict.text = out_->texts.back();
  }
  accept(verdict);
}

void Apply::accept(PublishVerdict verdict) {
  mix(verdict.sequence.value << 2 ^ static_cast<std::uint64_t>(verdict.kind) ^
      static_cast<std::uint64_t>(verdict.error) << 48);
  out_->verdicts.push_back(verdict);
}

}  // namespace leat
