#include "tests/sim/world.h"

#include <cstdio>
#include <utility>

#include "core/base/check.h"
#include "core/base/log.h"

namespace leat::sim {

namespace {

constexpr DurationNs kReadyWithin = 5'000'000'000;
constexpr DurationNs kStoppedWithin = 5'000'000'000;
// Between two lives; longer than anything is on its way to a client.
constexpr DurationNs kDowntime = 300'000'000;
// At the longest, after a step-down.
constexpr DurationNs kNobodyLeadsWithin = 200'000'000;

std::shared_ptr<const SessionSettings> session_settings(
    std::shared_ptr<const AccountTable> accounts) {
  auto settings = std::make_shared<SessionSettings>();
  settings->accounts = std::move(accounts);
  settings->server.server_id = "NSIM";
  settings->server.server_name = "sim";
  settings->server.jetstream = true;
  return settings;
}

}  // namespace

// Destroyed from the last member to the first.
struct World::ShardParts {
  ShardParts(SimLoop& loop, ShardId self, std::uint16_t count)
      : shard(loop, self, count), memory_log(shard), memory_store(shard) {}
  SimShard shard;
  MemoryLogStore memory_log;
  MemoryMessageStore memory_store;
  MemorySpillStore spilled;  // all that can be
  std::unique_ptr<SimMessageStore> store;
  std::unique_ptr<Authenticator> authenticator;
  std::unique_ptr<ReplayWatch> watch;
  std::unique_ptr<ShardHosts> hosts;
};

struct World::Life {
  ConnectionLedger ledger;
  std::unique_ptr<RecoveredStore> recovered_store;
  StorageQuotas quotas;
  std::vector<std::unique_ptr<ShardParts>> shards;
  // Before the shards' own parts in destruction: its handles post to them.
  std::unique_ptr<SimJournal> journal;
  std::vector<std::unique_ptr<SimClient>> clients;
  bool is_ready = false;
};

World::World(const Shape& shape)
    : bugs_(shape.bugs),
      shard_count_(shape.shards),
      delivers_when_booked_(shape.delivers_when_booked),
      loop_(shape.seed),
      store_(bugs_),
      accounts_(AccountTable::first({})),
      settings_(session_settings(accounts_)) {
  // An error in the server's log is a finding: nothing in a run may cause one.
  loop_.set_log([this](LogLevel level, std::string_view text) {
    if (level <= LogLevel::kError) hear_of_error(std::string(text));
  });
  auto api = std::make_shared<ApiSettings>();
  api->server_name = "sim";
  jetstream_settings_.api = std::move(api);
  jetstream_settings_.accounts = accounts_;
  jetstream_settings_.enabled = {accounts_->global()};
}

World::~World() { drop_life(); }

void World::add_shard(std::uint16_t index) {
  auto parts = std::make_unique<ShardParts>(loop_, ShardId(index), shard_count_);
  parts->store = std::make_unique<SimMessageStore>(store_, loop_, parts->shard);
  parts->authenticator = std::make_unique<OpenAuthenticator>(accounts_);
  parts->watch = std::make_unique<ReplayWatch>(
      life_->journal->recovered(), log_book_,
      ReplayWatch::Findings{.book = replay_book_, .violations = violations_});
  parts->hosts =
      std::make_unique<ShardHosts>(ShardDependencies{.scheduler = parts->shard,
                                                     .mailbox = parts->shard,
                                                     .clock = loop_.clock(),
                                                     .authenticator = *parts->authenticator,
                                                     .ledger = life_->ledger,
                                                     .random = [this] { return chance().next(); }},
                                   settings_);
  parts->hosts->add_jetstream(
      JetStreamDependencies{.file = {life_->journal->log_of(parts->shard), *parts->store},
                            .memory = {parts->memory_log, parts->memory_store},
                            .quotas = life_->quotas,
                            .spill = &parts->spilled,
                            .delivers_when_booked = delivers_when_booked_},
      jetstream_settings_);
  parts->hosts->jetstream()->streams().add_listener(*parts->watch);
  life_->shards.push_back(std::move(parts));
}

void World::connect_shards() {
  std::vector<SimShard*> shards;
  std::vector<ShardHosts*> hosts;
  for (const auto& parts : life_->shards) {
    shards.push_back(&parts->shard);
    hosts.push_back(parts->hosts.get());
  }
  for (SimShard* shard : shards) shard->connect(shards);
  ShardHosts::connect(hosts);
}

bool World::begin_start() {
  const ThreadLogSink sink(loop_.log());
  LEAT_CHECK(life_ == nullptr);
  life_ = std::make_unique<Life>();
  life_->journal =
      std::make_unique<SimJournal>(loop_, SimJournal::Past{disk_, log_book_, vote_book_}, bugs_);
  if (const Status opened = life_->journal->open(store_.live().ticket); !opened) {
    refuse("journal: " + opened.error().text);
    return false;
  }
  for (const SuspectRange& range : life_->journal->recovered().suspect_ranges()) {
    hear_of_error("journal: group " + std::to_string(range.group.value) +
                  " is suspect: " + range.reason);
  }
  for (const std::string& vote : life_->journal->forgotten_votes(store_.live())) {
    hear_of_error(vote);
  }
  life_->recovered_store = store_.recovered();
  store_.on_flush(
      [this] { life_->journal->flushed(store_.flushed_groups(), store_.flushed_ticket()); });
  for (std::uint16_t i = 0; i < shard_count_; ++i) add_shard(i);
  connect_shards();
  ShardParts& first = *life_->shards.front();
  first.shard.post([this, &first] {
    const Status begun = first.hosts->jetstream()->recover(
        *life_->recovered_store, life_->journal->recovered(), [this] { life_->is_ready = true; });
    if (!begun) refuse("recovery: " + begun.error().text);
  });
  return true;
}

bool World::start() {
  if (!begin_start()) return false;
  const SteadyNs until = loop_.clock().steady_ns() + kReadyWithin;
  const auto is_open = [this] { return !life_->is_ready && !losses_.is_refused; };
  while (is_open() && loop_.clock().steady_ns() < until) loop_.run_for(10'000'000);
  if (!life_->is_ready && !losses_.is_refused) {
    violations_.push_back("the server did not get ready");
  }
  return life_->is_ready;
}

void World::drop_life() {
  if (life_ == nullptr) return;
  const ThreadLogSink sink(loop_.log());
  losses();
  if (bugs_.cursor_kept) keep_cursors();
  store_.on_flush(nullptr);
  life_->clients.clear();
  for (const auto& parts : life_->shards) parts->hosts.reset();
  life_->journal.reset();
  life_.reset();
}

// Without damage nothing may cause an error; with it, the error is the report of it.
void World::hear_of_error(const std::string& text) {
  if (!is_rotten_) violations_.push_back("log: " + text);
}

void World::refuse(const std::string& why) {
  if (!is_rotten_) violations_.push_back(why);
  losses_.is_refused = true;
}

void World::slow_disk() { life_->journal->be_slow(); }

bool World::has_failed() const { return life_->journal->has_failed(); }

void World::rot() {
  is_rotten_ |=
      chance().one_in(2) ? disk_.rot(chance(), SimJournal::kDirectory) : store_.rot(chance());
}

void World::damage(SimStoreDisk::Rows rows, const SimStoreDisk::Flip& flip) {
  is_rotten_ |= store_.flip(rows, flip);
}

void World::damage_journal(const SimDisk::Flip& flip) {
  disk_.flip(SimJournal::kDirectory, flip);
  is_rotten_ = true;
}

void World::keep_cursors() {
  for (const auto& parts : life_->shards) {
    for (const Stream* stream :
         parts->hosts->jetstream()->streams().streams_of(accounts_->global())) {
      for (const ConsumerId id : stream->machine().consumer_ids()) {
        store_.keep_cursor(stream->uid(), id, stream->machine().find_consumer(id)->next_stream());
      }
    }
  }
}

const Losses& World::losses() {
  if (life_ == nullptr) return losses_;
  for (const auto& parts : life_->shards) {
    for (const StreamDamage& damage : parts->hosts->jetstream()->streams().damages()) {
      Losses::Range range;
      if (damage.extent != StreamDamage::Extent::kMessages) {
        losses_.offline.insert(damage.stream);
      } else if (std::sscanf(damage.text.c_str(), "messages %lu to %lu", &range.first,
                             &range.last) == 2) {
        losses_.ranges[damage.stream].insert(range);
      } else {
        violations_.push_back("a loss without its sequences: " + damage.text);
      }
    }
  }
  return losses_;
}

void World::crash(Crash how) {
  drop_life();
  if (how == Crash::kPower) disk_.crash(chance());
  store_.lose_unflushed();
  disk_.heal();
  loop_.run_for(kDowntime);
}

void World::stop() {
  disk_.heal();
  auto left = std::make_shared<std::size_t>(life_->shards.size());
  for (const auto& parts : life_->shards) {
    parts->shard.post(
        [hosts = parts->hosts.get(), left] { hosts->jetstream()->stop([left] { --*left; }); });
  }
  const SteadyNs until = loop_.clock().steady_ns() + kStoppedWithin;
  while (*left > 0 && loop_.clock().steady_ns() < until) loop_.run_for(10'000'000);
  if (*left > 0) violations_.push_back("the streams did not stop");
  for (const auto& parts : life_->shards) {
    parts->shard.post([hosts = parts->hosts.get()] {
      hosts->sessions().close_all(CloseReason::kServerShutdown);
    });
  }
  // What was handed to log and store reaches the disk.
  loop_.run_for(kDowntime);
  store_.flush();
  drop_life();
}

SimClient& World::connect() {
  ShardParts& parts = *life_->shards.at(chance().below(life_->shards.size()));
  SimClient& client = *life_->clients.emplace_back(std::make_unique<SimClient>(loop_, parts.shard));
  LEAT_CHECK(client.connect(parts.hosts->sessions()));
  return client;
}

World::Drawn World::draw_stream() {
  ShardParts& parts = *life_->shards.at(chance().below(life_->shards.size()));
  StreamSet& streams = parts.hosts->jetstream()->streams();
  const std::vector<Stream*> all = streams.streams_of(accounts_->global());
  if (all.empty()) return {};
  return {.shard = &parts, .uid = all.at(chance().below(all.size()))->uid()};
}

void World::ask_to_store() {
  const Drawn drawn = draw_stream();
  if (!drawn.uid) return;
  StreamSet& streams = drawn.shard->hosts->jetstream()->streams();
  drawn.shard->shard.post([&streams, uid = drawn.uid] {
    if (Stream* stream = streams.find(uid)) stream->must_store();
  });
}

void World::step_meta_group_down(SteadyNs again) {
  MetaGroup* meta = life_->shards.front()->hosts->jetstream()->meta();
  if (meta == nullptr) return;  // not recovered yet
  SimShard& shard = life_->shards.front()->shard;
  shard.post([meta, &shard, again] {
    meta->step_down();
    shard.call_at(again, [meta] { meta->lead(); });
  });
}

void World::step_down() {
  const auto away = static_cast<DurationNs>(chance().below(kNobodyLeadsWithin));
  const SteadyNs again = loop_.clock().steady_ns() + away;
  if (chance().one_in(6)) return step_meta_group_down(again);
  const Drawn drawn = draw_stream();
  if (!drawn.uid) return;
  StreamSet& streams = drawn.shard->hosts->jetstream()->streams();
  SimShard& shard = drawn.shard->shard;
  shard.post([&streams, &shard, uid = drawn.uid, again] {
    Stream* leading = streams.find(uid);
    if (leading == nullptr) return;
    leading->step_down();
    shard.call_at(again, [&streams, uid] {
      if (Stream* stream = streams.find(uid)) stream->lead();
    });
  });
}

}  // namespace leat::sim
