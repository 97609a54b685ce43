#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/base/ids.h"

namespace leat {

// When the next first delivery of a consumer may go: at the pace in which the messages came
// (`replay_policy: original`), and within its rate (`rate_limit_bps`). The leader's alone: a new
// leader begins anew. Owned by the consumer's host, on the stream's thread.
//
// Replay keeps the distances of the messages that were there when it began; what came later goes
// at once. The rate is a bucket of one largest message, full at the start. A message that is larger
// still goes when the bucket is full, and what it took beyond is waited for afterwards.
class Pacing {
 public:
  struct Message {
    StreamSeq sequence;
    WallNs time = 0;
    std::size_t size = 0;
  };

  // `last`: of the stream.
  void replay_through(StreamSeq last) { replayed_through_ = last; }
  struct Rate {
    std::uint64_t bits_per_second = 0;  // 0: none
    std::size_t burst_bytes = 0;
  };
  // A change of the rate does not fill the bucket.
  void set_rate(const Rate& rate, SteadyNs now) {
    const auto burst_bytes = static_cast<double>(rate.burst_bytes);
    tokens_ = std::min(bytes_per_ns_ > 0 ? tokens_at(now) : burst_bytes, burst_bytes);
    tokens_from_ = now;
    burst_bytes_ = burst_bytes;
    bytes_per_ns_ = static_cast<double>(rate.bits_per_second) / 8 / 1e9;
  }

  // At or before `now`: at once.
  SteadyNs ready_at(const Message& message, SteadyNs now) const {
    SteadyNs ready = now;
    if (message.sequence <= replayed_through_ && last_time_ != 0 && message.time > last_time_) {
      ready = std::max(ready, last_sent_at_ + (message.time - last_time_));
    }
    if (bytes_per_ns_ > 0) {
      const double missing =
          std::min(static_cast<double>(message.size), burst_bytes_) - tokens_at(now);
      if (missing > 0) {
        ready = std::max(ready, now + static_cast<DurationNs>(missing / bytes_per_ns_) + 1);
      }
    }
    return ready;
  }
  void sent(const Message& message, SteadyNs now) {
    last_time_ = message.time;
    last_sent_at_ = now;
    if (bytes_per_ns_ > 0) tokens_ = tokens_at(now) - static_cast<double>(message.size);
    tokens_from_ = now;
  }

 private:
  double tokens_at(SteadyNs now) const {
    const double gained = static_cast<double>(now - tokens_from_) * bytes_per_ns_;
    return std::min(burst_bytes_, tokens_ + gained);
  }

  StreamSeq replayed_through_;
  WallNs last_time_ = 0;  // of the message that was sent last; 0: none yet
  SteadyNs last_sent_at_ = 0;
  double bytes_per_ns_ = 0;  // 0: no rate
  double burst_bytes_ = 0;
  double tokens_ = 0;
  SteadyNs tokens_from_ = 0;
};

}  // namespace leat
