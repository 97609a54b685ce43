#include "tests/sim/plan.h"

namespace leat::sim {

std::string ConsumerPlan::request() const {
  std::string body =
      "{\"stream_name\":\"" + record.stream.stream + "\",\"config\":{\"durable_name\":\"" +
      record.consumer +
      "\",\"deliver_policy\":\"all\",\"ack_policy\":\"explicit\",\"ack_wait\":300000000,"
      "\"replay_policy\":\"instant\"";
  if (max_ack_pending > 0) body += ",\"max_ack_pending\":" + std::to_string(max_ack_pending);
  if (record.max_deliver > 0) body += ",\"max_deliver\":" + std::to_string(record.max_deliver);
  if (!filter.empty()) body += ",\"filter_subject\":\"" + filter + "\"";
  return body + "}}";
}

namespace {

std::string config_of(const StreamPlan& plan, const std::string& retention) {
  std::string body = "{\"name\":\"" + plan.name() + "\",\"subjects\":[\"" + plan.prefix + ">\"]," +
                     "\"retention\":\"" + retention +
                     "\",\"storage\":\"file\",\"num_replicas\":1," +
                     "\"allow_direct\":true,\"max_msgs\":" + std::to_string(plan.max_msgs) +
                     ",\"max_msgs_per_subject\":" + std::to_string(plan.max_msgs_per_subject) +
                     ",\"discard\":\"" + (plan.discards_new ? "new" : "old") + "\"";
  if (plan.max_age > 0) body += ",\"max_age\":" + std::to_string(plan.max_age);
  return body + "}";
}

}  // namespace

std::deque<StreamPlan> plan_of(const Options& options) {
  std::deque<StreamPlan> plans;
  StreamPlan& limits = plans.emplace_back("LIM", LeavesBy::kLimits);
  limits.prefix = "lim.";
  limits.max_msgs = options.max_msgs;
  limits.max_msgs_per_subject = options.max_msgs_per_subject;
  limits.discards_new = options.discards_new;
  limits.config = config_of(limits, "limits");
  limits.add_consumer("lim-all", "");
  limits.add_consumer("lim-two", "lim.2").record.max_deliver = options.max_deliver;

  StreamPlan& work = plans.emplace_back("WORK", LeavesBy::kAnyAck);
  work.prefix = "work-in.";
  work.config = config_of(work, "workqueue");
  work.add_consumer("worker", "");

  StreamPlan& interest = plans.emplace_back("INT", LeavesBy::kAllAcks);
  interest.prefix = "int.";
  interest.config = config_of(interest, "interest");
  interest.add_consumer("int-one", "");
  interest.add_consumer("int-two", "");

  StreamPlan& keys = plans.emplace_back("KV_K", LeavesBy::kLimits);
  keys.prefix = "$KV.K.";
  keys.max_msgs_per_subject = 1;
  keys.config = config_of(keys, "limits");

  StreamPlan& aging = plans.emplace_back("AGE", LeavesBy::kAge);
  aging.prefix = "age.";
  aging.max_age = options.max_age_ms * 1'000'000;
  aging.has_steady_age = !options.jumps_wall;
  aging.config = config_of(aging, "limits");
  aging.add_consumer("aged", "");
  for (StreamPlan& plan : plans) {
    for (ConsumerPlan& consumer : plan.consumers) {
      consumer.max_ack_pending = options.max_ack_pending;
    }
  }
  return plans;
}

}  // namespace leat::sim
