// What would be wrong: a server that lost power has forgotten what it acknowledged, or tells it
// differently than before.
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>

#include "tests/sim/run.h"

namespace leat::sim {
namespace {

// The run of now, for whoever has to know which one it was that ended the process.
std::string current_run;

void name_current_run(int /*signal*/) {
  const char* words = "\nthe simulator was at ";
  [[maybe_unused]] auto written = ::write(STDERR_FILENO, words, std::strlen(words));
  written = ::write(STDERR_FILENO, current_run.data(), current_run.size());
  written = ::write(STDERR_FILENO, "\n", 1);
}

Outcome run_named(const Options& options) {
  current_run = options.text();
  std::signal(SIGABRT, &name_current_run);
  return run(options);
}

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

TEST(Simulation, Seeds) {
  const std::uint64_t only = number_from_environment("LEAT_SEED", 0);
  const std::uint64_t count = number_from_environment("LEAT_SIM_SEEDS", 300);
  std::uint64_t acknowledged = 0;
  std::uint64_t delivered = 0;
  std::uint64_t stored_sets = 0;
  for (std::uint64_t seed = only != 0 ? only : 1; seed <= (only != 0 ? only : count); ++seed) {
    const Options options = Options::of_seed(seed);
    const Outcome outcome = run_named(options);
    EXPECT_TRUE(outcome.violations.empty()) << options.text() << "\n" << outcome.text();
    if (seed % 10 == 0 || only != 0) {
      EXPECT_EQ(run_named(options).trace_hash, outcome.trace_hash)
          << options.text() << "\ntwo runs differ";
    }
    acknowledged += outcome.acknowledged;
    delivered += outcome.delivered;
    stored_sets += outcome.stored_sets;
    if (only != 0) std::cout << options.text() << "\n" << outcome.text();
    if (HasFailure()) break;
  }
  std::cout << acknowledged << " messages acknowledged, " << delivered << " delivered, "
            << stored_sets << " write sets\n";
  EXPECT_GT(acknowledged, 0U);
  EXPECT_GT(delivered, 0U);
}

// Runs seeds with a fault until one is caught, and says which.
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

}  // namespace
}  // namespace leat::sim
