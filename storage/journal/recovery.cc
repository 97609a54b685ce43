#include "storage/journal/recovery.h"

#include <span>
#include <utility>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "storage/journal/group_index.h"

namespace leat::journal {

namespace {

// The recovered log: an index in memory, payloads read again when they are replayed. Immutable, so
// that several threads may replay; each opens its own files.
class RecoveredJournal : public RecoveredLog {
 public:
  RecoveredJournal(FileSystem& files, std::string directory)
      : files_(files), directory_(std::move(directory)) {}

  Result<JournalEnd> scan() {
    LEAT_TRY_ASSIGN(JournalEnd end, scan_journal(files_, directory_, index_));
    suspects_ = index_.finish();
    end.segments = index_.segments();
    end.outlines = index_.outlines();
    end.is_damaged = index_.is_damaged();
    return end;
  }

  std::vector<GroupId> groups() const override;
  LogBounds bounds(GroupId group) const override;
  std::optional<LogRecord> hard_state(GroupId group) const override;
  std::optional<LogRecord> witness() const override { return index_.witness(); }
  Status replay(GroupId group, LogIndex from, const Visitor& visit) const override;
  const std::vector<SuspectRange>& suspect_ranges() const override { return suspects_; }

 private:
  struct OpenSegment {
    std::uint64_t number = 0;
    std::unique_ptr<File> file;
  };

  Result<Bytes> read_run(OpenSegment& segment, const Run& run) const;
  Status replay_run(const Run& run, const Bytes& bytes, GroupId group, const Visitor& visit) const;

  FileSystem& files_;
  std::string directory_;
  GroupIndex index_;
  std::vector<SuspectRange> suspects_;
};

std::vector<GroupId> RecoveredJournal::groups() const {
  std::vector<GroupId> groups;
  for (const auto& [group, log] : index_.groups()) groups.push_back(group);
  return groups;
}

LogBounds RecoveredJournal::bounds(GroupId group) const {
  const auto found = index_.groups().find(group);
  if (found == index_.groups().end() || found->second.runs.empty()) return {};
  return {found->second.runs.front().first, found->second.runs.back().last};
}

std::optional<LogRecord> RecoveredJournal::hard_state(GroupId group) const {
  const auto found = index_.groups().find(group);
  if (found == index_.groups().end()) return std::nullopt;
  return found->second.hard_state;
}

Status RecoveredJournal::replay(GroupId group, LogIndex from, const Visitor& visit) const {
  const auto found = index_.groups().find(group);
  if (found == index_.groups().end()) return {};
  OpenSegment segment;
  for (const Run& run : found->second.runs) {
    if (run.last < from) continue;
    LEAT_TRY_ASSIGN(const Bytes bytes, read_run(segment, run));
    const auto from_on = [&](const LogRecord& entry) {
      return entry.index < from ? Status() : visit(entry);
    };
    LEAT_TRY(replay_run(run, bytes, group, from_on));
  }
  return {};
}

Result<Bytes> RecoveredJournal::read_run(OpenSegment& segment, const Run& run) const {
  if (segment.number != run.segment) {
    const std::string path = directory_ + "/" + segment_name(run.segment);
    LEAT_TRY_ASSIGN(segment.file, files_.open(path, OpenMode::kReadOnly));
    segment.number = run.segment;
  }
  const auto size = static_cast<std::size_t>(run.end - run.offset);
  ByteBuffer buffer(size);
  const std::span<char> into(buffer.writable(size), size);
  LEAT_TRY_ASSIGN(const std::size_t read, segment.file->read_at(run.offset, into));
  buffer.commit(read);
  return buffer.take_all();
}

Status RecoveredJournal::replay_run(const Run& run, const Bytes& bytes, GroupId group,
                                    const Visitor& visit) const {
  const std::uint32_t seed = checksum_seed(index_.life_of(run.segment));
  std::string_view rest = bytes.view();
  std::uint32_t ordinal = run.ordinal;
  while (!rest.empty()) {
    const std::optional<RecordView> record = decode_record(rest, ordinal, seed);
    if (!record) {
      return failure(ErrorKind::kCorruption, "batch " + std::to_string(run.batch) + " in " +
                                                 segment_name(run.segment) +
                                                 " was good when it was scanned and is not now");
    }
    const bool is_live = record->index >= run.first && record->index <= run.last;
    if (record->group == group && record->kind == RecordKind::kEntry && is_live) {
      LEAT_TRY(visit({.group = group,
                      .kind = RecordKind::kEntry,
                      .index = record->index,
                      .term = record->term,
                      .previous_hash = record->previous_hash,
                      .payload = bytes.slice_of(record->payload)}));
    }
    rest.remove_prefix(record->size_bytes());
    ++ordinal;
  }
  return {};
}

}  // namespace

Status check_whole(const Recovered& found, StoreTicket store_holds) {
  const JournalEnd& end = found.end;
  if (end.is_damaged) return {};  // told by the suspect ranges; the newest witness may be lost
  const std::optional<LogRecord> record = found.log->witness();
  Witness witness{.flushed = {}, .kept_from = 1};
  if (record) {
    LEAT_TRY_ASSIGN(witness, decode_witness(record->payload.view()));
  }
  if (store_holds < witness.flushed) {
    return failure(ErrorKind::kCorruption,
                   "the database holds less (" + std::to_string(store_holds.value) +
                       ") than the journal saw it flush (" + std::to_string(witness.flushed.value) +
                       "): it was replaced or restored without its journal. Nothing was changed; "
                       "put back the database that belongs to this journal");
  }
  const bool is_empty = !record && found.log->groups().empty();
  if (is_empty && store_holds > StoreTicket()) {
    return failure(ErrorKind::kCorruption,
                   "the database holds streams, and there is no journal with it: what was "
                   "acknowledged last is in the journal alone. Nothing was changed; put back the "
                   "journal that belongs to this database");
  }
  if (end.first_segment > witness.kept_from && witness.kept_from != 0) {
    return failure(ErrorKind::kCorruption,
                   "the journal begins with " + segment_name(end.first_segment) +
                       ", but was kept from " + segment_name(witness.kept_from) +
                       " on: files are missing. Nothing was changed; put them back");
  }
  return {};
}

Result<Recovered> recover(FileSystem& files, const std::string& directory) {
  auto log = std::make_unique<RecoveredJournal>(files, directory);
  LEAT_TRY_ASSIGN(const JournalEnd end, log->scan());
  return Recovered{std::move(log), end};
}

}  // namespace leat::journal
