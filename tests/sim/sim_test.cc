// What would be wrong: a server that lost power has forgotten what it acknowledged, or tells it
// differently than before.
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <iostream>
#include <string>

#include "tests/sim/seed_pool.h"

namespace leat::sim {
namespace {

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// One seed, twice, with its options.
void show(std::uint64_t seed) {
  const Options options = Options::of_seed(seed);
  const Outcome outcome = run_named(options);
  std::cout << options.text() << "\n" << outcome.text();
  EXPECT_TRUE(outcome.violations.empty());
  EXPECT_EQ(run_named(options).trace_hash, outcome.trace_hash) << "two runs differ";
}

TEST(Simulation, Seeds) {
  if (const std::uint64_t only = number_from_environment("LEAT_SEED", 0)) return show(only);
  const std::uint64_t first = number_from_environment("LEAT_SIM_FIRST", 1);
  const std::uint64_t count = number_from_environment("LEAT_SIM_SEEDS", 2000);
  const PoolResult result = run_seeds({.first = first, .last = first + count - 1});
  EXPECT_EQ(result.failure, "");
  std::cout << result.runs << " seeds in " << result.seconds << " s, "
            << static_cast<double>(result.runs) / result.seconds << " seeds/s; "
            << result.acknowledged << " messages acknowledged, " << result.delivered
            << " delivered, " << result.stored_sets << " write sets; " << result.disk_failures
            << " lives ended by their disk, " << result.reported_losses
            << " streams reported as damaged\n";
  EXPECT_GT(result.acknowledged, 0U);
  EXPECT_GT(result.delivered, 0U);
  if (count < 100) return;
  EXPECT_GT(result.disk_failures, 0U);
  EXPECT_GT(result.reported_losses, 0U);
}

// Runs seeds with a fault until one is caught, and says which: it changes with all that changes
// what a run does.
void expect_caught(const std::function<void(Bugs&)>& plant) {
  constexpr std::uint64_t kSeedsAtMost = 60;
  for (std::uint64_t seed = 1; seed <= kSeedsAtMost; ++seed) {
    Options options = Options::of_seed(seed);
    plant(options.bugs);
    const Outcome outcome = run_named(options);
    if (outcome.violations.empty()) continue;
    std::cout << "caught by " << options.text() << "\n" << outcome.violations.front() << "\n";
    return;
  }
  ADD_FAILURE() << "no seed up to " << kSeedsAtMost << " catches it";
}

TEST(SeededBugs, AckBeforeSyncIsCaught) {
  expect_caught([](Bugs& bugs) { bugs.ack_before_sync = true; });
}

TEST(SeededBugs, AppliedIndexAheadOfDataIsCaught) {
  expect_caught([](Bugs& bugs) { bugs.applied_ahead_of_data = true; });
}

TEST(SeededBugs, DedupLostOnReplayIsCaught) {
  expect_caught([](Bugs& bugs) { bugs.dedup_lost_on_replay = true; });
}

TEST(SeededBugs, RowsAheadOfBlocksAreCaught) {
  expect_caught([](Bugs& bugs) { bugs.rows_ahead_of_blocks = true; });
}

TEST(SeededBugs, FilterAheadOfFlushIsCaught) {
  expect_caught([](Bugs& bugs) { bugs.filter_ahead_of_flush = true; });
}

TEST(SeededBugs, TrimPastAHardStateIsCaught) {
  expect_caught([](Bugs& bugs) { bugs.trim_past_hard_state = true; });
}

TEST(SeededBugs, TornBatchTakenAsCorruptionIsCaught) {
  expect_caught([](Bugs& bugs) { bugs.torn_as_corruption = true; });
}

TEST(SeededBugs, CorruptionTakenAsTornIsCaught) {
  expect_caught([](Bugs& bugs) { bugs.corruption_as_torn = true; });
}

TEST(SeededBugs, CursorKeptOverARestartIsCaught) {
  expect_caught([](Bugs& bugs) { bugs.cursor_kept = true; });
}

}  // namespace
}  // namespace leat::sim
