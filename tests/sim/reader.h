#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>

#include "tests/sim/models.h"
#include "tests/sim/plan.h"

namespace leat::sim {

// Makes the streams and consumers of a run at the beginning of a life (which finds those that are
// there), and reads everything back at its end.
class Reader final : public Model {
 public:
  explicit Reader(std::deque<StreamPlan>& plans) : plans_(plans) {}

  // Everything was made or found in this life.
  bool is_set_up() const { return is_set_up_; }
  // Asks all consumers whether they have anything open; is_quiet() once they have answered so.
  void ask_consumers();
  bool is_quiet() const { return is_answered() && open_ == 0; }
  bool is_answered() const { return questions_ == 0; }
  // Reads all messages of all streams; then is_read() and contents() hold.
  void read_all();
  bool is_read() const { return is_answered(); }

  struct Contents {
    std::uint64_t messages = 0;  // as STREAM.INFO says
    std::uint64_t first = 0;
    std::int64_t max_msgs = -1;
    std::uint64_t last = 0;
    std::map<std::uint64_t, std::string> present;  // sequence -> payload
  };
  const Contents& contents(const std::string& stream) { return contents_[stream]; }

 protected:
  void begin() override;

 private:
  struct Step {
    std::string subject;
    std::string body;
    StreamPlan* plan;
  };

  void next_step();
  void check_created(const Step& step, const Delivery& answer);
  void read(StreamPlan& plan, const Delivery& info);
  void take(StreamPlan& plan, std::uint64_t sequence, const Delivery& message);

  std::deque<StreamPlan>& plans_;
  std::deque<Step> steps_;
  std::map<std::string, std::string> created_;  // by subject of creation
  std::map<std::string, Contents> contents_;
  bool is_set_up_ = false;
  int questions_ = 0;  // not answered
  std::uint64_t open_ = 0;
};

}  // namespace leat::sim
