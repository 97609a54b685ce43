#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "tests/sim/options.h"
#include "tests/sim/record.h"

namespace leat::sim {

// What a message of a stream may leave for, as the checks need it.
enum class LeavesBy : std::uint8_t {
  kLimits,   // evicted by later messages
  kAnyAck,   // a work queue: acknowledged by its one consumer
  kAllAcks,  // interest: acknowledged by all consumers
  kAge       // it was there for max_age
};

struct ConsumerPlan {
  ConsumerPlan(std::string name, std::string filter_subject, StreamRecord& stream)
      : filter(std::move(filter_subject)), record(std::move(name), stream) {}
  std::string request() const;  // the body of its creation
  bool wants(const std::string& subject) const { return filter.empty() || filter == subject; }

  std::int64_t max_ack_pending = 0;
  std::string filter;  // one literal subject, or empty: everything
  ConsumerRecord record;
};

// One stream of a run with its consumers and what is known of them.
struct StreamPlan {
  StreamPlan(std::string name, LeavesBy rule) : leaves_by(rule), record(std::move(name)) {}
  ConsumerPlan& add_consumer(std::string name, std::string filter_subject) {
    return consumers.emplace_back(std::move(name), std::move(filter_subject), record);
  }
  const std::string& name() const { return record.stream; }

  LeavesBy leaves_by;
  std::string prefix;  // of its subjects, with the dot
  std::string config;  // the body of its creation
  DurationNs max_age = 0;
  bool has_steady_age = true;  // the wall clock is not set, so that ages can be checked
  std::int64_t max_msgs = -1;  // the lowest ever asked for
  std::int64_t max_msgs_per_subject = -1;
  bool discards_new = false;
  StreamRecord record;
  std::deque<ConsumerPlan> consumers;
};

// The streams of a run.
std::deque<StreamPlan> plan_of(const Options& options);

}  // namespace leat::sim
