#pragma once

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/rng.h"
#include "core/env/mailbox.h"
#include "core/env/scheduler.h"
#include "core/router/router.h"

namespace leat::test {

// The loop and the mailbox of one shard, stepped by hand. Mail lies in the receiver's letter box,
// by sender, until it is taken there.
class TestShard final : public Scheduler, public Mailbox {
 public:
  TestShard(ShardId self, std::vector<std::unique_ptr<TestShard>>& all) : self_(self), all_(all) {}

  void post(Task task) override { posted_.push_back(std::move(task)); }
  void at_turn_end(Task task) override { turn_end_.push_back(std::move(task)); }
  TimerId call_at(SteadyNs, Task) override { return {}; }
  void cancel(TimerId) override {}
  ShardId self() const override { return self_; }
  std::uint16_t shard_count() const override { return static_cast<std::uint16_t>(all_.size()); }
  void send(ShardId to, Task task) override {
    all_[to.value]->letters_[self_.value].push_back(std::move(task));
  }

  void open_letter_box() { letters_.resize(all_.size()); }
  void end_turn() {
    for (; !turn_end_.empty(); turn_end_.pop_front()) turn_end_.front()();
  }
  bool has_letter_from(std::size_t sender) const { return !letters_[sender].empty(); }
  void take_letter_from(std::size_t sender) {
    Task task = std::move(letters_[sender].front());
    letters_[sender].pop_front();
    task();
    end_turn();
  }

 private:
  ShardId self_;
  std::vector<std::unique_ptr<TestShard>>& all_;
  std::deque<Task> posted_;
  std::deque<Task> turn_end_;
  std::vector<std::deque<Task>> letters_;  // by sender
};

// The routers of a server with some shards. What a test does happens in a turn of its own; mail is
// taken by settle(), from senders in an order drawn by chance.
class TestShards {
 public:
  explicit TestShards(std::uint16_t count, std::uint64_t seed = 1) : chance_(seed) {
    for (std::uint16_t i = 0; i < count; ++i) shards_.push_back(nullptr);
    std::vector<Router*> routers;
    for (std::uint16_t i = 0; i < count; ++i) {
      shards_[i] = std::make_unique<TestShard>(ShardId(i), shards_);
    }
    for (auto& shard : shards_) {
      shard->open_letter_box();
      routers_.push_back(std::make_unique<Router>(*shard, *shard, seed));
      routers.push_back(routers_.back().get());
    }
    for (auto& router : routers_) router->connect_shards(routers);
  }

  std::size_t size() const { return shards_.size(); }
  Router& router(std::size_t shard) { return *routers_[shard]; }
  TestShard& shard(std::size_t shard) { return *shards_[shard]; }

  // Ends the turns and takes mail until there is none.
  void settle() {
    while (step()) {
    }
  }
  // Takes one letter somewhere; false: there was none.
  bool step() {
    for (auto& shard : shards_) shard->end_turn();
    std::vector<std::pair<std::size_t, std::size_t>> full;
    for (std::size_t to = 0; to < size(); ++to) {
      for (std::size_t from = 0; from < size(); ++from) {
        if (shards_[to]->has_letter_from(from)) full.emplace_back(to, from);
      }
    }
    if (full.empty()) return false;
    const auto [to, from] = full[chance_.below(full.size())];
    shards_[to]->take_letter_from(from);
    return true;
  }

 private:
  Rng chance_;
  std::vector<std::unique_ptr<TestShard>> shards_;
  std::vector<std::unique_ptr<Router>> routers_;
};

// Notes what it is given, as "subject payload".
class NotingSink final : public Sink {
 public:
  bool deliver(const RoutedMessage& message, SinkCookie cookie) override {
    if (refuses) return false;
    notes.push_back(std::string(message.subject) + " " + std::string(message.payload()));
    cookies.push_back(cookie);
    return true;
  }

  bool refuses = false;
  std::vector<std::string> notes;
  std::vector<SinkCookie> cookies;
};

inline constexpr AccountId kAccount{3};

inline RoutedMessage message_on(std::string_view subject, std::string_view payload = "x") {
  RoutedMessage message;
  message.account = kAccount;
  message.subject = subject;
  message.body = payload;
  return message;
}

inline SubscriptionId subscribe(Router& router, Sink& sink, std::string_view subject,
                                std::string_view queue = {}) {
  return router.subscribe({.account = kAccount, .subject = subject, .queue = queue, .cookie = 0},
                          sink);
}

}  // namespace leat::test
