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
  LEAT_TRY(writer->begin_segment({.number = end.next_segment,
                                  .life = writer->options_.random(),
                                  .first_batch = end.next_batch,
                                  .previous_segment = end.last_segment,
                                  .previous_end = end.last_end}));
  return writer;
}

Status Writer::begin_segment(const SegmentHeader& header) {
  const std::string path = options_.directory + "/" + segment_name(header.number);
  LEAT_TRY_ASSIGN(file_, files_.open(path, OpenMode::kCreate));
  segment_ = header;
  char sector[kSectorBytes];
  encode_segment_header(header, sector);
  LEAT_TRY(file_->write_at(0, {sector, sizeof(sector)}));
  position_ = kSectorBytes;
  filled_ = kSectorBytes;
  LEAT_TRY(fill_ahead());
  LEAT_TRY(file_->sync_all());
  return files_.sync_directory(options_.directory);
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
  ++next_batch_;
  if (position_ <= filled_) return {};
  filled_ = position_;
  return fill_ahead();
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
