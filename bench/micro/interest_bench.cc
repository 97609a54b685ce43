// Matching of subjects against many subscriptions: remembered, not remembered, and while
// subscriptions come and go.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/rng.h"
#include "core/subject/interest.h"

namespace leat {
namespace {

std::vector<std::string> subjects(std::size_t count) {
  std::vector<std::string> made;
  for (std::size_t i = 0; i < count; ++i) {
    made.push_back("orders." + std::to_string(i % 100) + ".customer." + std::to_string(i));
  }
  return made;
}

// Literal subscriptions, and a pattern for every hundredth of them.
void fill(Interest& interest, const std::vector<std::string>& names) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    interest.insert(names[i], {}, i);
    if (i % 100 == 0) interest.insert("orders.*.customer." + std::to_string(i), {}, i);
  }
}

void BM_MatchRemembered(benchmark::State& state) {
  const auto names = subjects(static_cast<std::size_t>(state.range(0)));
  Interest interest;
  fill(interest, names);
  std::size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(interest.match(names[at]).plain().size());
    at = (at + 1) % 64;
  }
}
BENCHMARK(BM_MatchRemembered)->Arg(10'000)->Arg(1'000'000);

void BM_MatchAnySubject(benchmark::State& state) {
  const auto names = subjects(static_cast<std::size_t>(state.range(0)));
  Interest interest;
  fill(interest, names);
  Rng rng(1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(interest.match(names[rng.below(names.size())]).plain().size());
  }
}
BENCHMARK(BM_MatchAnySubject)->Arg(10'000)->Arg(1'000'000);

void BM_MatchInbox(benchmark::State& state) {
  Interest interest;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    interest.insert("_INBOX.client" + std::to_string(i) + ".*", {}, static_cast<Subscriber>(i));
  }
  Rng rng(1);
  std::string subject;
  for (auto _ : state) {
    const std::uint64_t client = rng.below(static_cast<std::uint64_t>(state.range(0)));
    subject = "_INBOX.client" + std::to_string(client) + ".17";
    benchmark::DoNotOptimize(interest.match(subject).plain().size());
  }
}
BENCHMARK(BM_MatchInbox)->Arg(10'000)->Arg(1'000'000);

void BM_SubscribeAndLeave(benchmark::State& state) {
  const auto names = subjects(static_cast<std::size_t>(state.range(0)));
  Interest interest;
  fill(interest, names);
  for (auto _ : state) {
    const auto handle = interest.insert("_INBOX.me.*", {}, 1).handle;
    benchmark::DoNotOptimize(interest.match(names[5]).plain().size());
    interest.remove(handle);
  }
}
BENCHMARK(BM_SubscribeAndLeave)->Arg(1'000'000);

}  // namespace
}  // namespace leat
