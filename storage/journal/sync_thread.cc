#include "storage/journal/sync_thread.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/log.h"
#include "storage/api/poison.h"
#include "storage/journal/recovery.h"

namespace leat::journal {

namespace {

// After this long without work the journal says what its last sync covered.
constexpr std::chrono::milliseconds kIdleAfter{20};
constexpr std::chrono::milliseconds kRoomInterval{limits::kDiskRoomIntervalMs};
constexpr std::string_view kWhat = "writing the journal";

// The log as one shard sees it; on that shard's thread.
class ShardHandle : public LogStore {
 public:
  ShardHandle(SyncThread& thread, ShardLog& shard) : thread_(thread), shard_(shard) {}
  ~ShardHandle() override { shard_.listener = nullptr; }
  ShardHandle(const ShardHandle&) = delete;
  ShardHandle& operator=(const ShardHandle&) = delete;

  void set_listener(LogListener& listener) override { shard_.listener = &listener; }

  LogTicket append(LogRecord record) override {
    LEAT_CHECK(shard_.listener != nullptr);
    LEAT_CHECK(record.group) << "a record without a group";
    gathered_bytes_ += kRecordHeaderBytes + record.payload.size();
    gathered_.push_back(std::move(record));
    ++last_;
    return last_;
  }

  void read(GroupId group, LogIndex from, std::size_t bytes, LogReadCallback callback) override {
    LEAT_CHECK(shard_.listener != nullptr);
    LogRead read{.post = shard_.post, .answer = {}, .group = group, .from = from, .bytes = bytes};
    ++shard_.pending_reads;
    read.answer = [shard = &shard_,
                   callback = std::move(callback)](Result<std::vector<LogRecord>> entries) mutable {
      --shard->pending_reads;
      if (shard->listener != nullptr) callback(std::move(entries));
    };
    if (shard_.pending_reads > limits::kLogReadsPending) {
      return answer(read, failure(ErrorKind::kLimit, "too many reads of the log are waiting"));
    }
    reads_.push_back(std::move(read));
  }

  void flush() override {
    // Behind the records: a read finds all that was appended before it.
    hand_over_records();
    if (!reads_.empty()) thread_.hand_over(reads_);
  }

  std::size_t pending_bytes() const override { return shard_.pending_bytes + gathered_bytes_; }
  DiskRoom room() const override { return thread_.room(); }

 private:
  void hand_over_records() {
    if (gathered_.empty()) return;
    shard_.pending_bytes += gathered_bytes_;
    thread_.hand_over(
        gathered_,
        {.shard = &shard_, .through = last_, .size_bytes = std::exchange(gathered_bytes_, 0)});
  }

  SyncThread& thread_;
  ShardLog& shard_;
  std::vector<LogRecord> gathered_;
  std::vector<LogRead> reads_;
  std::size_t gathered_bytes_ = 0;
  LogTicket last_;
};

}  // namespace

SyncThread::SyncThread(FileSystem& files, std::unique_ptr<Writer> writer,
                       const JournalOptions& options)
    : writer_(std::move(writer)),
      sync_interval_(options.sync_interval_ns),
      ask_for_flush_(options.ask_for_flush),
      ask_whether_store_is_full_(options.is_store_full),
      last_sync_(std::chrono::steady_clock::now()),
      segment_(writer_->segment()),
      reserve_bytes_(options.reserve_bytes),
      reading_(files, options.directory) {
  look_for_room();
  worker_.start([this] { run(); });
}

SyncThread::~SyncThread() { stop(); }

std::unique_ptr<LogStore> SyncThread::open_shard(RemotePost& post) {
  shards_.push_back(std::make_unique<ShardLog>(ShardLog{.post = &post}));
  return std::make_unique<ShardHandle>(*this, *shards_.back());
}

void SyncThread::stop() {
  worker_.stop();
  reading_.stop();
}

void SyncThread::hand_over(std::vector<LogRecord>& records, FlushMark mark) {
  worker_.hand_over([&] {
    const bool was_empty = waiting_.empty();
    for (LogRecord& record : records) waiting_.push_back(std::move(record));
    mark.record_end = waiting_.size();
    waiting_marks_.push_back(mark);
    return was_empty;
  });
  records.clear();
}

void SyncThread::hand_over(std::vector<LogRead>& reads) {
  worker_.hand_over([&] {
    for (LogRead& read : reads) waiting_reads_.push_back(std::move(read));
    return true;
  });
  reads.clear();
}

void SyncThread::flushed(std::span<const FlushedGroup> groups, StoreTicket through) {
  worker_.hand_over([&] {
    flushed_.insert(flushed_.end(), groups.begin(), groups.end());
    flushed_through_ = std::max(flushed_through_, through);
    return true;
  });
}

void SyncThread::store_room_changed() {
  worker_.hand_over([this] { return has_store_room_changed_ = true; });
}

void SyncThread::run() {
  while (take_waiting()) {
    if (!taken_.empty()) write_taken();
    begin_reads();
    trim();
    const bool has_changed = !taken_flushed_.empty() || is_store_room_news_;
    const bool is_looked_for = has_changed || writer_->fills() != fills_seen_;
    if (is_looked_for || room() != DiskRoom::kEnough) look_for_room();
    taken_flushed_.clear();
    taken_.clear();
    taken_marks_.clear();
    marks_done_ = 0;
  }
  if (writer_->has_unsynced()) sync();
  mark_idle();
}

// Without room the mark is left out: it only helps to judge the last batch.
void SyncThread::mark_idle() {
  const Status marked = writer_->mark_idle();
  if (!marked && marked.error().kind != ErrorKind::kNoSpace) poison_process(kWhat, marked.error());
}

bool SyncThread::take_waiting() {
  const auto has_work = [this] {
    return !waiting_.empty() || !waiting_reads_.empty() || !flushed_.empty() ||
           has_store_room_changed_;
  };
  WorkerThread::Lock lock = worker_.lock();
  while (!has_work() && !worker_.is_stopping(lock)) {
    if (writer_->has_unsynced()) {
      if (!worker_.wait_until(lock, last_sync_ + sync_interval_, has_work)) {
        lock.unlock();
        sync();
        lock.lock();
      }
    } else if (!worker_.wait_for(lock, kIdleAfter, has_work)) {
      lock.unlock();
      mark_idle();
      lock.lock();
      if (room() == DiskRoom::kEnough) {
        worker_.wait(lock, has_work);
      } else if (!worker_.wait_for(lock, kRoomInterval, has_work)) {
        lock.unlock();
        look_for_room();
        lock.lock();
      }
    }
  }
  taken_.swap(waiting_);
  taken_marks_.swap(waiting_marks_);
  taken_reads_.swap(waiting_reads_);
  taken_flushed_.swap(flushed_);
  taken_flushed_through_ = flushed_through_;
  is_store_room_news_ = std::exchange(has_store_room_changed_, false);
  return !taken_.empty() || !taken_reads_.empty() || !taken_flushed_.empty() || is_store_room_news_;
}

void SyncThread::begin_reads() {
  for (LogRead& read : taken_reads_) {
    Result<ReadPlan> plan = writer_->locate(read.group, read.from);
    reading_.read(std::move(read), std::move(plan));
  }
  taken_reads_.clear();
}

void SyncThread::write_taken() {
  std::size_t begin = 0;
  std::size_t size_bytes = 0;
  for (std::size_t i = 0; i < taken_.size(); ++i) {
    const std::size_t record_bytes = kRecordHeaderBytes + taken_[i].payload.size();
    if (i > begin && size_bytes + record_bytes > limits::kJournalBatchBytes) {
      if (!write_batch(std::span(taken_).subspan(begin, i - begin))) return;
      complete_up_to(i);
      begin = i;
      size_bytes = 0;
    }
    size_bytes += record_bytes;
  }
  if (write_batch(std::span(taken_).subspan(begin))) complete_up_to(taken_.size());
}

bool SyncThread::write_when_there_is_room(std::span<const LogRecord> records) {
  Status written = writer_->write(records);
  while (!written) {
    if (written.error().kind != ErrorKind::kNoSpace) poison_process(kWhat, written.error());
    if (!std::exchange(is_full_, true)) {
      LEAT_LOG(kError) << "journal: " << written.error().text;
    }
    if (!wait_for_room()) return false;
    written = writer_->write(records);
  }
  is_full_ = false;
  return true;
}

// What was flushed meanwhile may let segments go, and give room. Reads go on.
bool SyncThread::wait_for_room() {
  look_for_room();
  begin_reads();
  {
    WorkerThread::Lock lock = worker_.lock();
    worker_.wait_for(lock, kRoomInterval, [this] { return !waiting_reads_.empty(); });
    if (worker_.is_stopping(lock)) {
      LEAT_LOG(kError) << "journal: the disk is full; what was not acknowledged is given up";
      return false;
    }
    taken_reads_.swap(waiting_reads_);
    taken_flushed_.insert(taken_flushed_.end(), flushed_.begin(), flushed_.end());
    flushed_.clear();
    taken_flushed_through_ = flushed_through_;
  }
  trim();
  return true;
}

void SyncThread::look_for_room() {
  fills_seen_ = writer_->fills();
  is_store_full_ = ask_whether_store_is_full_ && ask_whether_store_is_full_();
  const Result<std::uint64_t> free = writer_->free_bytes();
  if (!free) poison_process("asking how full the disk is", free.error());
  const std::uint64_t step = std::min(reserve_bytes_, limits::kDiskReserveBytes) / 4;
  if (is_full_ || *free < step) return set_room(DiskRoom::kExhausted, *free);
  // Enough is a little more than what was short, so that it does not change with every message.
  const bool is_short =
      is_store_full_ || *free < reserve_bytes_ + (room() == DiskRoom::kEnough ? 0 : step);
  set_room(is_short ? DiskRoom::kShort : DiskRoom::kEnough, *free);
}

void SyncThread::set_room(DiskRoom room, std::uint64_t free_bytes) {
  const DiskRoom before = room_.exchange(room, std::memory_order_relaxed);
  if (before == room) return;
  switch (room) {
    case DiskRoom::kEnough:
      LEAT_LOG(kInfo) << "The disk of the store has room again: " << free_bytes
                      << " bytes are free; everything is taken in again";
      return;
    case DiskRoom::kShort:
      LEAT_LOG(kError) << (is_store_full_ ? "The disk of the store has no room for a flush: "
                                          : "The disk of the store is nearly full: ")
                       << free_bytes << " bytes are free, disk_reserve is " << reserve_bytes_
                       << ". Publishes and new streams are refused until there is room: purge "
                          "or delete streams, or make room on the disk";
      return;
    case DiskRoom::kExhausted:
      LEAT_LOG(kError) << "The disk of the store is full: " << free_bytes
                       << " bytes are free, disk_reserve is " << reserve_bytes_
                       << ". Only removals are written, and only reads that book nothing are "
                          "served, until there is room on the disk";
      return;
  }
}

bool SyncThread::write_batch(std::span<const LogRecord> records) {
  if (!write_when_there_is_room(records)) return false;
  bool has_promise = false;  // a vote, or what recovery must not lose while entries may be
  for (const LogRecord& record : records) has_promise |= record.kind != RecordKind::kEntry;
  const bool is_always = sync_interval_ == std::chrono::nanoseconds::zero();
  const auto now = std::chrono::steady_clock::now();
  if (is_always || has_promise || now - last_sync_ >= sync_interval_) sync();
  return true;
}

void SyncThread::sync() {
  if (const Status synced = writer_->sync(); !synced) {
    poison_process("syncing the journal", synced.error());
  }
  last_sync_ = std::chrono::steady_clock::now();
}

void SyncThread::trim() {
  if (!taken_flushed_.empty()) writer_->flushed(taken_flushed_, taken_flushed_through_);
  // Also without a flush: a newer hard state may have set an old segment free. Without room for the
  // witness it is done next time.
  const Status trimmed = writer_->trim();
  if (!trimmed && trimmed.error().kind != ErrorKind::kNoSpace) {
    poison_process("trimming the journal", trimmed.error());
  }
  // A holder may also be a group that is deleted, and whose tombstone waits for a flush.
  const bool were_asked = ask_holders();
  const bool is_new_segment = writer_->segment() != std::exchange(segment_, writer_->segment());
  if (ask_for_flush_ && (were_asked || is_new_segment)) ask_for_flush_();
  if (is_new_segment) name_overdue_holder();
}

// Nothing is dropped for it: the journal grows, and somebody should look.
void SyncThread::name_overdue_holder() {
  if (!writer_->is_overdue()) return;
  const GroupId holder = writer_->holder();
  if (holder) {
    LEAT_LOG(kWarning)
        << "journal: stream " << holder
        << " does not store what its oldest segment has; it grows above journal_size";
  } else {
    LEAT_LOG(kWarning) << "journal: a batch header is lost in it, so that nothing leaves; it grows "
                          "above journal_size";
  }
}

bool SyncThread::ask_holders() {
  const std::vector<GroupId> holders = writer_->take_holders();
  if (holders.empty()) return false;
  for (const auto& shard : shards_) {
    shard->post->post([shard = shard.get(), holders] {
      if (shard->listener != nullptr) shard->listener->must_store(holders);
    });
  }
  return true;
}

void SyncThread::complete_up_to(std::size_t record_end) {
  for (; marks_done_ < taken_marks_.size(); ++marks_done_) {
    const FlushMark& mark = taken_marks_[marks_done_];
    if (mark.record_end > record_end) return;
    mark.shard->post->post(
        [shard = mark.shard, through = mark.through, size_bytes = mark.size_bytes] {
          LEAT_CHECK(shard->pending_bytes >= size_bytes) << shard->pending_bytes;
          shard->pending_bytes -= size_bytes;
          if (shard->listener != nullptr) shard->listener->durable_through(through);
        });
  }
}

}  // namespace leat::journal

namespace leat {

Result<OpenedJournal> open_journal(FileSystem& files, JournalOptions options) {
  LEAT_CHECK(options.sync_interval_ns >= 0) << options.sync_interval_ns;
  LEAT_TRY_ASSIGN(journal::Recovered recovered, journal::recover(files, options.directory));
  if (const Status whole = journal::check_whole(recovered, options.store_holds); !whole) {
    return failure(whole.error().kind, options.directory + ": " + whole.error().text);
  }
  for (const SuspectRange& range : recovered.log->suspect_ranges()) {
    LEAT_LOG(kError) << "journal: suspect is " << suspect_text(range);
  }
  LEAT_TRY_ASSIGN(auto writer, journal::Writer::open(files,
                                                     {.directory = options.directory,
                                                      .segment_bytes = options.segment_bytes,
                                                      .horizon_bytes = options.horizon_bytes,
                                                      .random = std::move(options.random)},
                                                     recovered.end));
  return OpenedJournal{std::move(recovered.log),
                       std::make_unique<journal::SyncThread>(files, std::move(writer), options)};
}

}  // namespace leat
