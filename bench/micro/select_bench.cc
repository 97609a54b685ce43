// What one delivery costs its consumer: choosing it, booking it in apply, and its ack in apply.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "consumers/core/select.h"
#include "core/base/bytes.h"
#include "proto/record/entry.h"
#include "streams/core/stream_machine.h"

namespace leat {
namespace {

constexpr int kBatch = 256;
constexpr std::int64_t kMessages = 4'000'000;
constexpr WallNs kNow = 1'700'000'000'000'000'000;

class Fixture {
 public:
  Fixture(StreamConfig config, std::int64_t subjects) {
    config.name = "S";
    config.subjects = {">"};
    writer_.begin(kNow);
    writer_.add(ConfigCommand{.number = 1, .config = std::move(config)});
    apply();
    for (std::int64_t done = 0; done < kMessages;) {
      writer_.begin(kNow);
      for (int i = 0; i < 4096; ++i, ++done) {
        writer_.add(PublishCommand{.subject = "s." + std::to_string(done % subjects)});
      }
      apply();
    }
  }
  Selector make_consumer(const std::string& filter) {
    ConsumerCreateCommand command{.name = "c"};
    command.config.ack_policy = AckPolicy::kExplicit;
    command.config.ack_wait = 30'000'000'000;
    command.config.max_ack_pending = 1000;
    command.config.filter_subject = filter;
    writer_.begin(kNow);
    writer_.add(command);
    apply();
    id_ = effects_.replies[0].consumer;
    return Selector(*machine_.find_consumer(id_), machine_.view());
  }
  void apply() {
    const Bytes entry = writer_.finish();
    effects_.clear();
    ++index_;
    while (machine_.apply(index_, entry, effects_) == ApplyProgress::kMore) {
    }
  }
  EntryWriter& begin() {
    writer_.begin(kNow);
    return writer_;
  }
  ConsumerId id() const { return id_; }

 private:
  StreamMachine machine_;
  StreamEffects effects_;
  ByteBuffer buffer_{1024 * 1024};
  EntryWriter writer_{buffer_};
  LogIndex index_;
  ConsumerId id_;
};

void deliver(benchmark::State& state, Fixture& fixture, const std::string& filter) {
  Selector selector = fixture.make_consumer(filter);
  std::vector<AckItem> acks;
  std::int64_t delivered = 0;
  for (auto _ : state) {
    acks.clear();
    for (int i = 0; i < kBatch; ++i) {
      const SelectResult result = selector.choose(kNow);
      if (result.outcome != SelectOutcome::kMessage) break;
      selector.accept(result.selection, kNow);
      acks.push_back({.stream_seq = result.selection.stream_seq,
                      .consumer_seq = result.selection.consumer_seq,
                      .deliveries = 1});
      ++delivered;
    }
    BookCommand book;
    if (!selector.take_booking(book)) break;
    fixture.begin().add(book);
    fixture.apply();
    fixture.begin().add(AcksCommand{.consumer = fixture.id(), .items = acks});
    fixture.apply();
  }
  state.SetItemsProcessed(delivered);
}

void BM_DeliverAndAck(benchmark::State& state) {
  Fixture fixture(StreamConfig(), 1000);
  deliver(state, fixture, "");
}
BENCHMARK(BM_DeliverAndAck)->Iterations(10000);

void BM_DeliverAndAckFiltered(benchmark::State& state) {
  Fixture fixture(StreamConfig(), state.range(0));
  deliver(state, fixture, "s.1");
}
BENCHMARK(BM_DeliverAndAckFiltered)->Arg(10)->Arg(1000)->Iterations(10);

void BM_DeliverAndAckWorkQueue(benchmark::State& state) {
  StreamConfig config;
  config.retention = Retention::kWorkQueue;
  Fixture fixture(config, 1000);
  deliver(state, fixture, "");
}
BENCHMARK(BM_DeliverAndAckWorkQueue)->Iterations(10000);

}  // namespace
}  // namespace leat
