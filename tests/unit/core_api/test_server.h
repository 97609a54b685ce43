#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "consumers/host/consumer_set.h"
#include "core/api/api_desk.h"
#include "core/cluster/assignments.h"
#include "core/cluster/meta_group.h"
#include "core/router/router.h"
#include "core/session/accounts.h"
#include "storage/memory/memory_log_store.h"
#include "storage/memory/memory_message_store.h"
#include "streams/host/direct_get.h"
#include "streams/host/stream_set.h"
#include "tests/support/virtual_shard.h"

namespace leat::testing {

// The records of all shards, as they stay over a restart of the hosts.
class KeptRecords : public RecoveredLog {
 public:
  void add(LogRecord record) { records_.push_back(std::move(record)); }

  std::vector<GroupId> groups() const override { return {}; }
  LogBounds bounds(GroupId) const override { return {}; }
  std::optional<LogRecord> hard_state(GroupId group) const override {
    std::optional<LogRecord> newest;
    for (const LogRecord& record : records_) {
      if (record.group == group && record.kind == RecordKind::kHardState) newest = record;
    }
    return newest;
  }
  std::optional<LogRecord> witness() const override { return {}; }
  Status replay(GroupId group, LogIndex from, const Visitor& visit) const override {
    for (const LogRecord& record : records_) {
      const bool is_wanted = record.group == group && record.kind == RecordKind::kEntry;
      if (is_wanted && record.index >= from) LEAT_TRY(visit(record));
    }
    return {};
  }
  const std::vector<SuspectRange>& suspect_ranges() const override { return suspects_; }

 private:
  std::vector<LogRecord> records_;
  std::vector<SuspectRange> suspects_;
};

// The log of one shard, whose records are durable in the next turn.
class KeptLog : public LogStore {
 public:
  KeptLog(Scheduler& scheduler, KeptRecords& records) : scheduler_(scheduler), records_(records) {}

  void set_listener(LogListener& listener) override { listener_ = &listener; }
  void forget_listener() { listener_ = nullptr; }
  LogTicket append(LogRecord record) override {
    records_.add(std::move(record));
    return LogTicket(++appended_);
  }
  void flush() override {
    scheduler_.post([this, through = LogTicket(appended_)] {
      if (listener_ != nullptr) listener_->durable_through(through);
    });
  }
  void read(GroupId group, LogIndex from, std::size_t, LogReadCallback callback) override {
    scheduler_.post([group, from, callback = std::move(callback)]() mutable {
      callback(entry_has_left(group, from));
    });
  }
  std::size_t pending_bytes() const override { return 0; }

 private:
  Scheduler& scheduler_;
  KeptRecords& records_;
  LogListener* listener_ = nullptr;
  std::uint64_t appended_ = 0;
};

// One of several shards that run in turns on one thread.
class ShardOfMany : public VirtualShard {
 public:
  ShardOfMany(std::vector<std::unique_ptr<ShardOfMany>>& shards, std::uint16_t index)
      : shards_(shards), index_(index) {}
  ShardId self() const override { return ShardId(index_); }
  std::uint16_t shard_count() const override { return static_cast<std::uint16_t>(shards_.size()); }
  void send(ShardId to, Task task) override { shards_.at(to.value)->post(std::move(task)); }

 private:
  std::vector<std::unique_ptr<ShardOfMany>>& shards_;
  std::uint16_t index_;
};

// The JetStream of a server without sessions and sockets: requests go in by the router of one
// shard, answers come out there as messages to inboxes. restart() makes all hosts anew over the
// same log and store.
class TestServer : public Sink {
 public:
  explicit TestServer(std::uint16_t shard_count = 1, ApiSettings settings = {})
      : settings_(std::move(settings)) {
    settings_.server_name = "ref";
    make_shards(shard_count);
    start();
  }
  ~TestServer() override { drop_hosts(); }

  // As after kill -9: what was durable is there.
  void restart() {
    run();
    const auto shard_count = static_cast<std::uint16_t>(shards_.size());
    drop_hosts();
    make_shards(shard_count);
    start();
  }

  AccountId account() const { return accounts_->global(); }
  Router& router(std::size_t shard = 0) { return *hosts_.at(shard)->router; }
  const MetaState& meta() const { return meta_->state(); }
  MetaGroup& meta_group() { return *meta_; }
  std::size_t stream_count() const {
    std::size_t count = 0;
    for (const auto& hosts : hosts_) count += hosts->streams->size();
    return count;
  }
  // Streams of each shard.
  std::vector<std::size_t> spread() const {
    std::vector<std::size_t> counts;
    for (const auto& hosts : hosts_) counts.push_back(hosts->streams->size());
    return counts;
  }
  void subscribe(std::string_view subject, Sink& sink, std::size_t shard = 0) {
    router(shard).subscribe({.account = account(), .subject = subject, .queue = {}, .cookie = 0},
                            sink);
  }
  // Where requests come in from now on.
  void use_shard(std::size_t shard) { client_shard_ = shard; }
  // Requests are of an account without JetStream from now on.
  void use_account_without_jetstream() {
    asking_ = accounts_->find("B");
    for (const auto& hosts : hosts_) {
      hosts->router->subscribe(
          {.account = asking_, .subject = "_INBOX.>", .queue = {}, .cookie = 0}, *this);
    }
    run();
  }

  // One turn of everybody; false: nothing moves.
  bool run_turn() {
    bool moved = store_shard_.run_turn();
    for (const auto& shard : shards_) moved |= shard->run_turn();
    return moved;
  }
  void run() {
    while (run_turn()) {
    }
  }

  // Lets time pass on all shards.
  void advance(DurationNs duration) {
    for (const auto& shard : shards_) shard->advance(duration);
    run();
  }

  // Publishes without running anything. `headers` is a block or empty.
  PublishOutcome send(std::string_view subject, std::string_view body,
                      std::string_view headers = {}) {
    const std::string whole = std::string(headers) + std::string(body);
    const std::string inbox = "_INBOX." + std::to_string(++sent_);
    RoutedMessage message;
    message.account = asking_;
    message.subject = subject;
    message.reply = inbox;
    message.body = whole;
    message.header_bytes = static_cast<std::uint32_t>(headers.size());
    message.origin.shard = ShardId(static_cast<std::uint16_t>(client_shard_));
    return router(client_shard_).publish(message);
  }

  // The payload of the answer, "503" when nobody took it, "--" when nothing comes.
  std::string request(std::string_view subject, std::string_view body,
                      std::string_view headers = {}) {
    received.clear();
    const bool is_taken = send(subject, body, headers).taken;
    run();
    if (!is_taken) return "503";
    const std::string inbox = "_INBOX." + std::to_string(sent_);
    for (const auto& [to, payload] : received) {
      if (to == inbox) return payload;
    }
    return "--";
  }

  bool deliver(const RoutedMessage& message, SinkCookie) override {
    received.emplace_back(std::string(message.route()), std::string(message.payload()));
    return true;
  }

  std::vector<std::pair<std::string, std::string>> received;

 private:
  struct Hosts {
    std::unique_ptr<KeptLog> log;
    std::unique_ptr<MemoryLogStore> memory_log;
    std::unique_ptr<MemoryMessageStore> memory_store;
    std::unique_ptr<Router> router;
    std::unique_ptr<StreamSet> streams;
    std::unique_ptr<ConsumerSet> consumers;
    std::unique_ptr<DirectGet> direct_get;
    std::unique_ptr<Assignments> assignments;
    std::unique_ptr<ApiDesk> desk;
  };

  // New ones: what the old ones still had to do is never done.
  void make_shards(std::uint16_t count) {
    shards_.clear();
    for (std::uint16_t i = 0; i < count; ++i) {
      shards_.push_back(std::make_unique<ShardOfMany>(shards_, i));
    }
  }

  std::unique_ptr<Hosts> make_hosts(ShardOfMany& shard) {
    auto hosts = std::make_unique<Hosts>();
    hosts->log = std::make_unique<KeptLog>(shard, records_);
    hosts->memory_log = std::make_unique<MemoryLogStore>(shard);
    hosts->memory_store = std::make_unique<MemoryMessageStore>(shard);
    hosts->router = std::make_unique<Router>(shard, shard, 1);
    hosts->streams = std::make_unique<StreamSet>(
        StreamSet::Dependencies{.router = *hosts->router,
                                .scheduler = shard,
                                .clock = shard,
                                .file = {*hosts->log, store_},
                                .memory = {*hosts->memory_log, *hosts->memory_store},
                                .quotas = quotas_,
                                .self = NodeId(1),
                                .domain = settings_.domain});
    hosts->consumers = std::make_unique<ConsumerSet>(*hosts->streams, *hosts->router, 2);
    hosts->direct_get = std::make_unique<DirectGet>(*hosts->streams, *hosts->router, shard);
    hosts->router->set_traffic_sink(StreamTraffic::kDirectGet, *hosts->direct_get);
    hosts->assignments =
        std::make_unique<Assignments>(Assignments::Dependencies{.streams = *hosts->streams,
                                                                .store = store_,
                                                                .router = *hosts->router,
                                                                .mailbox = shard},
                                      accounts_);
    hosts->desk =
        std::make_unique<ApiDesk>(ApiDesk::Dependencies{.router = *hosts->router,
                                                        .scheduler = shard,
                                                        .mailbox = shard,
                                                        .clock = shard,
                                                        .streams = *hosts->streams,
                                                        .consumers = *hosts->consumers,
                                                        .assignments = *hosts->assignments,
                                                        .random_seed = 3},
                                  std::make_shared<ApiSettings>(settings_));
    return hosts;
  }

  void start() {
    for (const auto& shard : shards_) hosts_.push_back(make_hosts(*shard));
    std::vector<Router*> routers;
    std::vector<Assignments*> assignments;
    std::vector<ApiDesk*> desks;
    for (const auto& hosts : hosts_) {
      routers.push_back(hosts->router.get());
      assignments.push_back(hosts->assignments.get());
      desks.push_back(hosts->desk.get());
    }
    for (Router* router : routers) router->connect_shards(routers);
    for (Router* router : routers) router->enable_jetstream(account());
    Assignments::connect(assignments);
    ApiDesk::connect(desks);
    recover();
    for (std::size_t shard = 0; shard < hosts_.size(); ++shard) {
      subscribe("_INBOX.>", *this, shard);
    }
    run();
  }

  void recover() {
    auto meta = MetaGroup::recover({.scheduler = *shards_[0],
                                    .clock = *shards_[0],
                                    .groups = hosts_[0]->streams->file_groups(),
                                    .store = store_,
                                    .self = NodeId(1)},
                                   store_, records_);
    LEAT_CHECK(meta.has_value()) << meta.error().text;
    meta_ = std::move(*meta);
    Assignments& first = *hosts_[0]->assignments;
    first.set_meta_group(*meta_);
    bool is_ready = false;
    meta_->start(first, [&] { first.recover(store_, records_, [&] { is_ready = true; }); });
    run();
    LEAT_CHECK(is_ready);
  }

  void drop_hosts() {
    for (const auto& hosts : hosts_) {
      hosts->log->forget_listener();
      hosts->desk.reset();
    }
    meta_.reset();
    hosts_.clear();
  }

  ApiSettings settings_;
  StorageQuotas quotas_;
  std::vector<std::unique_ptr<ShardOfMany>> shards_;
  KeptRecords records_;
  // One store for all shards, whose answers come in turns of its own.
  VirtualShard store_shard_;
  MemoryMessageStore store_{store_shard_};
  std::shared_ptr<const AccountTable> accounts_ =
      AccountTable::first(std::vector<std::string>{"B"});
  AccountId asking_ = accounts_->global();
  std::vector<std::unique_ptr<Hosts>> hosts_;
  std::unique_ptr<MetaGroup> meta_;
  std::size_t client_shard_ = 0;
  std::uint64_t sent_ = 0;
};

}  // namespace leat::testing
