#include <limits>
#include <string>
#include <utility>

#include "streams/core/apply.h"

namespace leat {

// The leader has read the schedule and made its message; what stands by now decides.
void Apply::fire(const FireCommand& command) {
  CommandReply answer{.kind = CommandKind::kFire};
  if (state_.config.sealed || state_.schedules.due(command.schedule) != command.due) {
    answer.is_refused = true;
    reply(std::move(answer));
    return;
  }
  if (command.next == 0) {
    state_.schedules.erase(command.schedule);
  } else {
    state_.schedules.set(command.schedule, command.next);
  }
  const PublishCommand& publish = command.publish;
  if (publish.subject.empty()) {
    reply(std::move(answer));
    return;
  }
  answer.count = 1;
  reply(std::move(answer));
  const PublishHeaders headers = scan_publish_headers(publish.headers);
  if (state_.config.retention == Retention::kInterest && !has_interest(publish.subject)) {
    skip(headers);
  } else {
    const std::uint32_t number = store(
        publish, headers,
        state_.size_of(publish.subject.size(), publish.headers.size(), publish.payload.size()));
    tell_consumers(state_.last_seq, number);
    if (state_.config.max_msgs_per_subject > 0) trim_subject(number);
    roll_up(headers, publish.subject, state_.last_seq);
  }
  // What was the last time says so in its headers.
  end_schedule(headers);
}

// A message that ends a schedule names the subject of one, or of nothing.
bool Apply::check_scheduler(const PublishHeaders& headers) {
  if (headers.schedule.next != kScheduleNextPurge) return true;
  const std::uint32_t number = state_.subjects.find(headers.schedule.scheduler);
  if (number == SubjectTable::kNone) return true;
  const StreamSeq last = state_.subjects.last(number, state_.index);
  if (!last || state_.schedules.contains(last)) return true;
  refuse(ApiErrorCode::kMessageSchedulesSchedulerInvalid, 0, {});
  return false;
}

// After the store of a publish: it is a schedule, or takes the place of one on its subject, which
// stands first there since a schedule rolls its subject up.
void Apply::keep_schedule(const PublishHeaders& headers, std::uint32_t number,
                          std::optional<WallNs> due) {
  if (due) {
    state_.schedules.set(state_.last_seq, *due);
  } else if (!state_.schedules.empty() && headers.schedule.scheduler.empty()) {
    state_.schedules.erase(state_.subjects.first(number, state_.index));
  }
}

void Apply::end_schedule(const PublishHeaders& headers) {
  if (headers.schedule.next != kScheduleNextPurge || headers.schedule.scheduler.empty()) return;
  ApplyWork work{.kind = ApplyWork::Kind::kPurge,
                 .filters = FilterSet({std::string(headers.schedule.scheduler)}),
                 .next = StreamSeq(1),
                 .end = state_.last_seq.next()};
  work.left = std::numeric_limits<std::uint64_t>::max();
  works_.push_back(std::move(work));
}

}  // namespace leat
