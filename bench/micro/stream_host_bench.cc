// The way of a message through the hosts of one shard, without sockets and disk: publish to PubAck,
// and pull to ack. One thread; the log is durable at once.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "consumers/host/consumer_set.h"
#include "proto/api/validate.h"
#include "storage/memory/memory_log_store.h"
#include "storage/memory/memory_message_store.h"
#include "streams/host/stream_set.h"
#include "tests/support/virtual_shard.h"

namespace leat {
namespace {

constexpr AccountId kAccount{1};

// Keeps the ack subjects of what it gets, to answer them.
class Subscriber : public Sink {
 public:
  bool deliver(const RoutedMessage& message, SinkCookie) override {
    ++count;
    if (!message.reply.empty()) {
      acks.append(message.reply);
      ack_ends.push_back(acks.size());
    }
    return true;
  }
  std::uint64_t count = 0;
  std::string acks;
  std::vector<std::size_t> ack_ends;
};

struct OneShard {
  OneShard()
      : router(shard, shard, 1),
        log(shard),
        store(shard),
        streams({.router = router,
                 .scheduler = shard,
                 .clock = shard,
                 .file = {.log = log, .store = store},
                 .memory = {.log = memory_log, .store = store},
                 .quotas = quotas,
                 .self = NodeId(1)}),
        consumers(streams, router, 2) {
    router.connect_shards({&router});
    router.enable_jetstream(kAccount);
    router.subscribe({.account = kAccount, .subject = "_INBOX.>", .queue = {}, .cookie = 0},
                     client);
    StreamConfig config;
    config.name = "S";
    config.subjects = {"s.>"};
    config.max_msgs = 200'000;  // the memory of a long run stays bounded
    streams.create({.account = kAccount,
                    .uid = GroupId(7),
                    .config_number = 1,
                    .config = *normalize_stream_config({.config = config}, {}, {})},
                   [](Status) {});
    shard.run();
  }
  void publish(std::string_view subject, std::string_view payload, std::string_view reply) {
    RoutedMessage message;
    message.account = kAccount;
    message.subject = subject;
    message.reply = reply;
    message.body = payload;
    router.publish(message);
  }
  void make_consumer() {
    ConsumerConfig config;
    config.durable_name = "c";
    config.ack_policy = AckPolicy::kExplicit;
    config.max_ack_pending = 100'000;
    Stream& stream = *streams.find(GroupId(7));
    ConsumerCreateCommand command;
    command.name = "c";
    command.config = *normalize_consumer_config(config, stream.config(), {}, {});
    consumers.create(stream, command, [](const CommandOutcome&) {});
    shard.run();
  }

  leat::testing::VirtualShard shard;
  Router router;
  MemoryLogStore log;
  MemoryLogStore memory_log{shard};
  MemoryMessageStore store;
  Subscriber client;
  StorageQuotas quotas;
  StreamSet streams;
  ConsumerSet consumers;
};

void publish_to_pub_ack(benchmark::State& state) {
  OneShard one;
  const std::string payload(128, 'x');
  const auto batch = static_cast<int>(state.range(0));
  for (auto _ : state) {
    for (int i = 0; i < batch; ++i) one.publish("s.orders", payload, "_INBOX.abcdefgh.12345678");
    one.shard.run();
  }
  if (one.client.count != static_cast<std::uint64_t>(state.iterations()) * state.range(0)) {
    state.SkipWithError("acks are missing");
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(publish_to_pub_ack)->Arg(1)->Arg(16)->Arg(256);

void pull_and_ack(benchmark::State& state) {
  OneShard one;
  one.make_consumer();
  const std::string payload(128, 'x');
  const auto batch = static_cast<int>(state.range(0));
  const std::string request = std::to_string(batch);
  for (auto _ : state) {
    state.PauseTiming();
    for (int i = 0; i < batch; ++i) one.publish("s.orders", payload, {});
    one.shard.run();
    state.ResumeTiming();
    one.publish("$JS.API.CONSUMER.MSG.NEXT.S.c", request, "_INBOX.abcdefgh.12345678");
    one.shard.run();
    std::size_t begin = 0;
    const std::string acks = std::move(one.client.acks);
    for (const std::size_t end : one.client.ack_ends) {
      one.publish(std::string_view(acks).substr(begin, end - begin), "+ACK", {});
      begin = end;
    }
    one.client.ack_ends.clear();
    one.client.acks.clear();
    one.shard.run();
  }
  if (one.client.count != static_cast<std::uint64_t>(state.iterations()) * state.range(0)) {
    state.SkipWithError("messages are missing");
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(pull_and_ack)->Arg(16)->Arg(256);

}  // namespace
}  // namespace leat
