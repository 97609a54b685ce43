#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "tests/sim/options.h"
#include "tests/sim/run.h"

namespace leat::sim {

// What came of many seeds.
struct PoolResult {
  std::uint64_t runs = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t delivered = 0;
  std::uint64_t stored_sets = 0;
  std::uint64_t disk_failures = 0;
  std::uint64_t reported_losses = 0;
  double seconds = 0;
  std::string failure;  // of the first seed that was found bad; empty: none
};

// Runs the seeds from `first` to `last` in as many processes as there are cores, so that a run
// which ends its process ends no other. A seed does the same wherever and after whatever it runs;
// no seed begins after one has failed. Every tenth seed runs twice, and its trace hashes must
// agree.
struct SeedRange {
  std::uint64_t first = 1;
  std::uint64_t last = 1;
};
PoolResult run_seeds(const SeedRange& seeds);

// One run, named on standard error when it ends the process.
Outcome run_named(const Options& options);

}  // namespace leat::sim
