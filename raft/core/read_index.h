#pragma once

#include <cstdint>
#include <vector>

#include "core/base/ids.h"
#include "raft/core/ready.h"

namespace leat {

// Reads that wait until their leader knows what was committed when they came (Raft thesis 6.4).
// A leader knows that once an entry of its own term is committed. Owned by its Raft; dies with
// the term.
class ReadIndexQueue {
 public:
  void add(std::uint64_t context) { waiting_.push_back(context); }
  bool empty() const { return waiting_.empty(); }
  // Every waiting read may be served at `commit`.
  void release(LogIndex commit, std::vector<ReadState>& into) {
    for (const std::uint64_t context : waiting_) into.push_back({context, commit});
    waiting_.clear();
  }
  void clear() { waiting_.clear(); }

 private:
  std::vector<std::uint64_t> waiting_;
};

}  // namespace leat
