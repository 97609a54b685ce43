#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "streams/core/index_budget.h"
#include "streams/core/stream_machine.h"

namespace leat::testing {

// What a disk would hold of a stream: its pages, and index rows of a few messages each.
class StoreTwin {
 public:
  // Takes what an entry stored; before the entry's bytes go.
  void take(const StreamEffects& effects);
  // Takes a write set of the machine.
  void write(StreamMachine& machine);
  // A machine loaded from what was written. Fails the test where that does not work.
  StreamMachine load() const;
  StreamMachine load(IndexBudget& budget) const;

 private:
  void load_into(StreamMachine& machine) const;

  struct Message {
    StreamSeq sequence;
    WallNs time = 0;
    std::string subject;
    std::uint32_t size_bytes = 0;
    std::uint32_t ttl_s = 0;
  };
  struct Id {
    StreamSeq sequence;
    WallNs time = 0;
    std::string id;
  };
  std::vector<Message> messages_;
  std::vector<Id> ids_;
  StreamSeq last_;
  std::map<StatePageKey, std::string> pages_;
};

// Everything that two machines with the same state must agree on, as text.
std::string describe(const StreamMachine& machine);

}  // namespace leat::testing
