// A million subjects with three numbers each: memory per subject, lookup, change, filtered walks.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/rng.h"
#include "core/subject/subject_map.h"

namespace leat {
namespace {

struct Counts {
  std::uint64_t count = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

constexpr std::size_t kSubjects = 1'000'000;

std::string subject(std::size_t i) {
  return "sensors." + std::to_string(i % 1000) + ".device." + std::to_string(i) + ".temperature";
}

SubjectMap<Counts>& filled() {
  static SubjectMap<Counts> map = [] {
    SubjectMap<Counts> made;
    for (std::size_t i = 0; i < kSubjects; ++i) made.insert(subject(i));
    return made;
  }();
  return map;
}

const std::vector<std::string>& names() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> made;
    for (std::size_t i = 0; i < kSubjects; ++i) made.push_back(subject(i));
    return made;
  }();
  return all;
}

void BM_Find(benchmark::State& state) {
  SubjectMap<Counts>& map = filled();
  std::size_t text_bytes = 0;
  for (const std::string& name : names()) text_bytes += name.size();
  Rng rng(1);
  for (auto _ : state) benchmark::DoNotOptimize(map.find(names()[rng.below(kSubjects)]));
  state.counters["bytes_per_subject"] = static_cast<double>(map.memory_bytes()) / kSubjects;
  state.counters["text_bytes"] = static_cast<double>(text_bytes) / kSubjects;
}
BENCHMARK(BM_Find);

void BM_EraseAndInsert(benchmark::State& state) {
  SubjectMap<Counts>& map = filled();
  Rng rng(1);
  for (auto _ : state) {
    const std::string& name = names()[rng.below(kSubjects)];
    map.erase(name);
    benchmark::DoNotOptimize(map.insert(name).value);
  }
}
BENCHMARK(BM_EraseAndInsert);

// A thousand of a million match.
void BM_WalkOneBranch(benchmark::State& state) {
  SubjectMap<Counts>& map = filled();
  for (auto _ : state) benchmark::DoNotOptimize(map.count_matching("sensors.77.>"));
}
BENCHMARK(BM_WalkOneBranch)->Unit(benchmark::kMicrosecond);

// One of a million matches, behind a wildcard.
void BM_WalkBehindWildcard(benchmark::State& state) {
  SubjectMap<Counts>& map = filled();
  for (auto _ : state) {
    benchmark::DoNotOptimize(map.count_matching("sensors.*.device.500077.temperature"));
  }
}
BENCHMARK(BM_WalkBehindWildcard)->Unit(benchmark::kMicrosecond);

void BM_WalkAll(benchmark::State& state) {
  SubjectMap<Counts>& map = filled();
  for (auto _ : state) benchmark::DoNotOptimize(map.count_matching(">"));
}
BENCHMARK(BM_WalkAll)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace leat
