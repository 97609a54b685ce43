#pragma once

#include <cstdint>
#include <string>

#include "tests/sim/models.h"

namespace leat::sim {

// Makes a stream with a consumer, fills it, deletes it, and begins again. What was answered holds
// in the next life, too: a deleted stream stays away, a new one under its name begins at 1.
class LifecycleModel final : public Model {
 public:
  explicit LifecycleModel(StreamRecord& record) : record_(record) {}

 protected:
  void begin() override;

 private:
  enum class Known : std::uint8_t { kAbsent, kThere, kUnsure };

  void look();
  void compare(const Delivery& info);
  void act();
  void create();
  void add_consumer();
  void publish();
  void remove();
  void go_on();
  // A request that is given up after a while.
  void ask(const std::string& subject, std::string_view payload,
           SimClient::MessageHandler on_answer);
  bool must_repeat(const Delivery& answer);

  StreamRecord& record_;
  Known known_ = Known::kAbsent;
  std::uint64_t sent_ = 0;          // messages of the stream that is there now
  std::uint64_t acknowledged_ = 0;  // of them
  std::uint64_t asked_ = 0;         // counts requests, and those that ended
};

}  // namespace leat::sim
