#pragma once

#include "core/base/ids.h"

namespace leat {

// Whether the other side of a connection is still there, and how far away. A member of the
// connection, on the shard's thread; its owner looks once each interval and sends the pings.
class KeepAlive {
 public:
  struct Rules {
    DurationNs interval_ns = 0;
    int outstanding_max = 0;
  };

  void heard(SteadyNs now) { last_heard_ = now; }
  bool is_quiet(SteadyNs now, DurationNs interval_ns) const {
    return now - last_heard_ >= interval_ns || last_heard_ == 0;
  }
  enum class Due { kNothing, kPing, kStale /* too many pings without an answer */ };
  // What is to be done now; a ping counts as sent. A connection that is busy is only pinged for its
  // round trip, once an hour.
  Due look(SteadyNs now, const Rules& rules);
  void ponged(SteadyNs now);

  DurationNs rtt_ns() const { return rtt_ns_; }  // 0: not known
  // Until the first PONG.
  void estimate_rtt(DurationNs rtt_ns) { rtt_ns_ = rtt_ns; }

 private:
  SteadyNs last_heard_ = 0;
  SteadyNs ping_sent_ = 0;
  SteadyNs rtt_measured_ = 0;
  DurationNs rtt_ns_ = 0;
  int pings_out_ = 0;
};

}  // namespace leat
