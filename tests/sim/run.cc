#include "tests/sim/run.h"

#include <memory>
#include <sstream>

#include "tests/sim/checks.h"
#include "tests/sim/lifecycle_model.h"
#include "tests/sim/models.h"
#include "tests/sim/plan.h"
#include "tests/sim/push_reader_model.h"
#include "tests/sim/reader.h"
#include "tests/sim/reask_model.h"
#include "tests/sim/update_model.h"
#include "tests/sim/world.h"

namespace leat::sim {

namespace {

constexpr DurationNs kSlice = 20'000'000;
constexpr DurationNs kSecond = 1'000'000'000;
constexpr DurationNs kRecovering = 25'000'000;
// By then a healthy server has delivered and settled everything.
constexpr DurationNs kHealedWithin = 60 * kSecond;
// Longer than a consumer lives that nobody uses and that is not durable.
constexpr DurationNs kResting = 8 * kSecond;

// The users of one run and its world, over all lives.
class Scene {
 public:
  explicit Scene(const Options& options);
  Outcome play();

 private:
  void make_models(StreamPlan& plan);
  bool begin_life();
  void live_for(DurationNs duration);
  void end_life();
  void disturb();
  bool heal();
  void rest();
  void excuse_losses();
  void check();
  bool wait_for(DurationNs at_most, const std::function<bool()>& is_so);
  Outcome outcome();
  Rng& chance() { return world_.chance(); }

  Options options_;
  World world_;
  std::deque<StreamPlan> plans_;
  KeyRecord keys_;
  StreamRecord scratch_{"TMP"};
  Reader reader_{plans_};
  std::vector<std::unique_ptr<Model>> models_;
  std::vector<PushReaderModel*> push_readers_;
  UpdateModel* updates_ = nullptr;
  bool may_rot_ = false;
  std::uint64_t disk_failures_ = 0;
};

Scene::Scene(const Options& options)
    : options_(options),
      world_({.seed = options.seed,
              .shards = static_cast<std::uint16_t>(options.shards),
              .delivers_when_booked = options.delivers_when_booked,
              .bugs = options.bugs}),
      plans_(plan_of(options)) {
  may_rot_ = options_.flips > 0;
  for (StreamPlan& plan : plans_) make_models(plan);
  if (options_.has_updates) models_.push_back(std::make_unique<ReaskModel>(plans_));
  if (options_.has_scratch_stream) {
    models_.push_back(std::make_unique<LifecycleModel>(scratch_));
  }
}

void Scene::make_models(StreamPlan& plan) {
  if (plan.name() == "KV_K") {
    for (int i = 0; i < options_.cas_writers; ++i) {
      models_.push_back(std::make_unique<CasWriterModel>(
          "cas" + std::to_string(i), CasWriterModel::Records{plan.record, keys_}));
    }
    return;
  }
  for (int i = 0; i < options_.publishers; ++i) {
    auto publisher = std::make_unique<PublisherModel>(plan.name() + "-p" + std::to_string(i),
                                                      plan.prefix, plan.record);
    publisher->set_load({.messages = options_.messages,
                         .payload_bytes_max = options_.payload_bytes_max,
                         .has_ids = plan.leaves_by != LeavesBy::kAge});
    models_.push_back(std::move(publisher));
  }
  for (ConsumerPlan& consumer : plan.consumers) {
    for (int i = 0; i < options_.workers; ++i) {
      models_.push_back(std::make_unique<WorkerModel>(
          consumer.record.consumer + "-" + std::to_string(i), consumer.record));
    }
  }
  if (plan.name() == "LIM") {
    if (options_.has_updates) {
      auto updates = std::make_unique<UpdateModel>(plan);
      updates_ = updates.get();
      models_.push_back(std::move(updates));
    }
    for (int i = 0; i < options_.push_readers; ++i) {
      auto reader = std::make_unique<PushReaderModel>("push" + std::to_string(i), plan.record);
      push_readers_.push_back(reader.get());
      models_.push_back(std::move(reader));
    }
  }
  if (options_.has_operator && plan.leaves_by == LeavesBy::kLimits) {
    models_.push_back(std::make_unique<OperatorModel>(plan.record));
  }
}

bool Scene::wait_for(DurationNs at_most, const std::function<bool()>& is_so) {
  const SteadyNs until = world_.loop().clock().steady_ns() + at_most;
  while (!is_so()) {
    if (world_.loop().clock().steady_ns() >= until) return false;
    world_.loop().run_for(kSlice);
  }
  return true;
}

bool Scene::begin_life() {
  // Now and then the power goes again while the server recovers.
  while (chance().one_in(5)) {
    if (!world_.begin_start()) return false;
    world_.loop().run_for(static_cast<DurationNs>(chance().below(kRecovering)));
    world_.crash(chance().one_in(2) ? World::Crash::kPower : World::Crash::kKill);
  }
  if (!world_.start()) return false;
  reader_.start(world_.loop(), world_.connect());
  return true;
}

void Scene::disturb() {
  if (options_.resets_connections && chance().one_in(15)) {
    Model& model = *models_.at(chance().below(models_.size()));
    if (model.stands_reset() && model.is_begun()) model.reconnect(world_.connect());
  }
  if (options_.stores_often && chance().one_in(4)) world_.ask_to_store();
  // A damaged stream may leave with all that was said of it.
  if (may_rot_) world_.losses();
  if (options_.steps_down && chance().one_in(12)) world_.step_down();
  if (options_.jumps_wall && chance().one_in(30)) {
    world_.loop().clock().jump_wall(static_cast<DurationNs>(chance().below(4'000'000'000)) -
                                    2'000'000'000);
  }
}

void Scene::live_for(DurationNs duration) {
  const SteadyNs until = world_.loop().clock().steady_ns() + duration;
  bool are_started = false;
  if (options_.breaks_disk && chance().one_in(2)) world_.break_disk();
  if (options_.fills_disk && chance().one_in(2)) world_.fill_disk();
  if (options_.slows_disk) world_.slow_disk();
  while (world_.loop().clock().steady_ns() < until) {
    if (!are_started && reader_.is_set_up()) {
      are_started = true;
      for (const auto& model : models_) model->start(world_.loop(), world_.connect());
    }
    world_.loop().run_for(static_cast<DurationNs>(1 + chance().below(kSlice)));
    if (world_.has_failed()) return;
    if (are_started) disturb();
  }
}

void Scene::end_life() {
  if (world_.has_failed()) ++disk_failures_;
  // A server whose disk fails goes as one that is killed.
  const std::uint64_t draw = world_.has_failed() ? 1 + chance().below(7) : chance().below(8);
  reader_.stop();
  for (const auto& model : models_) model->stop();
  if (draw == 0) {
    world_.stop();
  } else {
    world_.crash(draw < 5 ? World::Crash::kPower : World::Crash::kKill);
  }
  if (options_.flips > 0 && chance().one_in(2)) {
    --options_.flips;
    world_.rot();
  }
}

bool Scene::heal() {
  for (const auto& model : models_) model->finish();
  if (!wait_for(kHealedWithin, [this] { return reader_.is_set_up(); })) {
    world_.violations().push_back("streams and consumers were not there in a healthy life");
    return false;
  }
  for (const auto& model : models_) model->start(world_.loop(), world_.connect());
  // Everything unanswered is published again before the consumers are asked.
  world_.loop().run_for(kSecond);
  const SteadyNs until = world_.loop().clock().steady_ns() + kHealedWithin;
  do {
    reader_.ask_consumers();
    world_.loop().run_for(kSecond / 2);
  } while (!reader_.is_quiet() && world_.loop().clock().steady_ns() < until);
  if (!reader_.is_quiet()) {
    world_.violations().push_back("consumers still had messages open in a healthy life");
  }
  return true;
}

// Nobody uses anything for a while; all consumers are durable, and have to be there.
void Scene::rest() {
  for (const auto& model : models_) model->stop();
  world_.loop().run_for(kResting);
  reader_.ask_consumers();
  if (!wait_for(kHealedWithin, [this] { return reader_.is_answered(); })) {
    world_.violations().push_back("consumers were not found after a rest");
  }
}

void Scene::excuse_losses() {
  for (StreamPlan& plan : plans_) {
    const auto lost = world_.losses().ranges.find(plan.name());
    if (lost == world_.losses().ranges.end()) continue;
    for (const Losses::Range& range : lost->second) {
      for (std::uint64_t at = range.first; at <= range.last; ++at) {
        plan.record.maybe_deleted.insert(at);
      }
    }
  }
}

void Scene::check() {
  reader_.read_all();
  if (may_rot_) {
    // The first pass meets what nobody has read since it rotted.
    wait_for(kHealedWithin, [this] { return reader_.is_read(); });
    world_.loop().run_for(kSecond);
    excuse_losses();
    for (StreamPlan& plan : plans_) plan.record.forgive_answers();
    reader_.read_all();
  }
  if (!wait_for(kHealedWithin, [this] { return reader_.is_read(); })) {
    world_.violations().push_back("reading back did not end");
  }
  for (StreamPlan& plan : plans_) {
    const Reader::Contents& contents = reader_.contents(plan.name());
    check_contents(plan, contents, world_.loop().clock().steady_ns());
    if (plan.name() == "KV_K") check_keys(plan, keys_, contents);
    if (plan.name() != "LIM") continue;
    if (updates_ != nullptr) updates_->check(contents.max_msgs);
    for (const PushReaderModel* reader : push_readers_) reader->check_saw_all(contents.present);
  }
}

Outcome Scene::outcome() {
  Outcome outcome;
  const Losses& losses = world_.losses();
  const bool has_lost_scratch = losses.is_refused || losses.offline.contains(scratch_.stream) ||
                                losses.ranges.contains(scratch_.stream);
  if (has_lost_scratch) scratch_.forgive_all_but_served();
  outcome.violations = world_.violations();
  outcome.violations.insert(outcome.violations.end(), scratch_.violations.begin(),
                            scratch_.violations.end());
  outcome.trace_hash = world_.loop().trace_hash();
  outcome.stored_sets = world_.stored_sets();
  outcome.disk_failures = disk_failures_;
  outcome.reported_losses = losses.offline.size() + losses.ranges.size();
  for (StreamPlan& plan : plans_) {
    StreamRecord& record = plan.record;
    if (losses.is_refused || losses.offline.contains(plan.name())) {
      record.forgive_all_but_served();
    } else if (losses.ranges.contains(plan.name())) {
      record.forgive_revisions();
    }
    outcome.violations.insert(outcome.violations.end(), record.violations.begin(),
                              record.violations.end());
    outcome.acknowledged += record.acknowledged.size();
    for (const ConsumerPlan& consumer : plan.consumers) {
      outcome.delivered += consumer.record.delivered.size();
    }
  }
  return outcome;
}

Outcome Scene::play() {
  for (int crash = 0; crash < options_.crashes; ++crash) {
    if (!begin_life()) return outcome();
    live_for(static_cast<DurationNs>(chance().below(2 * kSecond)));
    end_life();
  }
  if (begin_life() && heal()) {
    if (options_.has_updates) rest();
    check();
  }
  reader_.stop();
  for (const auto& model : models_) model->stop();
  if (world_.is_alive()) world_.stop();
  return outcome();
}

}  // namespace

std::string Outcome::text() const {
  constexpr std::size_t kShown = 10;
  std::ostringstream out;
  out << violations.size() << " violations, " << acknowledged << " acknowledged, " << delivered
      << " delivered, " << stored_sets << " write sets\n";
  for (std::size_t i = 0; i < violations.size() && i < kShown; ++i) out << violations[i] << "\n";
  return out.str();
}

Outcome run(const Options& options) { return Scene(options).play(); }

}  // namespace leat::sim
