#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "consumers/host/consumer_set.h"
#include "core/router/router.h"
#include "proto/api/validate.h"
#include "storage/memory/memory_log_store.h"
#include "storage/memory/memory_message_store.h"
#include "streams/host/direct_get.h"
#include "streams/host/stream_set.h"
#include "tests/support/stepped_log.h"
#include "tests/support/virtual_shard.h"

namespace leat {

// The answer to a pull that does not wait, of a consumer that has nothing.
inline const std::string kNoMessages = "NATS/1.0 404 No Messages\r\n\r\n";

// What a subscriber got, as it is written in the recorded exchanges.
struct Got {
  std::string subject;
  std::string reply;
  std::string headers;
  std::string payload;
};

// A client without a connection: subscribes, publishes and keeps what it gets.
class Client : public Sink {
 public:
  Client(Router& router, AccountId account) : router_(router), account_(account) {}

  SubscriptionId subscribe(std::string_view subject, std::string_view queue = {}) {
    return router_.subscribe({.account = account_, .subject = subject, .queue = queue, .cookie = 0},
                             *this);
  }
  void publish(std::string_view subject, std::string_view payload, std::string_view reply = {},
               std::string_view headers = {}) {
    const std::string body = std::string(headers) + std::string(payload);
    RoutedMessage message;
    message.account = account_;
    message.subject = subject;
    message.reply = reply;
    message.body = body;
    message.header_bytes = static_cast<std::uint32_t>(headers.size());
    message.origin.connection = ConnectionId(1);
    was_taken = router_.publish(message).taken;
  }
  bool deliver(const RoutedMessage& message, SinkCookie) override {
    got.push_back({.subject = std::string(message.subject),
                   .reply = std::string(message.reply),
                   .headers = std::string(message.headers()),
                   .payload = std::string(message.payload())});
    return true;
  }
  std::vector<Got> take() { return std::exchange(got, {}); }

  std::vector<Got> got;
  bool was_taken = false;

 private:
  Router& router_;
  AccountId account_;
};

// A store whose disk has lost some blocks and index rows, and that counts what is read from it.
class FlawedStore : public MemoryMessageStore {
 public:
  explicit FlawedStore(Scheduler& scheduler)
      : MemoryMessageStore(scheduler), scheduler_(scheduler) {}
  void write(WriteSet set, Task on_written) override {
    for (const BlockRow& row : set.index_rows) lost_rows.erase(row.first);
    MemoryMessageStore::write(std::move(set), std::move(on_written));
  }
  Result<Bytes> read_block(GroupId stream, StreamSeq first) override {
    if (lost.contains(first)) return failure(ErrorKind::kCorruption, "wrong checksum");
    return MemoryMessageStore::read_block(stream, first);
  }
  Status scan_index_rows(GroupId stream, StreamSeq from, const RowVisitor& visit) override {
    return MemoryMessageStore::scan_index_rows(
        stream, from, [&](StreamSeq first, std::string_view value) {
          return visit(first, lost_rows.contains(first) ? std::string_view() : value);
        });
  }
  void read_block(GroupId stream, StreamSeq first, ReadCallback callback) override {
    if (lost.contains(first)) return fail(std::move(callback));
    ++blocks_read;
    auto read = [this, stream, first, callback = std::move(callback)]() mutable {
      MemoryMessageStore::read_block(stream, first, std::move(callback));
    };
    if (!is_slow) return read();
    waiting_.push_back(std::move(read));
  }
  // Reads what waits since the disk is slow.
  void go_on() {
    is_slow = false;
    for (Task& read : std::exchange(waiting_, {})) read();
  }
  void read_message(GroupId stream, MessagePlace place, ReadCallback callback) override {
    if (lost.contains(place.block)) return fail(std::move(callback));
    ++messages_read;
    MemoryMessageStore::read_message(stream, place, std::move(callback));
  }
  std::set<StreamSeq> lost;
  std::set<StreamSeq> lost_rows;  // until they are written again
  bool is_slow = false;           // blocks come with go_on()
  int failed_reads = 0;
  std::size_t blocks_read = 0;
  std::size_t messages_read = 0;

 private:
  void fail(ReadCallback callback) {
    ++failed_reads;
    scheduler_.post([callback = std::move(callback)]() mutable {
      callback(failure(ErrorKind::kCorruption, "wrong checksum"));
    });
  }
  Scheduler& scheduler_;
  std::vector<Task> waiting_;
};

// One zone, two hours ahead of UTC.
struct OneZone : TimeZones {
  struct Zone : TimeZone {
    std::int64_t offset_s(std::int64_t) const override { return 7200; }
  };
  const TimeZone* find(std::string_view name) override {
    return name == "Two/Ahead" && !is_gone ? &zone : nullptr;
  }
  Zone zone;
  bool is_gone = false;
};

// Whose connections are held back, and how often.
struct BrakeNotes : PublisherBrake {
  void hold(ShardId, ConnectionId publisher) override {
    ++holds;
    held.insert(publisher);
  }
  void release(ShardId, ConnectionId publisher) override { held.erase(publisher); }
  std::multiset<ConnectionId> held;
  int holds = 0;
};

// One shard of a server with its streams and consumers, over a log and a store that outlive it: a
// crash or a clean stop, and it starts again from what they have.
class World : public ::testing::Test {
 protected:
  static constexpr AccountId kAccount{1};
  static constexpr GroupId kUid{1000};
  static constexpr DurationNs kMs = 1'000'000;
  static constexpr DurationNs kSecond = 1'000'000'000;

  enum class Deliver : bool { kAtOnce, kWhenBooked };
  explicit World(Deliver deliver = Deliver::kAtOnce)
      : delivers_when_booked_(deliver == Deliver::kWhenBooked) {
    log_.sync_by_itself(&shard_);
    start();
  }
  ~World() override { hosts_.reset(); }

  struct Hosts {
    Hosts(leat::testing::VirtualShard& shard, leat::testing::SteppedLog& log,
          MemoryMessageStore& store, PublisherBrake& brake, TimeZones& zones,
          bool delivers_when_booked)
        : router(shard, shard, 1),
          memory_log(shard),
          memory_store(shard),
          streams({.router = router,
                   .scheduler = shard,
                   .clock = shard,
                   .brake = &brake,
                   .file = {.log = log, .store = store},
                   .memory = {.log = memory_log, .store = memory_store},
                   .quotas = quotas,
                   .self = NodeId(1),
                   .zones = &zones,
                   .delivers_when_booked = delivers_when_booked}),
          consumers(streams, router, 2),
          direct_get(streams, router, shard) {
      router.connect_shards({&router});
      router.enable_jetstream(kAccount);
      router.set_traffic_sink(StreamTraffic::kDirectGet, direct_get);
    }
    Router router;
    MemoryLogStore memory_log;
    MemoryMessageStore memory_store;
    StorageQuotas quotas;
    StreamSet streams;
    ConsumerSet consumers;
    DirectGet direct_get;
  };

  void start() {
    hosts_ = std::make_unique<Hosts>(shard_, log_, store_, brake_, zones_, delivers_when_booked_);
    client_ = std::make_unique<Client>(hosts_->router, kAccount);
    client_->subscribe("_INBOX.>");
  }
  // The process is killed and starts again.
  void crash_and_restart() { crash_and_restart_after(0); }
  // The same, and time passes in between.
  void crash_and_restart_after(DurationNs pause) {
    client_.reset();
    hosts_.reset();
    log_.crash();
    log_.sync_by_itself(&shard_);
    shard_.advance(pause);
    restart();
  }
  void stop_and_restart() {
    bool is_stopped = false;
    hosts_->streams.stop([&] { is_stopped = true; });
    shard_.run();
    EXPECT_TRUE(is_stopped);
    crash_and_restart();
  }

  static StreamConfig stream_config(StreamConfig config) {
    const ApiResult<StreamConfig> normal =
        normalize_stream_config({.config = std::move(config)}, {}, {});
    EXPECT_TRUE(normal.has_value()) << normal.error().description;
    return *normal;
  }
  static StreamConfig orders() {
    StreamConfig config;
    config.name = "S";
    config.subjects = {"s.>"};
    config.allow_direct = true;
    return config;
  }
  Stream& make_stream(StreamConfig config, GroupId uid = kUid) {
    assignments_.push_back(
        {.account = kAccount, .uid = uid, .config_number = 1, .config = stream_config(config)});
    bool is_done = false;
    hosts_->streams.create(assignments_.back(), [&](Status status) {
      EXPECT_TRUE(status.has_value()) << status.error().text;
      is_done = true;
    });
    shard_.run();
    EXPECT_TRUE(is_done);
    return stream(uid);
  }
  Stream& stream(GroupId uid = kUid) { return *hosts_->streams.find(uid); }

  CommandReply make_consumer(std::string_view name, ConsumerConfig config) {
    const ApiResult<ConsumerConfig> normal =
        normalize_consumer_config(config, stream().config(), {}, {});
    EXPECT_TRUE(normal.has_value()) << normal.error().description;
    CommandReply result;
    bool is_done = false;
    ConsumerCreateCommand command;
    command.name = name;
    command.config = *normal;
    hosts_->consumers.create(stream(), command, [&](const CommandOutcome& outcome) {
      result = *outcome.reply;
      is_done = true;
    });
    shard_.advance(kMs);  // a push consumer begins a little behind the answer
    EXPECT_TRUE(is_done);
    return result;
  }
  static ConsumerConfig durable(std::string name, AckPolicy ack = AckPolicy::kExplicit) {
    ConsumerConfig config;
    config.durable_name = std::move(name);
    config.ack_policy = ack;
    return config;
  }
  ConsumerInfo info(std::string_view name) { return *hosts_->consumers.info(stream(), name); }

  // Publishes, lets everything happen, and gives what the client got.
  std::vector<Got> publish(std::string_view subject, std::string_view payload,
                           std::string_view reply = {}, std::string_view headers = {}) {
    client_->publish(subject, payload, reply, headers);
    shard_.run();
    return client_->take();
  }
  std::vector<Got> pull(std::string_view consumer, std::string_view body,
                        std::string_view reply = "_INBOX.pull") {
    return publish("$JS.API.CONSUMER.MSG.NEXT." + stream().name() + "." + std::string(consumer),
                   body, reply);
  }
  std::vector<Got> direct(std::string_view body, std::string_view subject = {}) {
    std::string to = "$JS.API.DIRECT.GET.S";
    if (!subject.empty()) to += "." + std::string(subject);
    return publish(to, body, "_INBOX.d");
  }
  static std::vector<std::string> payloads(const std::vector<Got>& all) {
    std::vector<std::string> out;
    for (const Got& got : all) out.push_back(got.headers.empty() ? got.payload : got.headers);
    return out;
  }

  bool delivers_when_booked_;
  leat::testing::VirtualShard shard_;
  leat::testing::SteppedLog log_;
  FlawedStore store_{shard_};
  BrakeNotes brake_;
  OneZone zones_;
  std::vector<StreamAssignment> assignments_;
  std::unique_ptr<Hosts> hosts_;
  std::unique_ptr<Client> client_;

 private:
  void restart() {
    start();
    for (const StreamAssignment& assignment : assignments_) {
      const Status status = hosts_->streams.recover(assignment, store_, log_);
      EXPECT_TRUE(status.has_value()) << status.error().text;
    }
    bool is_ready = false;
    hosts_->streams.start_recovered([&] { is_ready = true; });
    shard_.run();
    EXPECT_TRUE(is_ready);
  }
};

}  // namespace leat
