// What one command costs in apply: publishes of 128 bytes, alone and with what usually stands
// around them. Each iteration applies one entry of kBatch commands.
#include <benchmark/benchmark.h>

#include <string>

#include "core/base/bytes.h"
#include "proto/record/entry.h"
#include "streams/core/stream_machine.h"

namespace leat {
namespace {

constexpr int kBatch = 256;

class Fixture {
 public:
  explicit Fixture(StreamConfig config) {
    config.name = "S";
    config.subjects = {">"};
    writer_.begin(now_);
    writer_.add(ConfigCommand{.number = 1, .config = std::move(config)});
    apply(writer_.finish());
  }
  EntryWriter& begin() {
    writer_.begin(now_ += 1'000'000);
    return writer_;
  }
  void apply(const Bytes& entry) {
    effects_.clear();
    ++index_;
    while (machine_.apply(index_, entry, effects_) == ApplyProgress::kMore) {
    }
  }
  void add_consumer(const std::string& name, const std::string& filter) {
    ConsumerCreateCommand command{.name = name};
    command.config.ack_policy = AckPolicy::kExplicit;
    command.config.filter_subject = filter;
    begin().add(command);
    apply(writer_.finish());
  }
  EntryWriter& writer() { return writer_; }

 private:
  StreamMachine machine_;
  StreamEffects effects_;
  ByteBuffer buffer_{1024 * 1024};
  EntryWriter writer_{buffer_};
  WallNs now_ = 1'700'000'000'000'000'000;
  LogIndex index_;
};

void publish(benchmark::State& state, Fixture& fixture, std::int64_t subjects) {
  const std::string payload(128, 'x');
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < subjects; ++i) names.push_back("orders.eu." + std::to_string(i));
  std::size_t next = 0;
  for (auto _ : state) {
    state.PauseTiming();
    EntryWriter& writer = fixture.begin();
    for (int i = 0; i < kBatch; ++i) {
      writer.add(PublishCommand{.subject = names[next], .payload = payload});
      next = next + 1 == names.size() ? 0 : next + 1;
    }
    const Bytes entry = writer.finish();
    state.ResumeTiming();
    fixture.apply(entry);
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}

void BM_Publish(benchmark::State& state) {
  Fixture fixture{StreamConfig()};
  publish(state, fixture, state.range(0));
}
BENCHMARK(BM_Publish)->Arg(1)->Arg(1000)->Arg(100000)->Iterations(8000);

void BM_PublishAtMaxMsgs(benchmark::State& state) {
  StreamConfig config;
  config.max_msgs = 100000;
  Fixture fixture(config);
  publish(state, fixture, state.range(0));
}
BENCHMARK(BM_PublishAtMaxMsgs)->Arg(1)->Arg(1000)->Iterations(8000);

void BM_PublishKeyValue(benchmark::State& state) {
  StreamConfig config;
  config.max_msgs_per_subject = 1;
  Fixture fixture(config);
  publish(state, fixture, state.range(0));
}
BENCHMARK(BM_PublishKeyValue)->Arg(1000)->Arg(100000)->Iterations(8000);

void BM_PublishWithConsumers(benchmark::State& state) {
  Fixture fixture{StreamConfig()};
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    fixture.add_consumer("c" + std::to_string(i), "orders.*." + std::to_string(i % 1000));
  }
  publish(state, fixture, 1000);
}
BENCHMARK(BM_PublishWithConsumers)->Arg(1)->Arg(10)->Arg(1000)->Iterations(2000);

void BM_PublishWithMessageId(benchmark::State& state) {
  StreamConfig config;
  config.duplicate_window = 1'000'000'000;
  Fixture fixture(config);
  const std::string payload(128, 'x');
  std::uint64_t id = 0;
  for (auto _ : state) {
    state.PauseTiming();
    EntryWriter& writer = fixture.begin();
    for (int i = 0; i < kBatch; ++i) {
      const std::string headers =
          "NATS/1.0\r\nNats-Msg-Id: order-" + std::to_string(++id) + "\r\n\r\n";
      writer.add(PublishCommand{.subject = "orders", .headers = headers, .payload = payload});
    }
    const Bytes entry = writer.finish();
    state.ResumeTiming();
    fixture.apply(entry);
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}
BENCHMARK(BM_PublishWithMessageId)->Iterations(8000);

void BM_WriteEntry(benchmark::State& state) {
  Fixture fixture{StreamConfig()};
  const std::string payload(128, 'x');
  for (auto _ : state) {
    EntryWriter& writer = fixture.begin();
    for (int i = 0; i < kBatch; ++i) {
      writer.add(PublishCommand{.subject = "orders.eu.1", .payload = payload});
    }
    benchmark::DoNotOptimize(writer.finish());
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}
BENCHMARK(BM_WriteEntry);

}  // namespace
}  // namespace leat
