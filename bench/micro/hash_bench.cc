// What the checksum of a message, a batch or a block costs.
#include <benchmark/benchmark.h>

#include <string>

#include "core/base/hash.h"

namespace leat {
namespace {

void checksum(benchmark::State& state) {
  const std::string text(static_cast<std::size_t>(state.range(0)), 'm');
  std::uint32_t sum = 0;
  for (auto _ : state) sum = crc32c(text, sum);
  benchmark::DoNotOptimize(sum);
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(checksum)->Arg(200)->Arg(1100)->Arg(64 * 1024);

}  // namespace
}  // namespace leat
