#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/base/task.h"
#include "proto/api/info.h"
#include "raft/group/group_set.h"
#include "storage/api/horizon.h"
#include "storage/api/log_store.h"
#include "storage/api/message_store.h"
#include "streams/host/block_cache.h"
#include "streams/host/clock_watch.h"
#include "streams/host/stream.h"
#include "streams/host/stream_listener.h"

namespace leat {

// The dependencies of one kind of storage, file or memory.
struct StreamStorage {
  LogStore& log;
  MessageStore& store;
};

// All streams of one shard, by account and name and by uid. Makes, changes and removes them as the
// meta group has decided; whether a name is free, or a limit reached, was asked before. Owned by
// the shard's hosts, used on the shard's thread; its callbacks run there.
class StreamSet {
 public:
  struct Dependencies {
    Router& router;
    Scheduler& scheduler;
    const Clock& clock;
    PublisherBrake* brake = nullptr;
    StreamStorage file;
    StreamStorage memory;
    StorageQuotas& quotas;
    IndexBudget* index_budget = nullptr;  // null: without bound
    NodeId self;
    TimeZones* zones = nullptr;  // null: none but UTC
    std::string domain{};        // of the server; empty: none
    // Deliveries wait for their booking, as those of replicated streams do; for tests.
    bool delivers_when_booked = false;
  };
  explicit StreamSet(const Dependencies& deps);
  ~StreamSet();
  StreamSet(const StreamSet&) = delete;
  StreamSet& operator=(const StreamSet&) = delete;

  // Before the first stream; it must outlive this set.
  void add_listener(StreamListener& listener) { listeners_.push_back(&listener); }

  using DoneCallback = InlineFunction<void(Status)>;

  // `done`: the stream has applied its configuration and takes publishes. kExists when the uid is
  // here already.
  void create(StreamAssignment assignment, DoneCallback done);
  // `done`: the stream has applied the configuration with this number.
  void update(StreamAssignment assignment, DoneCallback done);
  // `done`: the tombstone is applied, waiting pulls have been told, the rows are gone.
  void remove(GroupId uid, DoneCallback done);

  // At start, before clients come: makes the stream from what store and log have, blocking. What
  // it cannot be made from is an error that names the stream; nothing is removed then. A stream in
  // memory begins empty.
  Status recover(StreamAssignment assignment, RecoveredStore& store, const RecoveredLog& log);
  // All recovered streams stand for leader and replay; `ready` runs when all take publishes.
  void start_recovered(Task ready);

  // Null when there is none on this shard.
  Stream* find(AccountId account, std::string_view name);
  Stream* find(GroupId uid);
  // In the order of their names.
  std::vector<Stream*> streams_of(AccountId account);
  std::size_t size() const { return by_uid_.size(); }
  // What the streams of one account hold on this shard; the rest is left at 0.
  AccountFigures usage(AccountId account);

  // What was found damaged since the start.
  const std::vector<StreamDamage>& damages() const { return damages_; }
  // A stream that is there and could not be made from what store and log have; null: no such.
  const StreamDamage* offline(AccountId account, std::string_view name) const;

  // The groups over the log of files: the meta group of the first shard is one of them.
  GroupSet& file_groups() { return file_groups_; }

  // A clean stop: pulls are told, timers stop, and everything applied goes to the store. `done`
  // runs when it is on its way there.
  void stop(Task done);

 private:
  struct NameOrder {
    using is_transparent = void;
    using Name = std::pair<AccountId, std::string>;
    using NameView = std::pair<AccountId, std::string_view>;
    static NameView view(const Name& name) { return {name.first, name.second}; }
    static NameView view(const NameView& name) { return name; }
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return view(a) < view(b);
    }
  };

  // A task that runs the given one when it was run `count` times.
  static std::shared_ptr<Task> after_all(std::size_t count, Task done);
  StreamContext context_of(GroupSet& groups, MessageStore& store);
  const StreamContext& context(StorageType storage) const {
    return storage == StorageType::kFile ? file_context_ : memory_context_;
  }
  Stream& add(std::unique_ptr<Stream> stream);
  void drop(GroupId uid);
  void remove_offline(GroupId uid, DoneCallback done);

  Dependencies deps_;
  GroupSet file_groups_;
  GroupSet memory_groups_;
  BlockCache cache_;
  std::vector<StreamListener*> listeners_;
  std::vector<StreamDamage> damages_;
  StreamScratch scratch_;
  StreamContext file_context_;
  StreamContext memory_context_;
  StreamContext read_only_context_;
  std::unordered_map<GroupId, std::unique_ptr<Stream>> by_uid_;
  std::map<std::pair<AccountId, std::string>, Stream*, NameOrder> by_name_;
  std::vector<GroupId> recovered_;
  ClockWatch clock_watch_;  // runs while there are streams
};

}  // namespace leat
