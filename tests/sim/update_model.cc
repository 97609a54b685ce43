#include "tests/sim/update_model.h"

namespace leat::sim {

void UpdateModel::begin() {
  if (is_finishing()) return;
  later(static_cast<DurationNs>(chance().below(700'000'000)), [this] { update(); });
}

void UpdateModel::update() {
  asked_ = static_cast<std::int64_t>(chance().between(20, 400));
  answered_.reset();
  plan_.max_msgs = plan_.max_msgs > 0 ? std::min(plan_.max_msgs, asked_) : asked_;
  std::string config = plan_.config;
  const std::string key = "\"max_msgs\":";
  const std::size_t at = config.find(key) + key.size();
  config.replace(at, config.find(',', at) - at, std::to_string(asked_));
  request("$JS.API.STREAM.UPDATE." + plan_.name(), "", config, [this](const Delivery& answer) {
    if (answer.payload.find("\"created\"") != std::string::npos) {
      answered_ = asked_;
    } else if (!answer.headers.starts_with("NATS/1.0 503")) {
      plan_.record.violation("STREAM.UPDATE was answered " + answer.payload);
    }
    begin();
  });
}

void UpdateModel::check(std::int64_t max_msgs_found) {
  if (answered_ && *answered_ != max_msgs_found) {
    plan_.record.violation("was given max_msgs " + std::to_string(*answered_) + " and has " +
                           std::to_string(max_msgs_found));
  }
}

}  // namespace leat::sim
