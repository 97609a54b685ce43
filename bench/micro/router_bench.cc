// The price of a publish in the router: to sinks of its own shard, and to another shard and there
// to its sinks, with the mail between them.
#include "core/router/router.h"

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "tests/unit/core_router/test_shards.h"

namespace leat {
namespace {

constexpr int kPublishes = 256;  // of one turn

class CountingSink final : public Sink {
 public:
  bool deliver(const RoutedMessage&, SinkCookie) override {
    ++taken;
    return true;
  }
  std::uint64_t taken = 0;
};

void run(benchmark::State& state, test::TestShards& shards, CountingSink& sink) {
  const std::string payload(128, 'x');
  RoutedMessage message = test::message_on("orders.europe.created", payload);
  shards.settle();
  sink.taken = 0;
  for (auto _ : state) {
    for (int i = 0; i < kPublishes; ++i) {
      benchmark::DoNotOptimize(shards.router(0).publish(message));
    }
    shards.settle();
  }
  if (sink.taken == 0) state.SkipWithError("nothing was delivered");
  state.SetItemsProcessed(state.iterations() * kPublishes);
}

void publish_here(benchmark::State& state) {
  test::TestShards shards(1);
  CountingSink sink;
  for (int i = 0; i < state.range(0); ++i) {
    test::subscribe(shards.router(0), sink, "orders.*.created");
  }
  run(state, shards, sink);
}
BENCHMARK(publish_here)->Arg(1)->Arg(4);

void publish_to_other_shard(benchmark::State& state) {
  test::TestShards shards(4);
  CountingSink sink;
  test::subscribe(shards.router(3), sink, "orders.*.created");
  run(state, shards, sink);
}
BENCHMARK(publish_to_other_shard);

// One queue group with members on every shard, so that three of four messages leave the first.
void publish_to_group_over_shards(benchmark::State& state) {
  test::TestShards shards(4);
  CountingSink sink;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    test::subscribe(shards.router(i), sink, "orders.*.created", "workers");
  }
  run(state, shards, sink);
}
BENCHMARK(publish_to_group_over_shards);

}  // namespace
}  // namespace leat
