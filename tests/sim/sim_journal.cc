#include "tests/sim/sim_journal.h"

#include <utility>

#include "core/base/check.h"

namespace leat::sim {

LogTicket SimLogStore::append(LogRecord record) {
  pending_bytes_ += record.payload.size();
  if (record.kind == RecordKind::kEntry) {
    std::map<LogIndex, LogRecord>& entries = journal_.book_[record.group];
    entries.erase(entries.lower_bound(record.index), entries.end());
    entries.emplace(record.index, record);
  }
  gathered_.push_back(std::move(record));
  return ++last_;
}

void SimLogStore::flush() {
  if (gathered_.empty()) return;
  for (LogRecord& record : gathered_) {
    waiting_bytes_ += record.payload.size();
    waiting_.push_back(std::move(record));
  }
  gathered_.clear();
  waiting_through_ = last_;
  journal_.kick();
}

void SimLogStore::report_durable(LogTicket ticket, std::size_t bytes) {
  shard_.post([this, ticket, bytes, alive = journal_.alive_] {
    if (!*alive) return;
    pending_bytes_ -= bytes;
    listener_->durable_through(ticket);
  });
}

void SimLogStore::report_holders(const std::vector<GroupId>& holders) {
  shard_.post([this, holders, alive = journal_.alive_] {
    if (*alive) listener_->must_store(holders);
  });
}

SimJournal::SimJournal(SimLoop& loop, const Past& past, const Bugs& bugs)
    : loop_(loop),
      disk_(past.disk),
      book_(past.book),
      bugs_(bugs),
      alive_(std::make_shared<bool>(true)) {}

SimJournal::~SimJournal() { *alive_ = false; }

Status SimJournal::open(StoreTicket store_holds) {
  LEAT_TRY(disk_.make_directories(kDirectory));
  LEAT_TRY_ASSIGN(recovered_, journal::recover(disk_, kDirectory));
  LEAT_TRY(journal::check_whole(recovered_, store_holds));
  journal::WriterOptions options;
  options.directory = kDirectory;
  options.segment_bytes = 64 * 1024;  // small, so that segments roll often and leave
  options.horizon_bytes = 4 * options.segment_bytes;
  options.random = [this] { return loop_.chance().next(); };
  LEAT_TRY_ASSIGN(writer_, journal::Writer::open(disk_, std::move(options), recovered_.end));
  return {};
}

LogStore& SimJournal::log_of(SimShard& shard) {
  shards_.push_back(std::make_unique<SimLogStore>(*this, shard));
  return *shards_.back();
}

void SimJournal::kick() {
  if (is_syncing_) return;
  is_syncing_ = true;
  loop_.call_after(1'000, [this, alive = alive_] {
    if (*alive) write_batch();
  });
}

void SimJournal::write_batch() {
  std::vector<LogRecord> batch;
  for (const auto& shard : shards_) {
    for (LogRecord& record : shard->waiting_) batch.push_back(std::move(record));
    shard->waiting_.clear();
    shard->syncing_through_ = shard->waiting_through_;
    shard->syncing_bytes_ = std::exchange(shard->waiting_bytes_, 0);
  }
  if (batch.empty()) {
    is_syncing_ = false;
    return;
  }
  LEAT_CHECK(writer_->write(batch).has_value());
  if (bugs_.ack_before_sync) {
    for (const auto& shard : shards_) {
      shard->report_durable(shard->syncing_through_, std::exchange(shard->syncing_bytes_, 0));
    }
  }
  const auto delay = static_cast<DurationNs>(50'000 + loop_.chance().below(5'000'000));
  loop_.call_after(delay, [this, alive = alive_] {
    if (*alive) end_sync();
  });
}

void SimJournal::flushed(std::span<const FlushedGroup> groups, StoreTicket through) {
  writer_->flushed(groups, through);
  // A sync is under way: it covers the witness, and the next flush trims.
  if (is_syncing_) return;
  LEAT_CHECK(writer_->trim().has_value());
}

void SimJournal::ask_holders() {
  const std::vector<GroupId> holders = writer_->take_holders();
  if (holders.empty()) return;
  for (const auto& shard : shards_) shard->report_holders(holders);
}

void SimJournal::end_sync() {
  LEAT_CHECK(writer_->sync().has_value());
  ask_holders();
  for (const auto& shard : shards_) {
    if (!bugs_.ack_before_sync) {
      shard->report_durable(shard->syncing_through_, std::exchange(shard->syncing_bytes_, 0));
    }
  }
  write_batch();
}

}  // namespace leat::sim
