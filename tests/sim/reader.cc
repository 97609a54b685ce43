#include "tests/sim/reader.h"

namespace leat::sim {

namespace {

constexpr DurationNs kReadAgain = 50'000'000;
constexpr std::uint64_t kStreamNameInUse = 10058;

std::string created_of(const std::string& json) {
  const std::string key = "\"created\":\"";
  const std::size_t at = json.find(key);
  if (at == std::string::npos) return {};
  return json.substr(at + key.size(), json.find('"', at + key.size()) - at - key.size());
}

}  // namespace

void Reader::begin() {
  is_set_up_ = false;
  questions_ = 0;
  open_ = 0;
  steps_.clear();
  for (StreamPlan& plan : plans_) {
    steps_.push_back({"$JS.API.STREAM.CREATE." + plan.name(), plan.config, &plan});
    for (const ConsumerPlan& consumer : plan.consumers) {
      steps_.push_back(
          {"$JS.API.CONSUMER.DURABLE.CREATE." + plan.name() + "." + consumer.record.consumer,
           consumer.request(), &plan});
    }
  }
  next_step();
}

void Reader::next_step() {
  if (steps_.empty()) {
    is_set_up_ = true;
    return;
  }
  const Step& step = steps_.front();
  request(step.subject, "", step.body, [this](const Delivery& answer) {
    if (answer.headers.starts_with("NATS/1.0 503")) {
      return later(kReadAgain, [this] { next_step(); });
    }
    check_created(steps_.front(), answer);
    steps_.pop_front();
    next_step();
  });
}

void Reader::check_created(const Step& step, const Delivery& answer) {
  const std::string created = created_of(answer.payload);
  // It was updated: it has another configuration than the one it was made with.
  const bool is_known = created_.contains(step.subject);
  if (is_known && json_number(answer.payload, "err_code") == kStreamNameInUse) return;
  if (created.empty()) {
    step.plan->record.violation(step.subject + " was answered " + answer.payload);
    return;
  }
  const auto [before, is_first] = created_.emplace(step.subject, created);
  if (!is_first && before->second != created) {
    step.plan->record.violation(step.subject + " made it anew: created " + created + ", before " +
                                before->second);
  }
}

void Reader::ask_consumers() {
  open_ = 0;
  for (StreamPlan& plan : plans_) {
    for (const ConsumerPlan& consumer : plan.consumers) {
      ++questions_;
      request("$JS.API.CONSUMER.INFO." + plan.name() + "." + consumer.record.consumer, "", "",
              [this, &plan](const Delivery& answer) {
                --questions_;
                if (answer.payload.find("\"num_pending\"") == std::string::npos) {
                  plan.record.violation("CONSUMER.INFO was answered " + answer.payload);
                }
                open_ += json_number(answer.payload, "num_pending") +
                         json_number(answer.payload, "num_ack_pending");
              });
    }
  }
}

void Reader::read_all() {
  for (StreamPlan& plan : plans_) {
    ++questions_;
    request("$JS.API.STREAM.INFO." + plan.name(), "", "", [this, &plan](const Delivery& answer) {
      read(plan, answer);
      --questions_;
    });
  }
}

void Reader::read(StreamPlan& plan, const Delivery& info) {
  Contents& contents = contents_[plan.name()];
  contents = Contents();
  if (info.payload.find("\"state\"") == std::string::npos) {
    plan.record.violation("STREAM.INFO was answered " + info.payload);
    return;
  }
  contents.messages = json_number(info.payload, "messages");
  contents.max_msgs = static_cast<std::int64_t>(json_number(info.payload, "max_msgs"));
  contents.first = json_number(info.payload, "first_seq");
  contents.last = json_number(info.payload, "last_seq");
  for (std::uint64_t sequence = 1; sequence <= contents.last; ++sequence) {
    ++questions_;
    request("$JS.API.DIRECT.GET." + plan.name(), "", "{\"seq\":" + std::to_string(sequence) + "}",
            [this, &plan, sequence](const Delivery& message) {
              take(plan, sequence, message);
              --questions_;
            });
  }
}

void Reader::take(StreamPlan& plan, std::uint64_t sequence, const Delivery& message) {
  const std::string found = header_value(message.headers, "Nats-Sequence");
  if (found.empty()) {
    if (!message.headers.starts_with("NATS/1.0 404")) {
      plan.record.violation("DIRECT.GET of " + std::to_string(sequence) + " was answered " +
                            message.headers + message.payload);
    }
    return;
  }
  // A get by sequence finds the first one at or after it.
  const std::uint64_t at = std::stoull(found);
  contents_[plan.name()].present[at] = message.payload;
  plan.record.see(at, message.payload);
}

}  // namespace leat::sim
