#include "storage/journal/writer.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace leat::journal {

namespace {

// A file that grows makes each fdatasync write its size as well, so it grows ahead of the batches,
// in steps that start small (a restart should not cost megabytes) and double.
constexpr std::uint64_t kFillBytesMin = 256 * 1024;
constexpr std::uint64_t kFillBytesMax = 4 * 1024 * 1024;
constexpr char kZeros[64 * 1024] = {};

Status write_zeros(File& file, std::uint64_t from, std::uint64_t to) {
  while (from < to) {
    const std::uint64_t size = std::min<std::uint64_t>(to - from, sizeof(kZeros));
    LEAT_TRY(file.write_at(from, {kZeros, static_cast<std::size_t>(size)}));
    from += size;
  }
  return {};
}

std::string parent_of(const std::string& directory) {
  const std::size_t slash = directory.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : directory.substr(0, slash);
}

}  // namespace

Writer::Writer(FileSystem& files, WriterOptions options)
    : files_(files), options_(std::move(options)) {}

Result<std::unique_ptr<Writer>> Writer::open(FileSystem& files, WriterOptions options,
                                             const JournalEnd& end) {
  LEAT_CHECK(options.random != nullptr);
  LEAT_CHECK(options.segment_bytes >= 2 * kSectorBytes) << options.segment_bytes;
  if (!files.exists(options.directory)) {
    LEAT_TRY(files.make_directories(options.directory));
    LEAT_TRY(files.sync_directory(parent_of(options.directory)));
  }
  std::unique_ptr<Writer> writer(new Writer(files, std::move(options)));  // NOLINT: private
  if (end.last_segment != 0) {
    // Recovery may have read what only the page cache held. Before anyone relies on it, it is
    // made durable.
    const std::string path = writer->options_.directory + "/" + segment_name(end.last_segment);
    LEAT_TRY_ASSIGN(const std::unique_ptr<File> last, files.open(path, OpenMode::kReadWrite));
    LEAT_TRY(last->sync_all());
  }
  writer->next_batch_ = end.next_batch;
  writer->durable_through_ = end.next_batch - 1;
  for (const SegmentLedger::Segment& segment : end.segments) writer->ledger_.add_recovered(segment);
  for (const SegmentLedger::Outline& group : end.outlines) writer->ledger_.add_recovered(group);
  LEAT_TRY(writer->find_spares());
  LEAT_TRY(writer->begin_segment({.number = end.next_segment,
                                  .life = writer->options_.random(),
                                  .first_batch = end.next_batch,
                                  .previous_segment = end.last_segment,
                                  .previous_end = end.last_end}));
  return writer;
}

// The segment before stays the one that is written until the new one has its room.
Status Writer::begin_segment(const SegmentHeader& header) {
  const std::string path = path_of(segment_name(header.number));
  LEAT_TRY_ASSIGN(std::unique_ptr<File> file, open_segment(path));
  char sector[kSectorBytes];
  encode_segment_header(header, sector);
  Status written = file->write_at(0, {sector, sizeof(sector)});
  LEAT_TRY_ASSIGN(std::uint64_t filled, file->size());
  const std::uint64_t first_fill = std::min(kFillBytesMin, options_.segment_bytes);
  if (written && filled < first_fill) {
    written = write_zeros(*file, kSectorBytes, first_fill);
    filled = first_fill;
  }
  if (!written) {
    // Nothing was ever in it; what is left of it would stand in the way of the next attempt.
    if (written.error().kind == ErrorKind::kNoSpace) LEAT_TRY(files_.remove(path));
    return written;
  }
  ++fills_;
  LEAT_TRY(file->sync_all());
  LEAT_TRY(files_.sync_directory(options_.directory));
  file_ = std::move(file);
  segment_ = header;
  ledger_.begin(header.number);
  position_ = kSectorBytes;
  filled_ = filled;
  return {};
}

// A spare has its room already. What it held is of another life and another segment, so that no
// byte of it is ever taken for a batch of this one.
Result<std::unique_ptr<File>> Writer::open_segment(const std::string& path) {
  if (spares_.empty()) return files_.open(path, OpenMode::kCreate);
  LEAT_TRY(files_.rename(spares_.back(), path));
  spares_.pop_back();
  return files_.open(path, OpenMode::kReadWrite);
}

Status Writer::find_spares() {
  LEAT_TRY_ASSIGN(const std::vector<std::string> names, files_.list(options_.directory));
  for (const std::string& name : names) {
    if (is_spare_name(name)) spares_.push_back(path_of(name));
  }
  return {};
}

void Writer::flushed(std::span<const FlushedGroup> groups, StoreTicket through) {
  ledger_.flushed(groups);
  flushed_through_ = std::max(flushed_through_, through);
}

Status Writer::trim() {
  while (const std::optional<std::uint64_t> segment = ledger_.leaving()) {
    leaving_.push_back(*segment);
    ledger_.drop_oldest();
  }
  if (leaving_.empty()) return {};
  const LogRecord witness{
      .group = kMetaGroup,
      .kind = RecordKind::kWitness,
      .payload = encode_witness({.flushed = flushed_through_, .kept_from = ledger_.oldest()})};
  LEAT_TRY(write({&witness, 1}));
  LEAT_TRY(sync());
  while (!leaving_.empty()) {
    LEAT_TRY(put_away(leaving_.front()));
    leaving_.pop_front();
  }
  return {};
}

// One at a time: a crash that brought back an older segment without its successor would leave a
// hole in the log.
Status Writer::put_away(std::uint64_t segment) {
  const std::string path = path_of(segment_name(segment));
  if (spares_.size() < limits::kSpareSegments) {
    const std::string spare = path_of(spare_name(segment));
    LEAT_TRY(files_.rename(path, spare));
    spares_.push_back(spare);
  } else {
    LEAT_TRY(files_.remove(path));
  }
  return files_.sync_directory(options_.directory);
}

std::vector<GroupId> Writer::take_holders() {
  if (ledger_.segment_count() * options_.segment_bytes <= options_.horizon_bytes) return {};
  return ledger_.take_holders(limits::kHoldersAskedAtOnce);
}

bool Writer::is_overdue() const {
  const std::size_t above =
      ledger_.segment_count() - std::min<std::size_t>(2, ledger_.segment_count());
  return above * options_.segment_bytes > options_.horizon_bytes;
}

Status Writer::write(std::span<const LogRecord> records) {
  LEAT_CHECK(!records.empty());
  return write_batch(records);
}

Status Writer::write_batch(std::span<const LogRecord> records) {
  const auto encode = [&] {
    return encoder_.encode({.life = segment_.life,
                            .segment = segment_.number,
                            .offset = position_,
                            .number = next_batch_,
                            .durable_through = durable_through_,
                            .previous_count = last_count_,
                            .groups = {}},
                           records);
  };
  std::string_view batch = encode();
  if (position_ + batch.size() > options_.segment_bytes && position_ > kSectorBytes) {
    LEAT_TRY(roll());
    batch = encode();
  }
  LEAT_TRY(fill_up_to(position_ + batch.size()));
  LEAT_TRY(file_->write_at(position_, batch));
  const std::uint64_t begin = std::exchange(position_, position_ + batch.size());
  announced_ = durable_through_;
  last_count_ = static_cast<std::uint32_t>(records.size());
  if (!records.empty()) last_with_records_ = next_batch_;
  note_written(records, begin);
  ++next_batch_;
  return {};
}

// The ledger hears once of records of one group that stand together.
void Writer::note_written(std::span<const LogRecord> records, std::uint64_t begin) {
  SegmentShare share;
  std::uint32_t first_ordinal = 0;
  const auto tell = [&] {
    if (share.group) ledger_.add(share, next_batch_, first_ordinal);
    share = {};
  };
  for (std::uint32_t ordinal = 0; ordinal < records.size(); ++ordinal) {
    const LogRecord& record = records[ordinal];
    if (record.kind == RecordKind::kWitness) continue;
    const bool goes_on = !share.last || record.index == share.last.next();
    if (record.group != share.group || (record.kind == RecordKind::kEntry && !goes_on)) tell();
    switch (record.kind) {
      case RecordKind::kEntry:
        if (!share.last) first_ordinal = ordinal;
        if (!share.last) share.first = record.index;
        share.last = record.index;
        break;
      case RecordKind::kHardState:
        share.hard_state = HardStatePlace{record.term, record.index};
        break;
      case RecordKind::kTruncate:
        tell();
        ledger_.truncate(record.group, record.index, next_batch_, ordinal);
        continue;
      case RecordKind::kWitness:
        continue;
    }
    share.group = record.group;
    share.begin = begin;
    share.end = position_;
  }
  tell();
}

Status Writer::sync() {
  LEAT_TRY(file_->sync_data());
  durable_through_ = next_batch_ - 1;
  return {};
}

Status Writer::mark_idle() {
  if (announced_ >= last_with_records_ || has_unsynced()) return {};
  return write_batch({});
}

// The next header says that this segment is whole up to its end: only after a sync is that true.
Status Writer::roll() {
  LEAT_TRY(sync());
  return begin_segment({.number = segment_.number + 1,
                        .life = options_.random(),
                        .first_batch = next_batch_,
                        .previous_segment = segment_.number,
                        .previous_end = position_});
}

// Before a batch needs it, so that a full disk is met with nothing half written; then as little as
// it takes will do.
Status Writer::fill_up_to(std::uint64_t end) {
  if (end <= filled_) return {};
  const std::uint64_t step = std::clamp(filled_, kFillBytesMin, kFillBytesMax);
  const std::uint64_t wanted = std::max(end, std::min(filled_ + step, options_.segment_bytes));
  Status filled = write_zeros(*file_, filled_, wanted);
  if (filled) {
    filled_ = wanted;
  } else if (filled.error().kind == ErrorKind::kNoSpace && wanted > end) {
    filled = write_zeros(*file_, filled_, end);
    if (filled) filled_ = end;
  }
  ++fills_;
  return filled;
}

}  // namespace leat::journal
