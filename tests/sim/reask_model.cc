#include "tests/sim/reask_model.h"

namespace leat::sim {

void ReaskModel::begin() {
  if (!is_finishing()) return ask_some_time();
  // Once more for each, for a life begins with requests that make them durable.
  for (StreamPlan& plan : plans_) {
    for (const ConsumerPlan& consumer : plan.consumers) ask(plan, consumer);
  }
}

void ReaskModel::ask_some_time() {
  later(static_cast<DurationNs>(chance().below(500'000'000)), [this] {
    StreamPlan& plan = plans_.at(chance().below(plans_.size()));
    if (!plan.consumers.empty()) {
      ask(plan, plan.consumers.at(chance().below(plan.consumers.size())));
    }
    ask_some_time();
  });
}

void ReaskModel::ask(StreamPlan& plan, const ConsumerPlan& consumer) {
  std::string body = consumer.request();
  const std::string key = "durable_name";
  body.replace(body.find(key), key.size(), "name");
  request("$JS.API.CONSUMER.CREATE." + plan.name() + "." + consumer.record.consumer, "", body,
          [&plan](const Delivery& answer) {
            if (answer.payload.find("\"num_pending\"") == std::string::npos &&
                !answer.headers.starts_with("NATS/1.0 503")) {
              plan.record.violation("CONSUMER.CREATE by name was answered " + answer.payload);
            }
          });
}

}  // namespace leat::sim
