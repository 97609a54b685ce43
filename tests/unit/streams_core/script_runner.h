#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "consumers/core/select.h"
#include "core/base/bytes.h"
#include "proto/record/entry.h"
#include "streams/core/stream_machine.h"
#include "tests/unit/streams_core/store_twin.h"

namespace leat::testing {

// Runs the commands of a script (tests/scripts/README.md) against one machine and writes down what
// comes out. After every line the state is written to pages and loaded into a second machine, which
// must say the same.
class ScriptRunner {
 public:
  ScriptRunner();
  // Runs one line and returns its transcript.
  std::string run(const std::string& line);

 private:
  using Words = std::vector<std::string>;
  struct Delivered {
    ConsumerSeq consumer_seq;
    std::uint32_t deliveries = 0;
  };

  void run_command(const Words& words);
  bool run_stream_command(const Words& words);
  bool run_consumer_command(const Words& words);
  void config(const Words& words);
  void publish(const Words& words);
  void fire(const Words& words);
  void schedules();
  void purge(const Words& words);
  void consumer(const Words& words);
  void choose(const Words& words);
  void acks(const Words& words);
  void stream_info(const Words& words);
  void consumer_info(const std::string& name);
  void consumer_life(const std::string& name);

  EntryWriter& entry();
  void apply_open();
  void apply(const Bytes& entry);
  void print_publishes();
  void print_replies();
  void print_removals();
  void print_events();
  void check_reload();
  Selector& selector(const std::string& name);
  std::string consumer_name(ConsumerId id) const;

  StreamMachine machine_;
  StreamEffects effects_;
  StoreTwin store_;
  ByteBuffer buffer_;
  EntryWriter writer_{buffer_};
  StreamConfig config_;
  std::uint64_t config_number_ = 0;
  WallNs now_;
  LogIndex index_;
  std::map<std::string, std::unique_ptr<Selector>> selectors_;
  std::map<std::string, std::map<StreamSeq, Delivered>> delivered_;
  std::map<ConsumerId, std::string> names_;
  std::ostringstream out_;
};

}  // namespace leat::testing
