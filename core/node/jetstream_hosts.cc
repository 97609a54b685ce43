#include "core/node/jetstream_hosts.h"

#include <utility>

namespace leat {

namespace {
// A server alone: the one member of all its groups.
constexpr NodeId kSelf{1};

// Spills in a turn of its own, when nobody holds anything of an index.
std::unique_ptr<IndexBudget> index_budget(const JetStreamDependencies& deps, Scheduler& scheduler) {
  if (deps.spill == nullptr) return nullptr;
  return std::make_unique<IndexBudget>(
      *deps.spill, deps.index_bytes_max,
      [&scheduler](IndexBudget& budget) { scheduler.post([&budget] { budget.settle(); }); });
}
}  // namespace

JetStreamHosts::JetStreamHosts(const World& world, const JetStreamDependencies& deps,
                               const JetStreamSettings& settings)
    : world_(world),
      file_store_(deps.file.store),
      quotas_(deps.quotas),
      index_budget_(index_budget(deps, world.scheduler)),
      streams_(StreamSet::Dependencies{.router = world.router,
                                       .scheduler = world.scheduler,
                                       .clock = world.clock,
                                       .brake = &world.brake,
                                       .file = deps.file,
                                       .memory = deps.memory,
                                       .quotas = deps.quotas,
                                       .index_budget = index_budget_.get(),
                                       .self = kSelf,
                                       .zones = deps.zones,
                                       .domain = settings.api->domain,
                                       .delivers_when_booked = deps.delivers_when_booked}),
      consumers_(streams_, world.router, world.random()),
      direct_get_(streams_, world.router, world.scheduler),
      assignments_(Assignments::Dependencies{.streams = streams_,
                                             .store = deps.file.store,
                                             .router = world.router,
                                             .mailbox = world.mailbox},
                   settings.accounts),
      desk_(ApiDesk::Dependencies{.router = world.router,
                                  .scheduler = world.scheduler,
                                  .mailbox = world.mailbox,
                                  .clock = world.clock,
                                  .streams = streams_,
                                  .consumers = consumers_,
                                  .assignments = assignments_,
                                  .random_seed = world.random()},
            settings.api) {
  world.router.set_traffic_sink(StreamTraffic::kDirectGet, direct_get_);
  follow(settings);
}

JetStreamHosts::~JetStreamHosts() = default;

void JetStreamHosts::connect(const std::vector<JetStreamHosts*>& shards) {
  std::vector<Assignments*> assignments;
  std::vector<ApiDesk*> desks;
  for (JetStreamHosts* shard : shards) {
    assignments.push_back(&shard->assignments_);
    desks.push_back(&shard->desk_);
  }
  Assignments::connect(assignments);
  ApiDesk::connect(desks);
}

Status JetStreamHosts::recover(RecoveredStore& store, const RecoveredLog& log, Task ready) {
  LEAT_TRY_ASSIGN(meta_,
                  MetaGroup::recover(MetaGroup::Dependencies{.scheduler = world_.scheduler,
                                                             .clock = world_.clock,
                                                             .groups = streams_.file_groups(),
                                                             .store = file_store_,
                                                             .self = kSelf},
                                     store, log));
  assignments_.set_meta_group(*meta_);
  meta_->start(assignments_, [this, &store, &log, ready = std::move(ready)]() mutable {
    assignments_.recover(store, log, std::move(ready));
  });
  return {};
}

void JetStreamHosts::stop(Task done) {
  if (meta_ != nullptr) meta_->stop();
  streams_.stop(std::move(done));
}

void JetStreamHosts::set_settings(const JetStreamSettings& settings) {
  desk_.set_settings(settings.api);
  assignments_.set_accounts(settings.accounts);
  follow(settings);
}

void JetStreamHosts::follow(const JetStreamSettings& settings) {
  for (const AccountId account : settings.enabled) world_.router.enable_jetstream(account);
  quotas_.server().set_bounds(settings.api->file_bytes_max, settings.api->memory_bytes_max);
  quotas_.set_bounds(settings.api->accounts);
}

}  // namespace leat
