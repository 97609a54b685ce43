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

// A log whose records are durable in the next turn and stay over a restart of the hosts.
class KeptLog : public LogStore, public RecoveredLog {
 public:
  explicit KeptLog(Scheduler& scheduler) : scheduler_(scheduler) {}

  void set_listener(LogListener& listener) override { listener_ = &listener; }
  void forget_listener() { listener_ = nullptr; }
  LogTicket append(LogRecord record) override {
    records_.push_back(std::move(record));
    return LogTicket(records_.size());
  }
  void flush() override {
    scheduler_.post([this, through = LogTicket(records_.size())] {
      if (listener_ != nullptr) listener_->durable_through(through);
    });
  }
  std::size_t pending_bytes() const override { return 0; }

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
  Scheduler& scheduler_;
  LogListener* listener_ = nullptr;
  std::vector<LogRecord> records_;
  std::vector<SuspectRange> suspects_;
};

// The JetStream of a server with one shard, without sessions and sockets: requests go in by the
// router, answers come out as messages to inboxes. restart() makes all hosts anew over the same log
// and store.
class OneShard : public Sink {
 public:
  explicit OneShard(ApiSettings settings = {}) : settings_(std::move(settings)) {
    settings_.server_name = "ref";
    accounts_ = AccountTable::first({});
    start();
  }

  void start() {
    router_ = std::make_unique<Router>(shard_, shard_, 1);
    router_->connect_shards({router_.get()});
    router_->enable_jetstream(account());
    const StreamStorage file{log_, store_};
    memory_log_ = std::make_unique<MemoryLogStore>(shard_);
    memory_store_ = std::make_unique<MemoryMessageStore>(shard_);
    streams_ =
        std::make_unique<StreamSet>(StreamSet::Doors{.router = *router_,
                                                     .scheduler = shard_,
                                                     .clock = shard_,
                                                     .file = file,
                                                     .memory = {*memory_log_, *memory_store_},
                                                     .self = NodeId(1)});
    consumers_ = std::make_unique<ConsumerSet>(*streams_, *router_, 2);
    direct_get_ = std::make_unique<DirectGet>(*streams_, *router_, shard_);
    router_->set_traffic_sink(StreamTraffic::kDirectGet, *direct_get_);
    assignments_ = std::make_unique<Assignments>(
        Assignments::Doors{.streams = *streams_, .router = *router_, .mailbox = shard_}, accounts_);
    Assignments::connect({assignments_.get()});
    desk_ = std::make_unique<ApiDesk>(ApiDesk::Doors{.router = *router_,
                                                     .scheduler = shard_,
                                                     .mailbox = shard_,
                                                     .clock = shard_,
                                                     .streams = *streams_,
                                                     .consumers = *consumers_,
                                                     .assignments = *assignments_,
                                                     .random_seed = 3},
                                      std::make_shared<ApiSettings>(settings_));
    ApiDesk::connect({desk_.get()});
    auto meta = MetaGroup::recover({.scheduler = shard_,
                                    .clock = shard_,
                                    .groups = streams_->file_groups(),
                                    .store = store_,
                                    .self = NodeId(1)},
                                   store_, log_);
    LEAT_CHECK(meta.has_value()) << meta.error().text;
    meta_ = std::move(*meta);
    assignments_->set_meta_group(*meta_);
    bool is_ready = false;
    meta_->start([&] { assignments_->recover(store_, log_, [&] { is_ready = true; }); });
    shard_.run();
    LEAT_CHECK(is_ready);
    subscribe("_INBOX.>", *this);
  }

  // As after kill -9: what was durable is there.
  void restart() {
    shard_.run();
    log_.forget_listener();
    desk_.reset();
    meta_.reset();
    assignments_.reset();
    direct_get_.reset();
    consumers_.reset();
    streams_.reset();
    router_.reset();
    shard_.run();
    start();
  }

  AccountId account() const { return accounts_->global(); }
  VirtualShard& shard() { return shard_; }
  Router& router() { return *router_; }
  StreamSet& streams() { return *streams_; }
  const MetaState& meta() const { return meta_->state(); }

  void subscribe(std::string_view subject, Sink& sink) {
    router_->subscribe({.account = account(), .subject = subject, .queue = {}, .cookie = 0}, sink);
  }

  // Publishes without running anything. `headers` is a block or empty.
  PublishOutcome send(std::string_view subject, std::string_view body,
                      std::string_view headers = {}) {
    const std::string whole = std::string(headers) + std::string(body);
    const std::string inbox = "_INBOX." + std::to_string(++sent_);
    RoutedMessage message;
    message.account = account();
    message.subject = subject;
    message.reply = inbox;
    message.body = whole;
    message.header_bytes = static_cast<std::uint32_t>(headers.size());
    return router_->publish(message);
  }

  // The payload of the answer, "503" when nobody took it, "--" when nothing comes.
  std::string request(std::string_view subject, std::string_view body,
                      std::string_view headers = {}) {
    received.clear();
    if (!send(subject, body, headers).taken) return "503";
    shard_.run();
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
  ApiSettings settings_;
  VirtualShard shard_;
  KeptLog log_{shard_};
  MemoryMessageStore store_{shard_};
  std::shared_ptr<const AccountTable> accounts_;
  std::unique_ptr<MemoryLogStore> memory_log_;
  std::unique_ptr<MemoryMessageStore> memory_store_;
  std::unique_ptr<Router> router_;
  std::unique_ptr<StreamSet> streams_;
  std::unique_ptr<ConsumerSet> consumers_;
  std::unique_ptr<DirectGet> direct_get_;
  std::unique_ptr<Assignments> assignments_;
  std::unique_ptr<MetaGroup> meta_;
  std::unique_ptr<ApiDesk> desk_;
  std::uint64_t sent_ = 0;
};

}  // namespace leat::testing
