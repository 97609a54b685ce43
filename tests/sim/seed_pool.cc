#include "tests/sim/seed_pool.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>
#include <vector>

#include "core/base/check.h"

namespace leat::sim {

namespace {

// What the processes share. Plain memory: it lies in a mapping that a fork does not copy.
struct Board {
  std::atomic<std::uint64_t> next{0};
  std::atomic<bool> has_failed{false};
  std::atomic<std::uint64_t> runs{0};
  std::atomic<std::uint64_t> acknowledged{0};
  std::atomic<std::uint64_t> delivered{0};
  std::atomic<std::uint64_t> stored_sets{0};
  std::atomic<std::uint64_t> disk_failures{0};
  std::atomic<std::uint64_t> reported_losses{0};
  std::array<char, 32 * 1024> failure{};
};

// The run of now, for whoever has to know which one it was that ended the process.
std::string current_run;

void name_current_run(int /*signal*/) {
  const char* words = "\nthe simulator was at ";
  [[maybe_unused]] auto written = ::write(STDERR_FILENO, words, std::strlen(words));
  written = ::write(STDERR_FILENO, current_run.data(), current_run.size());
  written = ::write(STDERR_FILENO, "\n", 1);
}

void report(Board& board, const std::string& text) {
  if (board.has_failed.exchange(true)) return;
  const std::size_t size = std::min(text.size(), board.failure.size() - 1);
  std::memcpy(board.failure.data(), text.data(), size);
}

void run_one(Board& board, std::uint64_t seed) {
  const Options options = Options::of_seed(seed);
  const Outcome outcome = run_named(options);
  if (!outcome.violations.empty()) report(board, options.text() + "\n" + outcome.text());
  if (seed % 10 == 0 && run_named(options).trace_hash != outcome.trace_hash) {
    report(board, options.text() + "\ntwo runs differ");
  }
  ++board.runs;
  board.acknowledged += outcome.acknowledged;
  board.delivered += outcome.delivered;
  board.stored_sets += outcome.stored_sets;
  board.disk_failures += outcome.disk_failures;
  board.reported_losses += outcome.reported_losses;
}

[[noreturn]] void work(Board& board, const SeedRange& seeds) {
  while (!board.has_failed) {
    const std::uint64_t seed = seeds.first + board.next++;
    if (seed > seeds.last) break;
    run_one(board, seed);
  }
  ::_exit(0);
}

}  // namespace

Outcome run_named(const Options& options) {
  current_run = options.text();
  std::signal(SIGABRT, &name_current_run);
  return run(options);
}

PoolResult run_seeds(const SeedRange& seeds) {
  void* memory =
      ::mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  LEAT_CHECK(memory != MAP_FAILED);
  Board& board = *new (memory) Board;
  const auto begun = std::chrono::steady_clock::now();
  std::vector<pid_t> workers;
  for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i) {
    const pid_t worker = ::fork();
    LEAT_CHECK(worker >= 0);
    if (worker == 0) work(board, seeds);
    workers.push_back(worker);
  }
  for (const pid_t worker : workers) {
    int status = 0;
    LEAT_CHECK(::waitpid(worker, &status, 0) == worker);
    if (status != 0) report(board, "a run ended its process, see above");
  }
  PoolResult result;
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  result.runs = board.runs;
  result.acknowledged = board.acknowledged;
  result.delivered = board.delivered;
  result.stored_sets = board.stored_sets;
  result.disk_failures = board.disk_failures;
  result.reported_losses = board.reported_losses;
  if (board.has_failed) result.failure = board.failure.data();
  ::munmap(memory, sizeof(Board));
  return result;
}

}  // namespace leat::sim
