#include "streams/host/stream_set.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/limits.h"

namespace leat {

StreamSet::StreamSet(const Dependencies& deps)
    : deps_(deps),
      file_groups_(deps.file.log, deps.scheduler),
      memory_groups_(deps.memory.log, deps.scheduler),
      cache_(limits::kBlockCacheBytes),
      file_context_(context_of(file_groups_, deps.file.store)),
      memory_context_(context_of(memory_groups_, deps.memory.store)),
      read_only_context_(context_of(memory_groups_, deps.file.store)),
      clock_watch_(deps.scheduler, deps.clock, [this] {
        for (const auto& [uid, stream] : by_uid_) stream->clock_was_set();
      }) {
  read_only_context_.is_read_only = true;
}

StreamSet::~StreamSet() = default;

StreamContext StreamSet::context_of(GroupSet& groups, MessageStore& store) {
  return {.router = deps_.router,
          .scheduler = deps_.scheduler,
          .clock = deps_.clock,
          .groups = groups,
          .store = store,
          .cache = cache_,
          .scratch = scratch_,
          .listeners = listeners_,
          .damages = damages_,
          .quotas = deps_.quotas,
          .index_budget = deps_.index_budget,
          .brake = deps_.brake,
          .self = deps_.self,
          .zones = deps_.zones,
          .delivers_when_booked = deps_.delivers_when_booked,
          .domain = deps_.domain};
}

Stream& StreamSet::add(std::unique_ptr<Stream> stream) {
  Stream& added = *stream;
  by_name_[{added.account(), added.name()}] = &added;
  by_uid_[added.uid()] = std::move(stream);
  clock_watch_.start();
  return added;
}

void StreamSet::create(StreamAssignment assignment, DoneCallback done) {
  const GroupId uid = assignment.uid;
  const std::uint64_t number = assignment.config_number;
  if (by_uid_.contains(uid) || find(assignment.account, assignment.config.name) != nullptr) {
    done(failure(ErrorKind::kExists, "stream " + assignment.config.name + " is here already"));
    return;
  }
  const StreamContext& shared = context(assignment.config.storage);
  Result<std::unique_ptr<Stream>> stream = Stream::create(std::move(assignment), shared);
  if (!stream) {
    done(tl::unexpected(std::move(stream).error()));
    return;
  }
  Stream& added = add(std::move(*stream));
  added.start(Task());
  added.when_configured(number, [done = std::move(done)]() mutable { done(Status()); });
}

void StreamSet::update(StreamAssignment assignment, DoneCallback done) {
  Stream* stream = find(assignment.uid);
  if (stream == nullptr) {
    done(failure(ErrorKind::kNotFound, "stream " + assignment.config.name + " is not here"));
    return;
  }
  const std::uint64_t number = assignment.config_number;
  stream->update(std::move(assignment));
  stream->when_configured(number, [done = std::move(done)]() mutable { done(Status()); });
}

void StreamSet::remove(GroupId uid, DoneCallback done) {
  Stream* stream = find(uid);
  if (stream == nullptr) return remove_offline(uid, std::move(done));
  stream->remove([this, uid, done = std::move(done)]() mutable {
    drop(uid);
    done(Status());
  });
}

// What is left of it goes because somebody has decided so, unread.
void StreamSet::remove_offline(GroupId uid, DoneCallback done) {
  const auto is_it = [uid](const StreamDamage& damage) {
    return damage.uid == uid && damage.extent == StreamDamage::Extent::kAll;
  };
  if (std::erase_if(damages_, is_it) == 0) {
    done(failure(ErrorKind::kNotFound, "stream is not here"));
    return;
  }
  deps_.file.store.delete_stream(uid, [done = std::move(done)]() mutable { done(Status()); });
}

const StreamDamage* StreamSet::offline(AccountId account, std::string_view name) const {
  const auto found =
      std::find_if(damages_.begin(), damages_.end(), [&](const StreamDamage& damage) {
        return damage.extent == StreamDamage::Extent::kAll && damage.account == account &&
               damage.stream == name;
      });
  return found == damages_.end() ? nullptr : &*found;
}

void StreamSet::drop(GroupId uid) {
  const auto found = by_uid_.find(uid);
  LEAT_CHECK(found != by_uid_.end());
  const auto named =
      by_name_.find(NameOrder::NameView{found->second->account(), found->second->name()});
  if (named != by_name_.end() && named->second == found->second.get()) by_name_.erase(named);
  by_uid_.erase(found);
  if (by_uid_.empty()) clock_watch_.stop();
  std::erase_if(damages_, [uid](const StreamDamage& damage) {
    return damage.uid == uid && damage.extent == StreamDamage::Extent::kEnd;
  });
}

Status StreamSet::recover(StreamAssignment assignment, RecoveredStore& store,
                          const RecoveredLog& log) {
  const StreamContext& shared = context(assignment.config.storage);
  const std::string name = assignment.config.name;
  const AccountId account = assignment.account;
  const GroupId uid = assignment.uid;
  Result<std::unique_ptr<Stream>> stream =
      assignment.config.storage == StorageType::kFile
          ? Stream::recover(std::move(assignment), shared,
                            {.store = store, .log = log, .read_only = read_only_context_})
          : Stream::create(std::move(assignment), shared);
  if (!stream) {
    damages_.push_back({.account = account,
                        .uid = uid,
                        .stream = name,
                        .text = stream.error().text,
                        .extent = StreamDamage::Extent::kAll});
    return failure(stream.error().kind, "stream " + name + ": " + stream.error().text);
  }
  recovered_.push_back(add(std::move(*stream)).uid());
  return {};
}

std::shared_ptr<Task> StreamSet::after_all(std::size_t count, Task done) {
  return std::make_shared<Task>([count, done = std::move(done)]() mutable {
    if (--count == 0 && done) done();
  });
}

void StreamSet::start_recovered(Task ready) {
  const std::vector<GroupId> uids = std::exchange(recovered_, {});
  if (uids.empty()) {
    if (ready) ready();
    return;
  }
  const std::shared_ptr<Task> one_more = after_all(uids.size(), std::move(ready));
  for (const GroupId uid : uids) by_uid_.at(uid)->start([one_more] { (*one_more)(); });
}

Stream* StreamSet::find(AccountId account, std::string_view name) {
  const auto found = by_name_.find(NameOrder::NameView{account, name});
  return found == by_name_.end() ? nullptr : found->second;
}

Stream* StreamSet::find(GroupId uid) {
  const auto found = by_uid_.find(uid);
  return found == by_uid_.end() ? nullptr : found->second.get();
}

std::vector<Stream*> StreamSet::streams_of(AccountId account) {
  std::vector<Stream*> streams;
  for (auto it = by_name_.lower_bound(NameOrder::NameView{account, {}});
       it != by_name_.end() && it->first.first == account; ++it) {
    streams.push_back(it->second);
  }
  return streams;
}

AccountFigures StreamSet::usage(AccountId account) {
  AccountFigures usage;
  for (const Stream* stream : streams_of(account)) {
    const bool is_file = stream->config().storage == StorageType::kFile;
    (is_file ? usage.file_bytes : usage.memory_bytes) += stream->machine().bytes();
    ++usage.streams;
    usage.consumers += stream->machine().consumer_count();
  }
  return usage;
}

void StreamSet::stop(Task done) {
  clock_watch_.stop();
  if (by_uid_.empty()) {
    done();
    return;
  }
  const std::shared_ptr<Task> one_more = after_all(by_uid_.size(), std::move(done));
  for (const auto& [uid, stream] : by_uid_) stream->stop([one_more] { (*one_more)(); });
}

}  // namespace leat
