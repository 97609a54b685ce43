#include <algorithm>

#include "core/subject/subject.h"
#include "streams/core/admit.h"
#include "streams/core/schedule_expression.h"

namespace leat {

namespace {

using Code = ApiErrorCode;

bool collides_with_stream(const StreamConfig& config, std::string_view subject) {
  return std::any_of(config.subjects.begin(), config.subjects.end(),
                     [subject](const std::string& own) { return subjects_collide(own, subject); });
}

Code refused_subjects(const StreamConfig& config, const ScheduleHeaders& schedule,
                      std::string_view subject) {
  const std::string_view target = schedule.target;
  const std::string_view source = schedule.source;
  if (!is_literal_subject(target) || target == subject) return Code::kMessageSchedulesTargetInvalid;
  if (!source.empty() && (source == target || source == subject || !is_literal_subject(source))) {
    return Code::kMessageSchedulesSourceInvalid;
  }
  if (!collides_with_stream(config, target)) return Code::kMessageSchedulesTargetInvalid;
  if (!source.empty() && !collides_with_stream(config, source)) {
    return Code::kMessageSchedulesSourceInvalid;
  }
  return Code::kNone;
}

// Of a message whose expression is good.
Code refused_schedule(const StreamConfig& config, const PublishHeaders& headers,
                      std::string_view subject) {
  const ScheduleHeaders& schedule = headers.schedule;
  if (!schedule.ttl.empty() && parse_message_ttl(schedule.ttl).kind == MessageTtl::Kind::kInvalid) {
    return Code::kMessageSchedulesTTLInvalid;
  }
  if (!schedule.rollup.empty() && schedule.rollup != "sub") {
    return Code::kMessageSchedulesRollupInvalid;
  }
  if (!schedule.ttl.empty() && !config.allow_msg_ttl) return Code::kMessageTTLDisabled;
  const Code subjects = refused_subjects(config, schedule, subject);
  if (subjects != Code::kNone) return subjects;
  const bool is_subject_rolled_up =
      headers.rollup == Rollup::kNone || headers.rollup == Rollup::kSubject;
  return is_subject_rolled_up ? Code::kNone : Code::kMessageSchedulesRollupInvalid;
}

// A client may end a schedule with a message elsewhere, and say nothing else in a schedule's name.
Code refused_scheduler(const StreamConfig& config, const ScheduleHeaders& schedule,
                       std::string_view subject) {
  if (schedule.next.empty()) {
    return schedule.scheduler.empty() ? Code::kNone : Code::kMessageSchedulesSchedulerInvalid;
  }
  if (schedule.next != kScheduleNextPurge || schedule.scheduler == subject ||
      !is_literal_subject(schedule.scheduler)) {
    return Code::kMessageSchedulesSchedulerInvalid;
  }
  return config.allow_msg_schedules ? Code::kNone : Code::kMessageSchedulesDisabled;
}

// When the expression is due first; none: there is no expression.
ApiResult<Admission> first_due(const ScheduleHeaders& schedule, const PublishFacts& facts) {
  if (schedule.has_time_zone && facts.zone == nullptr) {
    return api_failure(Code::kMessageSchedulesTimeZoneInvalid);
  }
  if (schedule.pattern.empty()) return Admission();
  const auto expression = ScheduleExpression::parse(schedule.pattern);
  if (!expression || (schedule.has_time_zone && !expression->takes_zone())) {
    return api_failure(Code::kMessageSchedulesPatternInvalid);
  }
  const auto due = expression->next({.due = facts.now, .now = facts.now, .zone = facts.zone});
  if (!due) return api_failure(Code::kMessageSchedulesPatternInvalid);
  return Admission{.schedule_due = due};
}

}  // namespace

ApiResult<Admission> admit_schedule(const StreamConfig& config, const PublishHeaders& headers,
                                    const PublishFacts& facts) {
  ApiResult<Admission> admission = first_due(headers.schedule, facts);
  const bool is_schedule = !admission || admission->schedule_due;
  if (is_schedule && !config.allow_msg_schedules) {
    return api_failure(Code::kMessageSchedulesDisabled);
  }
  if (!admission) return admission;
  Code code = is_schedule ? refused_schedule(config, headers, facts.subject) : Code::kNone;
  if (code == Code::kNone) code = refused_scheduler(config, headers.schedule, facts.subject);
  if (code != Code::kNone) return api_failure(code);
  return admission;
}

}  // namespace leat
