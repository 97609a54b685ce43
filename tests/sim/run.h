#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/sim/options.h"

namespace leat::sim {

// What came of one run.
struct Outcome {
  std::vector<std::string> violations;
  std::uint64_t trace_hash = 0;
  // How much happened, so that a run in which nothing does is noticed.
  std::uint64_t acknowledged = 0;
  std::uint64_t delivered = 0;
  std::uint64_t stored_sets = 0;
  std::uint64_t disk_failures = 0;    // lives that ended because the disk did
  std::uint64_t reported_losses = 0;  // streams of which the server said what has rotted

  std::string text() const;
};

// One server over several lives that end in crashes, with users and an operator; then a life in
// which everything is brought to its end, and what it left is read back and checked.
Outcome run(const Options& options);

}  // namespace leat::sim
