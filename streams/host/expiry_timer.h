#pragma once

#include "core/base/ids.h"
#include "core/env/owned_timer.h"

namespace leat {

class Stream;
class StreamLeader;

// Proposes `expire` when the oldest message of a stream has outlived its age or its TTL. Owned by
// its stream's leader object, on its shard. At most one timer and one proposal are under way.
class ExpiryTimer {
 public:
  explicit ExpiryTimer(StreamLeader& leader);
  ExpiryTimer(const ExpiryTimer&) = delete;
  ExpiryTimer& operator=(const ExpiryTimer&) = delete;

  // After each entry that may have changed what expires first; cheap when nothing did.
  void rearm();
  // The wall clock was set: what was armed by it no longer fits.
  void clock_was_set();

 private:
  void fire();

  StreamLeader& leader_;
  Stream& stream_;
  OwnedTimer timer_;
  WallNs due_ = 0;  // what timer_ waits for
  SteadyNs last_fired_ = 0;
  bool is_proposed_ = false;
};

}  // namespace leat
