#pragma once

#include "core/base/ids.h"
#include "streams/core/stream_effects.h"

namespace leat {

class Stream;

// Told what happens to the streams of one shard. Implemented by consumers/host;
// called on the shard's thread, after the stream's own books are in order. A listener may propose
// commands and read; it must not create or delete streams inside the call.
class StreamListener {
 public:
  virtual ~StreamListener() = default;
  // The stream leads from now on: everything before is applied. Timers and pumps start.
  virtual void became_leader(Stream& stream) = 0;
  // An entry was applied while leading: stored, removed, woken, acked, given up, consumers created,
  // updated or gone, as the effects say. Views into them end with the call.
  virtual void applied(Stream& stream, const StreamEffects& effects) = 0;
  // The wall clock was set, while leading: timers for a moment of it are armed anew.
  virtual void clock_was_set(Stream& stream) = 0;
  // It leads no longer: its tombstone is applied, the server stops, or another member leads. Pulls
  // are ended, timers stop, and nothing is done on the stream's behalf after the call, but when it
  // became the leader again. What is proposed inside the call is refused at kSteppedDown.
  enum class Stop : std::uint8_t { kDeleted, kShutdown, kSteppedDown };
  virtual void stopping(Stream& stream, Stop why) = 0;
};

}  // namespace leat
