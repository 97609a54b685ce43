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
// at once. The rate is a bucket of one largest message, full at the start.
class Pacing {
 public:
  struct Message {
    StreamSeq sequence;
    WallNs time = 0;
    std::size_t size = 0;
  };

  // `last`: of the stream.
  void replay_through(StreamSeq last) { replayed_through_ = last; }
  void set_rate(std::uint64_t bits_per_second, std::size_t burst_bytes) {
    const auto rate = static_cast<double>(bits_per_second / 8);
    if (bits_per_second == 0) {
      bytes_per_ns_ = 0;
      return;
    }
    bytes_per_ns_ = std::max(rate, 1.0) / 1e9;
    burst_bytes_ = static_cast<double>(burst_bytes);
    tokens_ = burst_bytes_;
  }

  // At or before `now`: at once.
  SteadyNs ready_at(const Message& message, SteadyNs now) const {
    SteadyNs ready = now;
    if (message.sequence <= replayed_through_ && last_time_ != 0 && message.time > last_time_) {
      ready = std::max(ready, last_sent_at_ + (message.time - last_time_));
    }
    if (bytes_per_ns_ > 0) {
      const double missing = wanted(message.size) - tokens_at(now);
      if (missing > 0) {
        ready = std::max(ready, now + static_cast<DurationNs>(missing / bytes_per_ns_) + 1);
      }
    }
    return ready;
  }
  void sent(const Message& message, SteadyNs now) {
    last_time_ = message.time;
    last_sent_at_ = now;
    if (bytes_per_ns_ > 0) tokens_ = tokens_at(now) - wanted(message.size);
    tokens_from_ = now;
  }

 private:
  // A message that is larger than the bucket goes when it is full.
  double wanted(std::size_t size) const {
    return std::min(static_cast<double>(size), burst_bytes_);
  }
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
