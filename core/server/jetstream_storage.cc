#include "core/server/jetstream_storage.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "core/base/duration.h"
#include "core/base/log.h"
#include "core/runtime/machine_memory.h"
#include "core/runtime/server_identity.h"

namespace leat {

namespace {

// A horizon of so many segments: what is kept moves on in steps of a quarter.
constexpr std::uint64_t kSegmentsKept = 4;

std::string store_directory(const JetStreamOptions& options) {
  if (!options.store_dir.empty()) return options.store_dir + "/jetstream";
  std::error_code unused;
  const std::string temporary = std::filesystem::temp_directory_path(unused).string();
  LEAT_LOG(kWarning) << "Temporary storage directory used, data could be lost on system reboot";
  return temporary + "/leat/jetstream";
}

std::size_t index_bytes(const JetStreamOptions& options) {
  if (options.index_bytes_max) return static_cast<std::size_t>(*options.index_bytes_max);
  return machine_memory_bytes() / limits::kIndexMemoryShare;
}

// An error of a start as it is told: for want of room with what that takes.
Error start_error(const Error& error, FileSystem& files, const std::string& directory) {
  if (error.kind != ErrorKind::kNoSpace) return error;
  const auto free = files.free_bytes(directory);
  return {ErrorKind::kNoSpace,
          "the disk of the store is full: " + (free ? std::to_string(*free) : "no") +
              " bytes are free in " + directory + ", a start needs " +
              std::to_string(limits::kDiskStartBytes) +
              ". Make room on that disk, or give the store a larger one, and start again: "
              "everything that was acknowledged is there (" +
              error.text + ")"};
}

Status check_room(FileSystem& files, const std::string& directory) {
  LEAT_TRY_ASSIGN(const std::uint64_t free, files.free_bytes(directory));
  if (free >= limits::kDiskStartBytes) return {};
  return failure(ErrorKind::kNoSpace, "nothing was changed");
}

}  // namespace

Result<std::unique_ptr<JetStreamStorage>> JetStreamStorage::open(const JetStreamOptions& options,
                                                                 std::size_t shards) {
  std::unique_ptr<JetStreamStorage> storage(new JetStreamStorage());  // NOLINT: private constructor
  storage->directory_ = store_directory(options);
  storage->reserve_bytes_ = static_cast<std::uint64_t>(options.disk_reserve_bytes);
  storage->shard_index_bytes_ = index_bytes(options) / shards;
  const Status opened = storage->open_parts(options);
  if (!opened) {
    return tl::unexpected(start_error(opened.error(), storage->files_, storage->directory_));
  }
  return storage;
}

Status JetStreamStorage::open_parts(const JetStreamOptions& options) {
  LEAT_TRY_ASSIGN(DirectoryLock lock, DirectoryLock::acquire(directory_));
  lock_ = std::make_unique<DirectoryLock>(std::move(lock));
  LEAT_TRY(check_room(files_, directory_));
  if (options.sync_interval_ns.value_or(0) > 0) {
    LEAT_LOG(kWarning) << "sync_interval is " << format_duration(*options.sync_interval_ns)
                       << ": what was acknowledged within it is lost when the machine loses power";
  }
  LEAT_TRY(SpillFile::prepare(files_, spill_directory()));
  RocksStoreOptions store;
  store.path = directory_ + "/db";
  LEAT_TRY_ASSIGN(rocks_, open_rocks_store(std::move(store)));
  JournalOptions log;
  log.directory = directory_ + "/journal";
  log.sync_interval_ns = options.sync_interval_ns.value_or(0);
  log.horizon_bytes = static_cast<std::uint64_t>(options.journal_bytes);
  log.reserve_bytes = reserve_bytes_;
  log.segment_bytes =
      std::min<std::uint64_t>(limits::kJournalSegmentBytes, log.horizon_bytes / kSegmentsKept);
  log.random = &random_number;
  log.store_holds = recovered_store().last_ticket();
  log.ask_for_flush = [rocks = rocks_.get()] { rocks->ask_for_flush(); };
  log.is_store_full = [rocks = rocks_.get()] { return rocks->is_full(); };
  LEAT_TRY_ASSIGN(journal_, open_journal(files_, std::move(log)));
  LEAT_TRY(rocks_->set_flush_listener(*journal_.journal));
  return {};
}

JetStreamDependencies JetStreamStorage::open_shard(Shard& shard) {
  ShardParts& parts = shards_.emplace_back();
  parts.log = journal_.journal->open_shard(shard.inbox());
  parts.store = rocks_->open_shard(shard.inbox());
  parts.memory_log = std::make_unique<MemoryLogStore>(shard);
  parts.memory_store = std::make_unique<MemoryMessageStore>(shard);
  parts.spill = std::make_unique<SpillFile>(
      files_, SpillFile::Place{.directory = spill_directory(),
                               .name = std::to_string(shards_.size() - 1),
                               .reserve_bytes = reserve_bytes_});
  return {.file = {*parts.log, *parts.store},
          .memory = {*parts.memory_log, *parts.memory_store},
          .quotas = quotas_,
          .zones = &zones_,
          .spill = parts.spill.get(),
          .index_bytes_max = shard_index_bytes_};
}

void JetStreamStorage::forget_recovered() { journal_.recovered.reset(); }

void JetStreamStorage::close() {
  journal_.journal->stop();
  if (const Status stopped = rocks_->stop(); !stopped) {
    LEAT_LOG(kError) << "The store was not flushed, the journal has what it lacks: "
                     << stopped.error().text;
  }
}

JetStreamSettings jetstream_settings(const Generation& generation) {
  const ServerOptions& options = *generation.options;
  const AccountTable& accounts = *generation.accounts;
  auto api = std::make_shared<ApiSettings>();
  api->server_name = generation.settings->server.server_name;
  api->domain = options.jetstream.domain;
  api->strictness = options.jetstream.strict ? JsonStrictness::kStrict : JsonStrictness::kLenient;
  api->memory_bytes_max = options.jetstream.memory_bytes_max;
  api->file_bytes_max = options.jetstream.file_bytes_max;
  const JetStreamLimits& limits = options.jetstream.limits;
  if (limits.consumers_default_max != 0) {
    api->assets.max_consumers = limits.consumers_default_max;
  }
  api->assets.duplicate_window = limits.duplicate_window_ns_max;
  api->assets.max_ack_pending = limits.ack_pending_max;
  api->assets.max_request_batch = limits.request_batch_max;

  JetStreamSettings settings;
  bool is_global_alone = true;  // without an account beside it, it has JetStream unasked
  for (const AccountOptions& account : options.accounts) {
    is_global_alone &= account.name == options.system_account;
    if (!account.jetstream) continue;
    const AccountId id = accounts.find(account.name);
    settings.enabled.push_back(id);
    const AccountJetStreamOptions& of = *account.jetstream;
    api->accounts[id] = AccountLimits{.max_memory = of.memory_bytes_max,
                                      .max_storage = of.file_bytes_max,
                                      .max_streams = of.streams_max,
                                      .max_consumers = of.consumers_max,
                                      .max_ack_pending = of.ack_pending_max,
                                      .memory_max_stream_bytes = of.memory_stream_bytes_max,
                                      .storage_max_stream_bytes = of.file_stream_bytes_max,
                                      .max_bytes_required = of.stream_bytes_required};
  }
  if (is_global_alone) settings.enabled.push_back(accounts.global());
  settings.api = std::move(api);
  settings.accounts = generation.accounts;
  return settings;
}

}  // namespace leat
