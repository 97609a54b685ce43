#include "streams/host/schedule_timer.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/limits.h"
#include "core/base/log.h"
#include "proto/ack/publish_headers.h"
#include "streams/core/admit.h"
#include "streams/host/stream.h"
#include "streams/host/stream_leader.h"

namespace leat {

ScheduleTimer::ScheduleTimer(StreamLeader& leader)
    : leader_(leader), stream_(leader.stream()), timer_(stream_.context().scheduler) {}

void ScheduleTimer::clock_was_set() {
  timer_.cancel();
  rearm();
}

void ScheduleTimer::rearm() {
  // The end of a round arms it again.
  if (is_reading_ || is_in_loop_ || proposed_ > 0) return;
  const std::optional<WallNs> next = stream_.machine().next_schedule();
  if (next && timer_.is_armed() && due_ <= *next) return;
  timer_.cancel();
  if (next) arm(*next);
}

void ScheduleTimer::arm(WallNs due) {
  due_ = due;
  SteadyNs when = stream_.steady_at(due);
  if (last_look_ != 0) when = std::max(when, last_look_ + limits::kExpiryIntervalNs);
  timer_.arm(when, [this] { look(); });
}

void ScheduleTimer::look() {
  last_look_ = 0;
  const std::optional<WallNs> next = stream_.machine().next_schedule();
  const WallNs now = stream_.now();
  if (next && *next <= now) {
    last_look_ = stream_.context().clock.steady_ns();
    round_ = stream_.machine().due_schedules(now, limits::kSchedulesPerLook);
    round_next_ = 0;
    read_next();
  } else {
    rearm();
  }
}

bool ScheduleTimer::may_go_on() const {
  return round_next_ < round_.size() && !stream_.is_overloaded() &&
         stream_.room() == DiskRoom::kEnough;
}

// A schedule is in memory, and dealt with inside the call, or it comes in a later turn.
void ScheduleTimer::read_next() {
  if (is_in_loop_) return;
  is_in_loop_ = true;
  while (!is_reading_ && may_go_on()) {
    is_reading_ = true;
    stream_.get_message(round_[round_next_].sequence,
                        leader_.while_leading([this](const Result<MessageView>& schedule) {
                          read_schedule(schedule);
                        }));
  }
  is_in_loop_ = false;
  if (is_reading_) return;
  // A full round leaves others that are due.
  if (round_next_ == limits::kSchedulesPerLook) last_look_ = 0;
  rearm();
}

void ScheduleTimer::finish_one() {
  is_reading_ = false;
  ++round_next_;
  read_next();
}

void ScheduleTimer::read_schedule(const Result<MessageView>& schedule) {
  // It has left, or cannot be read now; then it is still due at the next look.
  if (!schedule) {
    finish_one();
    return;
  }
  const ScheduleHeaders headers = scan_publish_headers(schedule->headers).schedule;
  TimeZones* zones = stream_.context().zones;
  const TimeZone* zone =
      headers.has_time_zone && zones != nullptr ? zones->find(headers.time_zone) : nullptr;
  std::optional<Firing> firing =
      read_firing(schedule->subject, headers,
                  {.due = round_[round_next_].due, .now = stream_.now(), .zone = zone});
  if (!firing) {
    propose_end();
    return;
  }
  const StreamSeq source =
      firing->source.empty() ? StreamSeq() : stream_.machine().last_by_subject(firing->source);
  if (source) {
    read_source(source, std::move(*firing), *schedule);
  } else {
    propose(*firing, {.headers = schedule->headers, .payload = schedule->payload()});
  }
}

// Where the source is gone meanwhile the schedule sends what it has itself.
void ScheduleTimer::read_source(StreamSeq source, Firing firing, const MessageView& schedule) {
  auto on_source = [this, firing = std::move(firing), headers = std::string(schedule.headers),
                    payload = std::string(schedule.payload())](const Result<MessageView>& message) {
    if (message) {
      propose(firing, {.headers = message->headers, .payload = message->payload()});
    } else {
      propose(firing, {.headers = headers, .payload = payload});
    }
  };
  stream_.get_message(source, leader_.while_leading(std::move(on_source)));
}

void ScheduleTimer::propose(const Firing& firing, const Content& content) {
  const std::string headers = scheduled_headers(content.headers, firing);
  if (!fits(stream_.config(),
            {.header_bytes = headers.size(), .payload_bytes = content.payload.size()})) {
    LEAT_LOG(kWarning) << "Stream " << stream_.name() << ": what the schedule on " << firing.subject
                       << " makes is too large; it is ended";
    propose_end();
    return;
  }
  propose(FireCommand{
      .schedule = round_[round_next_].sequence,
      .due = round_[round_next_].due,
      .next = firing.next,
      .publish = {.subject = firing.target, .headers = headers, .payload = content.payload}});
}

void ScheduleTimer::propose_end() {
  propose(FireCommand{.schedule = round_[round_next_].sequence, .due = round_[round_next_].due});
}

void ScheduleTimer::propose(const FireCommand& command) {
  ++proposed_;
  stream_.propose(command, leader_.while_leading([this](const CommandOutcome&) {
    --proposed_;
    rearm();
  }));
  finish_one();
}

}  // namespace leat
