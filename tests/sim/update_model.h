#pragma once

#include <cstdint>
#include <optional>

#include "tests/sim/models.h"
#include "tests/sim/plan.h"

namespace leat::sim {

// Changes max_msgs of a stream now and then.
class UpdateModel final : public Model {
 public:
  explicit UpdateModel(StreamPlan& plan) : plan_(plan) {}

  // The stream has the number that was answered last, unless a later one was left without answer.
  void check(std::int64_t max_msgs_found);

 protected:
  void begin() override;

 private:
  void update();

  StreamPlan& plan_;
  std::optional<std::int64_t> answered_;
  std::int64_t asked_ = 0;
};

}  // namespace leat::sim
