// What the loop of a shard costs: posted tasks, timers, mail in batches, and one wake-up of a
// sleeping shard by another.
#include <benchmark/benchmark.h>

#include <atomic>

#include "core/runtime/shard_pool.h"
#include "core/runtime/system_clock.h"

namespace leat {
namespace {

void BM_PostedTask(benchmark::State& state) {
  SystemClock clock;
  Shard shard(ShardId(0), clock);
  std::uint64_t sum = 0;
  for (auto _ : state) {
    for (int i = 0; i < 100; ++i) shard.post([&sum, i] { sum += static_cast<unsigned>(i); });
    shard.run_turn();
  }
  benchmark::DoNotOptimize(sum);
  state.SetItemsProcessed(state.iterations() * 100);
}
BENCHMARK(BM_PostedTask);

void BM_EmptyTurn(benchmark::State& state) {
  SystemClock clock;
  Shard shard(ShardId(0), clock);
  for (auto _ : state) shard.run_turn();
}
BENCHMARK(BM_EmptyTurn);

void BM_TimerSetAndCancelled(benchmark::State& state) {
  SystemClock clock;
  Shard shard(ShardId(0), clock);
  std::vector<TimerId> standing;
  for (int i = 0; i < 10'000; ++i) standing.push_back(shard.call_at(i * 1'000'000'000LL, [] {}));
  std::int64_t when = 0;
  for (auto _ : state) shard.cancel(shard.call_at(++when, [] {}));
}
BENCHMARK(BM_TimerSetAndCancelled);

// Mail of one turn to another shard and the answers to it, in batches of the argument.
void BM_MailAndAnswer(benchmark::State& state) {
  SystemClock clock;
  ShardPool pool(2, clock);
  pool.start();
  const auto batch = static_cast<int>(state.range(0));
  for (auto _ : state) {
    std::atomic<int> left{batch};
    pool.at(0).inbox().post([&] {
      for (int i = 0; i < batch; ++i) {
        pool.at(0).send(ShardId(1), [&] {
          pool.at(1).send(ShardId(0), [&] {
            if (left.fetch_sub(1) == 1) left.notify_one();
          });
        });
      }
    });
    for (int now = left.load(); now != 0; now = left.load()) left.wait(now);
  }
  state.SetItemsProcessed(state.iterations() * batch);
}
BENCHMARK(BM_MailAndAnswer)->Arg(1)->Arg(16)->Arg(256)->UseRealTime();

}  // namespace
}  // namespace leat
