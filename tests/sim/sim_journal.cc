#include "tests/sim/sim_journal.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/base/check.h"
#include "tests/sim/misread_log.h"

namespace leat::sim {

namespace {
constexpr DurationNs kSlowSync = 1'000'000'000;
}  // namespace

LogTicket SimLogStore::append(LogRecord record) {
  pending_bytes_ += record.payload.size();
  const bool is_entry = record.kind == RecordKind::kEntry;
  if (is_entry || record.kind == RecordKind::kTruncate) {
    std::map<LogIndex, LogRecord>& entries = journal_.book_[record.group];
    entries.erase(entries.lower_bound(record.index), entries.end());
    if (is_entry) entries.emplace(record.index, record);
  }
  gathered_.push_back(std::move(record));
  return ++last_;
}

void SimLogStore::flush() {
  if (gathered_.empty() && reads_.empty()) return;
  for (Read& read : reads_) waiting_reads_.push_back(std::move(read));
  reads_.clear();
  for (LogRecord& record : gathered_) {
    waiting_bytes_ += record.payload.size();
    waiting_.push_back(std::move(record));
  }
  gathered_.clear();
  waiting_through_ = last_;
  journal_.kick();
}

void SimLogStore::read(GroupId group, LogIndex from, std::size_t bytes, LogReadCallback callback) {
  reads_.push_back({group, from, bytes, std::move(callback)});
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
      votes_(past.votes),
      bugs_(bugs),
      alive_(std::make_shared<bool>(true)),
      reader_(past.disk, kDirectory) {}

SimJournal::~SimJournal() { *alive_ = false; }

Status SimJournal::open(StoreTicket store_holds) {
  LEAT_TRY(disk_.make_directories(kDirectory));
  LEAT_TRY_ASSIGN(recovered_, journal::recover(disk_, kDirectory));
  LEAT_TRY(journal::check_whole(recovered_, store_holds));
  LEAT_TRY(misread(bugs_, disk_, kDirectory, recovered_));
  journal::WriterOptions options;
  options.directory = kDirectory;
  // Small, so that segments roll often and leave; or one for each batch.
  options.segment_bytes = (loop_.chance().one_in(3) ? 1 : 64) * 1024;
  options.horizon_bytes = 4 * options.segment_bytes;
  options.random = [this] { return loop_.chance().next(); };
  LEAT_TRY_ASSIGN(writer_, journal::Writer::open(disk_, std::move(options), recovered_.end));
  return {};
}

std::vector<std::string> SimJournal::forgotten_votes(const StoreContents& store) const {
  std::vector<std::string> forgotten;
  for (const auto& [group, vote] : votes_) {
    if (store.deleted.contains(group)) continue;
    HardStatePlace found;
    if (const auto row = store.groups.find(group); row != store.groups.end()) {
      found = row->second.hard_state;
    }
    if (const std::optional<LogRecord> record = recovered_.log->hard_state(group)) {
      found = std::max(found, HardStatePlace{record->term, record->index});
    }
    if (found >= vote) continue;
    forgotten.push_back("group " + std::to_string(group.value) +
                        " has forgotten its vote in term " + std::to_string(vote.term.value));
  }
  return forgotten;
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
    answer_reads();
    is_syncing_ = false;
    return;
  }
  if (!went_well(writer_->write(batch))) return;
  answer_reads();
  for (const LogRecord& record : batch) {
    if (record.kind == RecordKind::kHardState) {
      unsynced_votes_[record.group] = {record.term, record.index};
    }
  }
  if (bugs_.ack_before_sync) {
    for (const auto& shard : shards_) {
      shard->report_durable(shard->syncing_through_, std::exchange(shard->syncing_bytes_, 0));
    }
  }
  auto delay = static_cast<DurationNs>(50'000 + loop_.chance().below(5'000'000));
  if (is_slow_ && loop_.chance().one_in(50)) delay = kSlowSync;
  loop_.call_after(delay, [this, alive = alive_] {
    if (*alive) end_sync();
  });
}

void SimJournal::flushed(std::span<const FlushedGroup> groups, StoreTicket through) {
  if (has_failed_) return;
  std::vector<FlushedGroup> all(groups.begin(), groups.end());
  if (bugs_.trim_past_hard_state) {
    for (FlushedGroup& group : all) {
      const auto vote = votes_.find(group.group);
      if (vote == votes_.end() || group.hard_state >= vote->second) continue;
      group.hard_state = vote->second;
      group.stored = LogIndex(~std::uint64_t{0});
    }
  }
  writer_->flushed(all, through);
  // A sync is under way: it covers the witness, and the next flush trims.
  if (!is_syncing_) went_well(writer_->trim());
}

// The shard hears in a later turn, as from the reading thread.
void SimJournal::answer_reads() {
  for (const auto& shard : shards_) {
    for (SimLogStore::Read& read : std::exchange(shard->waiting_reads_, {})) {
      Result<journal::ReadPlan> plan = writer_->locate(read.group, read.from);
      Result<std::vector<LogRecord>> entries =
          plan ? reader_.read(*plan, read.bytes) : tl::unexpected(plan.error());
      shard->shard_.post([callback = std::move(read.callback), entries = std::move(entries),
                          alive = alive_]() mutable {
        if (*alive) callback(std::move(entries));
      });
    }
  }
}

// Takes nothing from the seed's choices. What was read must be what was appended; that a group of
// the book has left, or is damaged, is no fault.
void SimJournal::read_some_back() {
  constexpr std::uint64_t kEvery = 16;
  if (++syncs_ % kEvery != 0 || book_.empty()) return;
  const std::uint64_t choice = syncs_ / kEvery;
  auto group = book_.begin();
  std::advance(group, static_cast<std::ptrdiff_t>(choice % book_.size()));
  const std::map<LogIndex, LogRecord>& entries = group->second;
  if (entries.empty()) return;
  const LogIndex from(1 + choice * 7 % entries.rbegin()->first.value);
  const Result<journal::ReadPlan> plan = writer_->locate(group->first, from);
  if (!plan) return;
  const Result<std::vector<LogRecord>> read = reader_.read(*plan, 4096);
  if (!read) return;
  LogIndex next = from;
  for (const LogRecord& entry : *read) {
    const auto appended = entries.find(entry.index);
    LEAT_CHECK(entry.index == next && appended != entries.end() &&
               appended->second.term == entry.term &&
               appended->second.payload.view() == entry.payload.view())
        << "group " << group->first << ": entry " << entry.index << " of term " << entry.term
        << " was read back, and is not what was appended";
    ++next;
  }
}

bool SimJournal::went_well(const Status& status) {
  if (!status) has_failed_ = true;
  return status.has_value();
}

void SimJournal::ask_holders() {
  const std::vector<GroupId> holders = writer_->take_holders();
  if (holders.empty()) return;
  for (const auto& shard : shards_) shard->report_holders(holders);
}

void SimJournal::end_sync() {
  if (!went_well(writer_->sync())) return;
  for (const auto& [group, place] : unsynced_votes_) votes_[group] = place;
  unsynced_votes_.clear();
  read_some_back();
  ask_holders();
  for (const auto& shard : shards_) {
    if (!bugs_.ack_before_sync) {
      shard->report_durable(shard->syncing_through_, std::exchange(shard->syncing_bytes_, 0));
    }
  }
  write_batch();
}

}  // namespace leat::sim
