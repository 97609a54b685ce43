// The price of one operation in the client protocol's parser.
#include "proto/client/parser.h"

#include <benchmark/benchmark.h>

#include <string>

#include "core/base/bytes.h"

namespace leat {
namespace {

std::string publishes(std::size_t payload_bytes) {
  std::string input;
  const std::string line = "PUB orders.europe.42 " + std::to_string(payload_bytes) + "\r\n";
  while (input.size() < 60'000) input += line + std::string(payload_bytes, 'x') + "\r\n";
  return input;
}

// One socket read after another, each of many publishes, as a session does it; with
// `range(1) != 0` every frame is shared, as it is for a message that is delivered.
void parse_publishes(benchmark::State& state) {
  const std::string input = publishes(static_cast<std::size_t>(state.range(0)));
  ByteBuffer buffer(128 * 1024);
  ClientParser parser;
  std::size_t operations = 0;
  for (auto _ : state) {
    buffer.append(input);
    std::string_view rest = buffer.filled();
    while (!rest.empty() && parser.parse(rest) == ParseOutcome::kOperation) {
      if (state.range(1) != 0) benchmark::DoNotOptimize(buffer.share(parser.operation().frame));
      benchmark::DoNotOptimize(parser.operation().subject.data());
      rest.remove_prefix(parser.consumed_bytes());
      ++operations;
    }
    buffer.consume(buffer.filled().size());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(operations));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(input.size()));
}
BENCHMARK(parse_publishes)->ArgsProduct({{16, 128, 1024, 16384}, {0, 1}});

void parse_subscribes(benchmark::State& state) {
  std::string input;
  while (input.size() < 60'000) input += "SUB orders.*.created workers 12\r\nUNSUB 12 1\r\n";
  ClientParser parser;
  std::size_t operations = 0;
  for (auto _ : state) {
    std::string_view rest = input;
    while (!rest.empty() && parser.parse(rest) == ParseOutcome::kOperation) {
      rest.remove_prefix(parser.consumed_bytes());
      ++operations;
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(operations));
}
BENCHMARK(parse_subscribes);

}  // namespace
}  // namespace leat
