#include "streams/meta/meta_state.h"

#include <algorithm>

#include "core/base/check.h"
#include "proto/api/validate.h"

namespace leat {

namespace {

MetaVerdict refused(ApiError error) {
  MetaVerdict verdict;
  verdict.error = std::move(error);
  return verdict;
}

std::int64_t reservation(const StreamConfig& config) {
  return std::max<std::int64_t>(config.max_bytes, 0);
}

// At least one, and nobody twice.
bool are_distinct(std::vector<NodeId> members) {
  std::sort(members.begin(), members.end());
  return !members.empty() && std::adjacent_find(members.begin(), members.end()) == members.end();
}

}  // namespace

MetaState::MetaState() { counters_.next_uid = kMetaGroup.next(); }

MetaVerdict MetaState::apply(const MetaEntry& entry) {
  counters_.stamp = std::max(counters_.stamp, entry.stamp);
  are_counters_dirty_ = true;
  switch (entry.command.kind) {
    case MetaCommandKind::kCreateStream:
      return create(entry.command);
    case MetaCommandKind::kUpdateStream:
      return update(entry.command);
    case MetaCommandKind::kDeleteStream:
      return remove(entry.command);
  }
  return refused(api_error(ApiErrorCode::kBadRequest));
}

MetaVerdict MetaState::create(const MetaCommand& command) {
  const MetaStream* current = find(command.account, command.name);
  if (current != nullptr) {
    if (current->config != command.config)
      return refused(api_error(ApiErrorCode::kStreamNameExist));
    MetaVerdict verdict;
    verdict.stream = *current;
    return verdict;
  }
  if (!are_distinct(command.members)) {
    return refused(
        api_error(ApiErrorCode::kClusterNoPeers, {"members are missing or named twice"}));
  }
  if (auto error = check_limits(command, nullptr)) return refused(*std::move(error));
  if (overlaps(command, nullptr)) return refused(api_error(ApiErrorCode::kStreamSubjectOverlap));

  MetaVerdict verdict;
  verdict.change = MetaVerdict::Change::kCreated;
  verdict.stream.uid = counters_.next_uid;
  verdict.stream.config_number = counters_.next_number++;
  verdict.stream.account = command.account;
  verdict.stream.members = command.members;
  verdict.stream.config = command.config;
  ++counters_.next_uid;
  by_uid_.emplace(verdict.stream.uid, verdict.stream);
  count(verdict.stream);
  by_name_.emplace(NameKey{command.account, command.name}, verdict.stream.uid);
  dirty_.insert(verdict.stream.uid);
  return verdict;
}

MetaVerdict MetaState::update(const MetaCommand& command) {
  MetaStream* current = find_mutable(command.account, command.name);
  if (current == nullptr) return refused(api_error(ApiErrorCode::kStreamNotFound));
  // The leader asked this already, but of the configuration that stood when it proposed.
  if (auto status = check_stream_update(current->config, command.config); !status) {
    return refused(status.error());
  }
  if (auto error = check_limits(command, current)) return refused(*std::move(error));
  if (overlaps(command, current)) return refused(api_error(ApiErrorCode::kStreamSubjectOverlap));

  MetaVerdict verdict;
  if (current->config != command.config) {
    verdict.change = MetaVerdict::Change::kUpdated;
    discount(*current);
    current->config = command.config;
    count(*current);
    current->config_number = counters_.next_number++;
    dirty_.insert(current->uid);
  }
  verdict.stream = *current;
  return verdict;
}

MetaVerdict MetaState::remove(const MetaCommand& command) {
  const MetaStream* current = find(command.account, command.name);
  if (current == nullptr) return refused(api_error(ApiErrorCode::kStreamNotFound));
  MetaVerdict verdict;
  verdict.change = MetaVerdict::Change::kDeleted;
  verdict.stream = *current;
  discount(*current);
  dirty_.insert(current->uid);
  by_name_.erase(NameKey{command.account, command.name});
  by_uid_.erase(verdict.stream.uid);
  return verdict;
}

std::optional<ApiError> MetaState::check_limits(const MetaCommand& command,
                                                const MetaStream* current) const {
  const auto usage = usage_.find(command.account);
  const std::int64_t streams = usage == usage_.end() ? 0 : usage->second.streams;
  if (current == nullptr && command.streams_max >= 0 && streams >= command.streams_max) {
    return api_error(ApiErrorCode::kMaximumStreamsLimit);
  }
  if (command.reserved_bytes_max < 0) return std::nullopt;
  const std::int64_t before = current == nullptr ? 0 : reservation(current->config);
  const std::int64_t wanted = reservation(command.config) - before;
  const std::int64_t left =
      command.reserved_bytes_max - reserved_bytes(command.account, command.config.storage);
  // What is not set aside still wants room for a first byte.
  if (std::max<std::int64_t>(wanted, current == nullptr ? 1 : 0) <=
      std::max<std::int64_t>(left, 0)) {
    return std::nullopt;
  }
  return api_error(command.config.storage == StorageType::kMemory
                       ? ApiErrorCode::kMemoryResourcesExceeded
                       : ApiErrorCode::kStorageResourcesExceeded);
}

bool MetaState::overlaps(const MetaCommand& command, const MetaStream* current) {
  // A stream may collide with what it was itself.
  if (current != nullptr) discount(*current);
  const CollisionSet& taken = usage_[command.account].subjects;
  const bool found =
      std::any_of(command.config.subjects.begin(), command.config.subjects.end(),
                  [&taken](const std::string& subject) { return taken.collides(subject); });
  if (current != nullptr) count(*current);
  return found;
}

void MetaState::count(const MetaStream& stream) {
  Usage& usage = usage_[stream.account];
  ++usage.streams;
  usage.reserved(stream.config.storage) += reservation(stream.config);
  for (const std::string& subject : stream.config.subjects) usage.subjects.add(subject);
}

void MetaState::discount(const MetaStream& stream) {
  Usage& usage = usage_[stream.account];
  --usage.streams;
  usage.reserved(stream.config.storage) -= reservation(stream.config);
  for (const std::string& subject : stream.config.subjects) usage.subjects.remove(subject);
}

const MetaStream* MetaState::find(std::string_view account, std::string_view name) const {
  const auto found = by_name_.find(NameKey{std::string(account), std::string(name)});
  return found == by_name_.end() ? nullptr : &by_uid_.at(found->second);
}

MetaStream* MetaState::find_mutable(std::string_view account, std::string_view name) {
  const auto found = by_name_.find(NameKey{std::string(account), std::string(name)});
  return found == by_name_.end() ? nullptr : &by_uid_.at(found->second);
}

void MetaState::for_each(const std::function<void(const MetaStream&)>& visit) const {
  for (const auto& [uid, stream] : by_uid_) visit(stream);
}

void MetaState::for_each_of(std::string_view account,
                            const std::function<void(const MetaStream&)>& visit) const {
  for (auto at = by_name_.lower_bound(NameKey{std::string(account), ""});
       at != by_name_.end() && at->first.account == account; ++at) {
    visit(by_uid_.at(at->second));
  }
}

std::int64_t MetaState::reserved_bytes(std::string_view account, StorageType storage) const {
  const auto usage = usage_.find(account);
  if (usage == usage_.end()) return 0;
  return storage == StorageType::kMemory ? usage->second.reserved_memory_bytes
                                         : usage->second.reserved_file_bytes;
}

void MetaState::take_dirty_rows(const RowVisitor& visit) {
  if (are_counters_dirty_) visit(std::string(kMetaCountersKey), encode_meta_counters(counters_));
  are_counters_dirty_ = false;
  for (const GroupId uid : dirty_) {
    const auto found = by_uid_.find(uid);
    visit(meta_stream_key(uid), found == by_uid_.end() ? "" : encode_meta_stream(found->second));
  }
  dirty_.clear();
}

Status MetaState::load_row(std::string_view key, std::string_view value) {
  if (key == kMetaCountersKey) {
    LEAT_TRY_ASSIGN(counters_, decode_meta_counters(value));
    return {};
  }
  const std::optional<GroupId> uid = parse_meta_stream_key(key);
  if (!uid) return failure(ErrorKind::kUnsupported, "meta row of an unknown table");
  LEAT_TRY_ASSIGN(MetaStream stream, decode_meta_stream(*uid, value));
  NameKey name{stream.account, stream.config.name};
  if (!by_name_.emplace(std::move(name), *uid).second || !by_uid_.emplace(*uid, stream).second) {
    return failure(ErrorKind::kCorruption, "two meta rows for stream " + stream.config.name);
  }
  count(stream);
  return {};
}

}  // namespace leat
