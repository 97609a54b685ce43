#include "streams/host/stream.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/limits.h"
#include "core/base/log.h"
#include "raft/group/recovery.h"

namespace leat {

// There may be a hundred thousand, nearly all quiet; a size of the allocator.
static_assert(sizeof(Stream) <= 1792);

Stream::Stream(StreamAssignment assignment, const StreamContext& context, StreamMachine machine)
    : uid_(assignment.uid),
      account_(assignment.account),
      name_(assignment.config.name),
      config_number_(assignment.config_number),
      assigned_(std::make_unique<StreamConfig>(std::move(assignment.config))),
      context_(context),
      machine_(std::move(machine)),
      tail_(limits::kTailCacheBytes),
      reader_(uid_, {tail_, blocks_, context_.cache, context_.store},
              [this](StreamSeq first, const Error& why) { block_lost(first, why); }),
      rewriter_(uid_, context_.store),
      answers_(context_, name_),
      account_quota_(context_.quotas.of(account_)) {}

Stream::~Stream() {
  lifetime_.end();
  after_applied_.stop([](FateCallback callback, Fate fate) { callback(fate); });
  add_bytes(-counted_bytes_);
  context_.cache.drop_stream(uid());
}

Result<std::unique_ptr<Stream>> Stream::create(StreamAssignment assignment,
                                               const StreamContext& context) {
  std::unique_ptr<Stream> stream(
      new Stream(std::move(assignment), context, StreamMachine(context.index_budget)));
  RaftStart start;
  start.self = context.self;
  start.members.voters = {context.self};
  LEAT_TRY_ASSIGN(Raft raft, Raft::start(std::move(start)));
  stream->group_ = std::make_unique<Group>(stream->uid(), std::move(raft), *stream, context.groups);
  return stream;
}

Result<std::unique_ptr<Stream>> Stream::recover(StreamAssignment assignment,
                                                const StreamContext& context,
                                                const Recovered& recovered) {
  const GroupId uid = assignment.uid;
  LEAT_TRY_ASSIGN(const std::optional<StoredRow> stored, recovered.store.stored_row(uid));
  LEAT_TRY_ASSIGN(
      RecoveredGroup group,
      recover_group({.group = uid, .self = context.self, .founders = {{context.self}, {}}},
                    recovered.log, stored));
  RaftStart& start = group.start;
  const bool is_whole = group.damage.empty();
  if (!is_whole && !stored && start.entries.empty()) {
    return failure(ErrorKind::kCorruption, std::move(group.damage));
  }
  // What replay will give to the machine is read here once, where it can still be refused.
  for (const RaftEntry& entry : start.entries) {
    if (!entry.is_no_op()) LEAT_TRY(check_entry(entry.payload.view()));
  }
  const StreamContext& used = is_whole ? context : recovered.read_only;
  std::unique_ptr<Stream> stream(
      new Stream(std::move(assignment), used, StreamMachine(used.index_budget)));
  if (!is_whole) {
    used.damages.push_back({.account = stream->account(),
                            .uid = uid,
                            .stream = stream->name(),
                            .text = std::move(group.damage),
                            .extent = StreamDamage::Extent::kEnd});
  }
  if (stored) LEAT_TRY(stream->load(recovered));
  LEAT_TRY_ASSIGN(Raft raft, Raft::start(std::move(start)));
  stream->group_ = std::make_unique<Group>(uid, std::move(raft), *stream, used.groups);
  return stream;
}

Status Stream::load(const Recovered& recovered) {
  LEAT_TRY(load_stored_state(recovered.store, uid(), machine_,
                             [this](LoadedBlock block) { add_loaded(std::move(block)); }));
  last_stamp_ = machine_.last_stamp();
  count_bytes();
  return {};
}

// What stands in for a row is of no use where the stream has nothing left: it stays as it is.
void Stream::add_loaded(LoadedBlock block) {
  using Row = LoadedBlock::Row;
  if (block.row != Row::kStored && block.live_count == 0) return;
  blocks_.add_stored({.first = block.first,
                      .message_count = block.message_count,
                      .live_count = block.live_count,
                      .is_left = block.last < machine_.first_kept()});
  if (block.row == Row::kRebuilt) {
    LEAT_LOG(kWarning) << "Stream " << name() << ": the index row of block " << block.first
                       << " was made anew from the block: " << block.why.text;
    blocks_.restore_row({.first = block.first, .value = std::move(block.rebuilt_row)});
  } else if (block.row == Row::kLost) {
    if (lost_ == nullptr) lost_ = std::make_unique<std::vector<LostBlock>>();
    lost_->push_back({.first = block.first, .why = std::move(block.why)});
  }
}

void Stream::start(Task recovered) {
  if (!group_->is_only_voter()) {
    if (recovered) recovered();
    return;
  }
  recovered_ = std::make_unique<Task>(std::move(recovered));
  lead();
  // New: the configuration rides in the batch of the first vote.
  if (machine_.config_number() == 0 && group_->last_index().value == 1) propose_config();
}

void Stream::lead() {
  // Already leading, or not allowed to: whoever leads goes on.
  if (const Status stands = group_->campaign(); !stands) {
    LEAT_LOG(kWarning) << "Stream " << name() << " does not stand: " << stands.error().text;
  }
}

void Stream::became_leader() {
  is_led_here_ = true;
  last_stamp_ = std::max(last_stamp_, machine_.last_stamp());
  // The assignment is newer than the log, or a crash took the first configuration.
  if (!is_configured() && config_proposed_in_ != group_->term()) propose_config();
  begin_to_lead();
}

void Stream::begin_to_lead() {
  if (leader_ != nullptr || !is_led_here_ || is_ending_ || !is_configured()) return;
  leader_ = std::make_unique<StreamLeader>(*this);
  context_.router.claim_stream(account(), name());
  follow_config();
  const std::unique_ptr<Task> recovered = std::move(recovered_);
  if (is_read_only() && recovered) tell_read_only();
  for (StreamListener* listener : listeners()) listener->became_leader(*this);
  leader_->rearm_timers();
  if (const auto lost = std::move(lost_); lost != nullptr) {
    for (const LostBlock& block : *lost) block_lost(block.first, block.why);
  }
  if (recovered && *recovered) (*recovered)();
  run_when_configured();
}

void Stream::stepped_down() {
  is_led_here_ = false;
  end_to_lead(StreamListener::Stop::kSteppedDown);
}

void Stream::end_to_lead(StreamListener::Stop why) {
  if (leader_ == nullptr) return;
  leader_->set_subjects({});
  for (StreamListener* listener : listeners()) listener->stopping(*this, why);
  // The name stays claimed: who asks now is not told that the stream is not there.
  if (why == StreamListener::Stop::kSteppedDown) {
    context_.router.set_direct_get(account(), name(), Router::DirectGet::kRefused);
  }
  if (why != StreamListener::Stop::kSteppedDown) leader_->close_entry();
  leader_.reset();
}

void Stream::count_bytes() {
  add_bytes(static_cast<std::int64_t>(machine_.bytes()) - counted_bytes_);
}

void Stream::add_bytes(std::int64_t size_bytes) {
  if (size_bytes == 0) return;
  counted_bytes_ += size_bytes;
  account_quota_.add(config().storage, size_bytes);
  context_.quotas.server().add(config().storage, size_bytes);
}

std::optional<ApiErrorCode> Stream::broken_bound(const RoutedMessage& message) const {
  const StorageType storage = config().storage;
  const StorageQuota& server_quota = context_.quotas.server();
  if (!server_quota.is_bounded(storage) && !account_quota_.is_bounded(storage)) return std::nullopt;
  // What is on its way counts as well, though it may be refused yet.
  const auto size_bytes = static_cast<std::int64_t>(
      answers_.unapplied_bytes() +
      machine_.size_of(message.subject.size(), message.headers().size(), message.payload().size()));
  if (!server_quota.has(storage, size_bytes)) return ApiErrorCode::kInsufficientResources;
  if (!account_quota_.has(storage, size_bytes)) return ApiErrorCode::kAccountResourcesExceeded;
  return std::nullopt;
}

std::span<StreamListener* const> Stream::listeners() const {
  if (is_read_only()) return {};
  return context_.listeners;
}

void Stream::clock_was_set() {
  if (!is_leading() || is_read_only()) return;
  leader_->clock_was_set();
  for (StreamListener* listener : listeners()) listener->clock_was_set(*this);
}

// Only now is it known which messages are here.
void Stream::tell_read_only() {
  StreamDamage& damage = own_damage();
  damage.text = "messages behind " + std::to_string(machine_.last_sequence().value) +
                " are lost: " + damage.text;
  LEAT_LOG(kError) << "Stream " << name() << " is read only: " << damage.text;
}

StreamDamage& Stream::own_damage() const {
  const auto found =
      std::find_if(context_.damages.begin(), context_.damages.end(), [this](const auto& damage) {
        return damage.uid == uid_ && damage.extent == StreamDamage::Extent::kEnd;
      });
  LEAT_CHECK(found != context_.damages.end());
  return *found;
}

ApiError Stream::read_only_error() const {
  return api_error(ApiErrorCode::kStreamOfflineReason, {own_damage().text});
}

void Stream::follow_config() {
  const StreamConfig& applied = machine_.config();
  followed_config_ = machine_.config_number();
  if (leader_ != nullptr) {
    leader_->set_subjects(applied.subjects);
    context_.router.set_direct_get(
        account(), name(),
        applied.allow_direct ? Router::DirectGet::kAllowed : Router::DirectGet::kRefused);
  }
  if (is_configured()) assigned_.reset();
}

void Stream::update(StreamAssignment assignment) {
  LEAT_CHECK(assignment.uid == uid() && assignment.config_number > config_number_);
  config_number_ = assignment.config_number;
  assigned_ = std::make_unique<StreamConfig>(std::move(assignment.config));
  config_proposed_in_ = {};
  if (group_->is_leader()) propose_config();
}

void Stream::when_configured(std::uint64_t number, Task task) {
  when_configured_.push_back({.number = number, .task = std::move(task)});
  run_when_configured();
}

void Stream::run_when_configured() {
  if (leader_ == nullptr || when_configured_.empty()) return;
  std::vector<WhenConfigured> waiting = std::exchange(when_configured_, {});
  for (WhenConfigured& one : waiting) {
    if (one.number <= machine_.config_number()) {
      one.task();
    } else {
      when_configured_.push_back(std::move(one));
    }
  }
}

void Stream::remove(Task done) {
  removed_ = std::make_unique<Task>(std::move(done));
  is_ending_ = true;
  if (leader_ == nullptr) return post([this] { finish_remove(); });
  leader_->set_subjects({});
  leader_->entry().add_stream_delete();
  answers_.add_command([this, self = lifetime_.ref()](const CommandOutcome& outcome) {
    if (!self) return;
    // Whatever became of its tombstone, the stream is to go.
    if (outcome.is_applied()) return finish_remove();
    post([this] { finish_remove(); });
  });
}

void Stream::finish_remove() {
  end_to_lead(StreamListener::Stop::kDeleted);
  context_.router.release_stream(account(), name());
  is_removed_ = true;
  context_.store.delete_stream(uid(), [self = lifetime_.ref()] {
    Stream* stream = self.get();
    // `done` destroys the stream, and with it the place where it stands.
    if (stream != nullptr && stream->removed_) {
      const std::unique_ptr<Task> removed = std::move(stream->removed_);
      (*removed)();
    }
  });
}

void Stream::stop(Task done) {
  is_ending_ = true;
  end_to_lead(StreamListener::Stop::kShutdown);
  // What is being replayed is in the journal, and a long replay holds up no stop. On a full disk
  // what was proposed may never be applied; it was not acknowledged.
  if (recovered_ != nullptr || room() == DiskRoom::kExhausted) return done();
  after_applied([this, done = std::move(done)](Fate fate) mutable {
    if (fate == Fate::kStopped) return;
    // One turn later: an entry that is being applied cannot be stored yet.
    post([this, done = std::move(done)]() mutable {
      if (unfinished_ == nullptr) take_write_set();
      done();
    });
  });
}

const StreamConfig& Stream::config() const {
  return machine_.config_number() == 0 ? *assigned_ : machine_.config();
}

StreamInfo Stream::info(const StateDetails& details) const {
  return {.config = config(),
          .created = machine_.created(),
          .state = machine_.state_info(details),
          .domain = std::string(context_.domain)};
}

}  // namespace leat
