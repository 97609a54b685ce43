// The index of a stream: what appending costs with and without packing of what is full, reading
// one message of a packed part, walking and counting. 10 million messages on 100,000 subjects.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/rng.h"
#include "streams/core/stream_state.h"

namespace leat {
namespace {

constexpr std::uint64_t kMessages = 10'000'000;
constexpr std::uint64_t kSubjects = 100'000;
constexpr WallNs kBegin = 1'700'000'000'000'000'000;

void append(StreamState& state, std::string_view subject) {
  const StreamSeq sequence = state.last_seq.next();
  state.last_seq = sequence;
  IndexSlot& slot = state.index.append(sequence);
  slot.set_time(kBegin + static_cast<WallNs>(sequence.value / 50) * 500'000);
  slot.size_and_never = 100;
  slot.subject = state.subjects.add(state.subjects.find(subject), subject, sequence, state.index);
}

std::vector<std::string> subject_names() {
  std::vector<std::string> names;
  for (std::uint64_t i = 0; i < kSubjects; ++i) names.push_back("f.a." + std::to_string(i));
  return names;
}

const StreamState& filled() {
  static const std::unique_ptr<StreamState> state = [] {
    auto made = std::make_unique<StreamState>();
    const std::vector<std::string> names = subject_names();
    for (std::uint64_t i = 0; i < kMessages; ++i) append(*made, names[i % kSubjects]);
    return made;
  }();
  return *state;
}

void BM_PackChunk(benchmark::State& state) {
  Rng rng(1);
  for (auto _ : state) {
    state.PauseTiming();
    IndexChunk chunk;
    for (std::size_t place = 0; place < IndexChunk::kPlaces; ++place) {
      IndexSlot& slot = chunk.append(place);
      slot.set_time(kBegin + static_cast<WallNs>(place / 50) * 500'000);
      slot.size_and_never = 100 + static_cast<std::uint32_t>(rng.below(100));
      slot.subject = static_cast<std::uint32_t>(rng.below(1000));
    }
    state.ResumeTiming();
    chunk.pack();
    benchmark::DoNotOptimize(chunk);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(IndexChunk::kPlaces));
}
BENCHMARK(BM_PackChunk)->Iterations(20000);

void BM_FindPacked(benchmark::State& state) {
  const StreamState& stream = filled();
  Rng rng(1);
  for (auto _ : state) {
    const SlotRef slot = stream.index.find(StreamSeq(1 + rng.below(kMessages - 5000)));
    benchmark::DoNotOptimize(slot.subject() + slot.size_bytes() +
                             static_cast<std::uint32_t>(slot.time()));
  }
  state.counters["bytes_per_message"] =
      static_cast<double>(stream.index.memory_bytes()) / static_cast<double>(kMessages);
}
BENCHMARK(BM_FindPacked);

// A filter that matches one subject in all, as a scan meets it.
void BM_WalkSparseFilter(benchmark::State& state) {
  const StreamState& stream = filled();
  const FilterSet filters({"*.a.77777"});
  for (auto _ : state) {
    for (ScanResult at{.next = StreamSeq(1)}; !at.is_end;) {
      at = stream.scan(filters, at.next, 65536);
      benchmark::DoNotOptimize(at);
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kMessages));
}
BENCHMARK(BM_WalkSparseFilter)->Unit(benchmark::kMillisecond);

// What a create pays whose consumer begins in the middle, with filters that are new.
void BM_CountFromTheMiddle(benchmark::State& state) {
  const StreamState& stream = filled();
  for (auto _ : state) {
    const FilterSet filters({"*.a.77777"});
    benchmark::DoNotOptimize(stream.count(filters, StreamSeq(kMessages / 2)));
  }
}
BENCHMARK(BM_CountFromTheMiddle)->Unit(benchmark::kMillisecond);

void BM_FirstAtTime(benchmark::State& state) {
  const StreamState& stream = filled();
  const WallNs last = stream.index.find(stream.last_seq).time();
  for (auto _ : state) {
    benchmark::DoNotOptimize(stream.first_at_or_after(kBegin + (last - kBegin) / 3));
  }
}
BENCHMARK(BM_FirstAtTime);

}  // namespace
}  // namespace leat
