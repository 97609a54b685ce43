#include "storage/journal/writer.h"

#include <algorithm>

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
  LEAT_TRY(writer->find_spares());
  LEAT_TRY(writer->begin_segment({.number = end.next_segment,
                                  .life = writer->options_.random(),
                                  .first_batch = end.next_batch,
                                  .previous_segment = end.last_segment,
                                  .previous_end = end.last_end}));
  return writer;
}

Status Writer::begin_segment(const SegmentHeader& header) {
  LEAT_TRY(open_segment(path_of(segment_name(header.number))));
  segment_ = header;
  ledger_.begin(header.number);
  char sector[kSectorBytes];
  encode_segment_header(header, sector);
  LEAT_TRY(file_->write_at(0, {sector, sizeof(sector)}));
  position_ = kSectorBytes;
  LEAT_TRY_ASSIGN(filled_, file_->size());
  if (filled_ == kSectorBytes) LEAT_TRY(fill_ahead());
  LEAT_TRY(file_->sync_all());
  return files_.sync_directory(options_.directory);
}

// A spare has its room already. What it held is of another life and another segment, so that no
// byte of it is ever taken for a batch of this one.
Status Writer::open_segment(const std::string& path) {
  if (spares_.empty()) {
    LEAT_TRY_ASSIGN(file_, files_.open(path, OpenMode::kCreate));
    return {};
  }
  LEAT_TRY(files_.rename(spares_.back(), path));
  spares_.pop_back();
  LEAT_TRY_ASSIGN(file_, files_.open(path, OpenMode::kReadWrite));
  return {};
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
  std::vector<std::uint64_t> leaving;
  while (const std::optional<std::uint64_t> segment = ledger_.leaving()) {
    leaving.push_back(*segment);
    ledger_.drop_oldest();
  }
  if (leaving.empty()) return {};
  const LogRecord witness{
      .group = kMetaGroup,
      .kind = RecordKind::kWitness,
      .payload = encode_witness({.flushed = flushed_through_, .kept_from = ledger_.oldest()})};
  LEAT_TRY(write({&witness, 1}));
  LEAT_TRY(sync());
  for (const std::uint64_t segment : leaving) LEAT_TRY(put_away(segment));
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
  LEAT_TRY(file_->write_at(position_, batch));
  position_ += batch.size();
  written_bytes_ += batch.size();
  announced_ = durable_through_;
  last_count_ = static_cast<std::uint32_t>(records.size());
  if (!records.empty()) last_with_records_ = next_batch_;
  note_written(records);
  ++next_batch_;
  if (position_ <= filled_) return {};
  filled_ = position_;
  return fill_ahead();
}

void Writer::note_written(std::span<const LogRecord> records) {
  SegmentShare share;
  for (const LogRecord& record : records) {
    if (record.kind == RecordKind::kWitness) continue;
    if (record.group != share.group) {
      if (share.group) ledger_.add(share);
      share = {.group = record.group};
    }
    if (record.kind == RecordKind::kHardState) {
      share.hard_state = HardStatePlace{record.term, record.index};
    } else {
      share.last = std::max(share.last, record.index);
    }
  }
  if (share.group) ledger_.add(share);
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

Status Writer::fill_ahead() {
  const std::uint64_t step = std::clamp(filled_, kFillBytesMin, kFillBytesMax);
  const std::uint64_t target = std::min(filled_ + step, options_.segment_bytes);
  if (target <= filled_) return {};
  LEAT_TRY(write_zeros(*file_, filled_, target));
  filled_ = target;
  return {};
}

}  // namespace leat::journal
