#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/env/owned_timer.h"
#include "proto/record/entry.h"
#include "streams/core/scheduled_message.h"
#include "streams/core/stream_machine.h"
#include "streams/host/message_view.h"

namespace leat {

class Stream;
class StreamLeader;

// Makes the messages of a stream's schedules when they are due: reads the schedule, and the message
// that it sends where that is another one, and proposes `fire`. Owned by its stream's leader
// object, on its shard. One schedule is read at a time, in the order in which they are due; the
// machine decides whether it still stands when the entry is applied.
class ScheduleTimer {
 public:
  explicit ScheduleTimer(StreamLeader& leader);
  ScheduleTimer(const ScheduleTimer&) = delete;
  ScheduleTimer& operator=(const ScheduleTimer&) = delete;

  // After each entry that may have changed what is due first; cheap when nothing did.
  void rearm();
  // The wall clock was set: what was armed by it no longer fits.
  void clock_was_set();

 private:
  // What a made message is filled with.
  struct Content {
    std::string_view headers;
    std::string_view payload;
  };

  void arm(WallNs due);
  void look();
  void read_next();
  void read_schedule(const Result<MessageView>& schedule);
  void read_source(StreamSeq source, Firing firing, const MessageView& schedule);
  void propose(const Firing& firing, const Content& content);
  // It can never be due again.
  void propose_end();
  void propose(const FireCommand& command);
  // The schedule that was being read is dealt with.
  void finish_one();
  bool may_go_on() const;

  StreamLeader& leader_;
  Stream& stream_;
  OwnedTimer timer_;
  WallNs due_ = 0;  // what timer_ waits for
  SteadyNs last_look_ = 0;
  std::vector<DueSchedule> round_;  // what was due at the last look
  std::size_t round_next_ = 0;      // of them, read now or next
  std::size_t proposed_ = 0;        // and not applied
  bool is_reading_ = false;
  bool is_in_loop_ = false;
};

}  // namespace leat
