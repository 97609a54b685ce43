#pragma once

#include <memory>
#include <utility>

#include "core/base/ids.h"
#include "core/base/lifetime.h"
#include "core/base/task.h"
#include "core/router/message.h"
#include "proto/ack/publish_headers.h"
#include "proto/record/entry.h"
#include "streams/host/entry_buffers.h"
#include "streams/host/expiry_timer.h"
#include "streams/host/ingest.h"
#include "streams/host/schedule_timer.h"

namespace leat {

class Stream;

// All that a stream has only while it leads: its subjects, the entry of the turn, the timers of
// expiry and schedules. Made by the stream when it leads and has a configuration; destroyed when it
// steps down, stops or is deleted. Nothing that was asked for on its behalf runs after that. On the
// stream's shard. (What consumers have as leaders hangs on the stream's listeners.)
//
// Holds between calls: an open entry is proposed at the end of this turn at the latest.
class StreamLeader {
 public:
  explicit StreamLeader(Stream& stream);
  // Commands of an entry that was not proposed yet are told that they are refused.
  ~StreamLeader();
  StreamLeader(const StreamLeader&) = delete;
  StreamLeader& operator=(const StreamLeader&) = delete;

  Stream& stream() { return stream_; }
  // Takes publishes on exactly these subjects from now on.
  void set_subjects(const std::vector<std::string>& subjects) { ingest_.set_subjects(subjects); }

  // The entry that this turn's commands join, in the order of the calls; whoever adds one names who
  // waits for it in the stream's answers.
  EntryWriter& entry();
  // Proposes the open entry now; nothing without one.
  void close_entry();
  bool has_open_entry() const { return open_ != nullptr; }

  void take_publish(const RoutedMessage& message, const StoredHeaders& headers);
  // The same of a message that is a schedule, with its headers as they are stored.
  void take_schedule(const RoutedMessage& message, std::string_view headers, WallNs due);

  // An entry was applied: timers follow, and publishers that were held back may go on.
  void applied();
  void rearm_timers();
  // The wall clock was set: all that waits for a moment of it is armed anew.
  void clock_was_set();

  // `callback`, which does nothing once this no longer leads: for whatever comes back later.
  template <typename F>
  auto while_leading(F callback) const {
    return [self = lifetime_.ref(), callback = std::move(callback)](auto&&... args) mutable {
      if (self) callback(std::forward<decltype(args)>(args)...);
    };
  }

 private:
  void await_pub_ack(const RoutedMessage& message);

  Stream& stream_;
  Lifetime<StreamLeader> lifetime_{*this};
  std::unique_ptr<OpenEntry> open_;  // null: nothing was proposed in this turn
  Ingest ingest_;
  ExpiryTimer expiry_;
  ScheduleTimer schedules_;
};

}  // namespace leat
