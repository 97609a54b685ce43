#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "tests/sim/models.h"

namespace leat::sim {

// Reads a stream from its start through a push consumer without acknowledgements and with flow
// control, as an ordered consumer does; a new consumer in each life.
class PushReaderModel final : public Model {
 public:
  PushReaderModel(std::string name, StreamRecord& record)
      : name_(std::move(name)), record_(record) {}

  // In a healthy life everything that is there was delivered.
  void check_saw_all(const std::map<std::uint64_t, std::string>& present) const;
  bool stands_reset() const override { return true; }

 protected:
  void begin() override;

 private:
  void create();
  void take(const Delivery& delivery);
  void answer_status(const Delivery& delivery);

  std::string name_;
  StreamRecord& record_;
  std::string consumer_;               // of this life
  std::set<std::uint64_t> delivered_;  // of this life
  std::uint64_t last_stream_seq_ = 0;
  std::uint64_t last_consumer_seq_ = 0;
};

}  // namespace leat::sim
