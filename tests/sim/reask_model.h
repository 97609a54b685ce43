#pragma once

#include <deque>

#include "tests/sim/models.h"
#include "tests/sim/plan.h"

namespace leat::sim {

// Asks now and then for a durable consumer that exists, by its name alone, as newer clients do. It
// has to stay what it was: the run rests at its end for longer than a consumer lives that is not
// durable, and looks for all of them.
class ReaskModel final : public Model {
 public:
  explicit ReaskModel(std::deque<StreamPlan>& plans) : plans_(plans) {}

 protected:
  void begin() override;

 private:
  void ask_some_time();
  void ask(StreamPlan& plan, const ConsumerPlan& consumer);

  std::deque<StreamPlan>& plans_;
};

}  // namespace leat::sim
