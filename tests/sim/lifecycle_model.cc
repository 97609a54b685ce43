#include "tests/sim/lifecycle_model.h"

namespace leat::sim {

namespace {

constexpr DurationNs kPause = 40'000'000;
// Who leads no longer does not answer.
constexpr DurationNs kPatience = 300'000'000;
constexpr std::uint64_t kStreamNotFound = 10059;

bool is_success(const Delivery& answer) {
  return answer.payload.find("\"error\"") == std::string::npos;
}

}  // namespace

void LifecycleModel::begin() { look(); }

void LifecycleModel::go_on() {
  if (is_finishing()) return;
  later(static_cast<DurationNs>(chance().below(kPause)), [this] { act(); });
}

bool LifecycleModel::must_repeat(const Delivery& answer) {
  if (!answer.headers.starts_with("NATS/1.0 503")) return false;
  go_on();
  return true;
}

void LifecycleModel::ask(const std::string& subject, std::string_view payload,
                         SimClient::MessageHandler on_answer) {
  const std::uint64_t asked = ++asked_;
  request(subject, "", payload,
          [this, asked, on_answer = std::move(on_answer)](const Delivery& answer) {
            if (asked != asked_) return;
            ++asked_;
            on_answer(answer);
          });
  later(kPatience, [this, asked] {
    if (asked != asked_) return;
    ++asked_;
    go_on();
  });
}

void LifecycleModel::look() {
  request("$JS.API.STREAM.INFO." + record_.stream, "", "", [this](const Delivery& answer) {
    if (answer.headers.starts_with("NATS/1.0 503")) return later(kPause, [this] { look(); });
    compare(answer);
    go_on();
  });
}

void LifecycleModel::compare(const Delivery& info) {
  if (json_number(info.payload, "err_code") == kStreamNotFound) {
    if (known_ == Known::kThere) record_.violation("was made and is gone");
    known_ = Known::kAbsent;
    return;
  }
  if (!is_success(info)) return record_.violation("STREAM.INFO was answered " + info.payload);
  if (known_ == Known::kAbsent) record_.violation("was deleted and is back: " + info.payload);
  known_ = Known::kThere;
  const std::uint64_t messages = json_number(info.payload, "messages");
  if (messages < acknowledged_ || messages > sent_) {
    record_.violation("holds " + std::to_string(messages) + " messages, " +
                      std::to_string(acknowledged_) + " were acknowledged and " +
                      std::to_string(sent_) + " sent");
  }
}

void LifecycleModel::act() {
  if (known_ != Known::kThere) return create();
  switch (chance().below(8)) {
    case 0:
      return remove();
    case 1:
      return add_consumer();
    default:
      return publish();
  }
}

void LifecycleModel::create() {
  const bool was_absent = known_ == Known::kAbsent;
  known_ = Known::kUnsure;
  if (was_absent) sent_ = acknowledged_ = 0;
  ask("$JS.API.STREAM.CREATE." + record_.stream,
      R"({"name":"TMP","subjects":["tmp.>"],"storage":"file","retention":"limits"})",
      [this](const Delivery& answer) {
        if (must_repeat(answer)) return;
        compare(answer);
        go_on();
      });
}

void LifecycleModel::add_consumer() {
  const std::string name = "d" + std::to_string(chance().below(3));
  ask("$JS.API.CONSUMER.DURABLE.CREATE.TMP." + name,
      R"({"stream_name":"TMP","config":{"durable_name":")" + name +
          R"(","ack_policy":"explicit"}})",
      [this](const Delivery& answer) {
        if (!is_success(answer)) record_.violation("consumer: " + answer.payload);
        go_on();
      });
}

void LifecycleModel::publish() {
  ++sent_;
  ask("tmp." + std::to_string(chance().below(3)), "x", [this](const Delivery& answer) {
    if (must_repeat(answer)) return;
    const std::uint64_t sequence = json_number(answer.payload, "seq");
    if (sequence != 0) ++acknowledged_;
    if (sequence < acknowledged_ || sequence > sent_) {
      record_.violation("publish " + std::to_string(sent_) + " was answered " + answer.payload);
    }
    go_on();
  });
}

void LifecycleModel::remove() {
  known_ = Known::kUnsure;
  // Without an answer nobody knows which stream is there until the next life.
  request("$JS.API.STREAM.DELETE." + record_.stream, "", "", [this](const Delivery& answer) {
    if (must_repeat(answer)) return;
    if (!is_success(answer)) record_.violation("STREAM.DELETE was answered " + answer.payload);
    known_ = Known::kAbsent;
    go_on();
  });
}

}  // namespace leat::sim
