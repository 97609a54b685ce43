#include "core/monitor/collector.h"

#include <utility>

#include "core/env/gather.h"

namespace leat {
namespace {

void add_streams(const MonitoredShard& shard, AccountId account, MonitorQuestion::Streams how,
                 AccountPart& part) {
  for (Stream* stream : shard.streams->streams_of(account)) {
    StreamPart one{.info = stream->info(StateDetails()), .consumers = {}};
    part.messages += one.info.state.messages;
    part.bytes += one.info.state.bytes;
    if (how == MonitorQuestion::Streams::kTotals) continue;
    if (how == MonitorQuestion::Streams::kConsumers) {
      one.consumers = shard.consumers->infos(*stream);
    }
    part.stream_parts.push_back(std::move(one));
  }
}

// What the meta group has set aside is the same on every shard, so one of them says it.
void add_reserved(const MonitoredShard& shard, const std::string& account, AccountPart& part) {
  const auto bytes = [&](StorageType storage) {
    return static_cast<std::uint64_t>(shard.assignments->state().reserved_bytes(account, storage));
  };
  part.reserved_memory_bytes = bytes(StorageType::kMemory);
  part.reserved_file_bytes = bytes(StorageType::kFile);
}

void ask_jetstream(const MonitoredShard& shard, const MonitorQuestion& question, ShardId self,
                   MonitorSnapshot& snapshot) {
  if (shard.streams == nullptr || question.streams == MonitorQuestion::Streams::kNone) return;
  for (const std::string& name : question.jetstream_accounts) {
    const AccountId account = question.accounts->find(name);
    AccountPart& part = snapshot.jetstream[name];
    part.AccountFigures::add(shard.api->figures(account));
    if (self == kFirstShard) add_reserved(shard, name, part);
    const bool wanted = question.account.empty() || question.account == name;
    add_streams(shard, account, wanted ? question.streams : MonitorQuestion::Streams::kTotals,
                part);
  }
}

MonitorSnapshot ask(const MonitoredShard& shard, const MonitorQuestion& question, ShardId self) {
  MonitorSnapshot snapshot;
  snapshot.counts = shard.sessions->counts();
  snapshot.router_subscriptions = shard.router->subscription_count();
  if (question.open_connections) {
    snapshot.open = shard.sessions->open_connections(question.subscriptions
                                                         ? SessionSet::Detail::kWithSubscriptions
                                                         : SessionSet::Detail::kPlain);
  }
  if (question.closed_connections) {
    const auto& closed = shard.sessions->closed_connections();
    snapshot.closed.assign(closed.begin(), closed.end());
  }
  if (question.damages && shard.streams != nullptr) {
    snapshot.damages = shard.streams->damages();
    snapshot.room = shard.streams->file_groups().log().room();
  }
  if (question.interest) {
    for (const AccountId account : question.accounts->ids()) {
      const bool is_wanted =
          question.account.empty() || question.account == question.accounts->name_of(account);
      if (is_wanted) snapshot.interest.add(shard.router->interest_statistics(account));
    }
  }
  if (question.traffic) snapshot.traffic = shard.sessions->account_traffic();
  ask_jetstream(shard, question, self, snapshot);
  return snapshot;
}

}  // namespace

void collect(Mailbox& mailbox, const std::vector<MonitoredShard>& shards, MonitorQuestion question,
             InlineFunction<void(MonitorSnapshot)> done) {
  std::vector<Mailbox*> mailboxes;
  for (const MonitoredShard& shard : shards) mailboxes.push_back(shard.mailbox);
  auto asked = std::make_shared<const MonitorQuestion>(std::move(question));
  gather_from_shards<MonitorSnapshot>(
      mailboxes, mailbox.self(),
      [asked, &shards](ShardId there) { return ask(shards[there.value], *asked, there); },
      [done = std::move(done)](std::vector<MonitorSnapshot> parts) mutable {
        MonitorSnapshot sum;
        for (MonitorSnapshot& part : parts) sum.add(std::move(part));
        done(std::move(sum));
      });
}

}  // namespace leat
