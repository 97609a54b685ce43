#include "storage/journal/scan.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace leat::journal {

namespace {

constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

// What is known of a segment file before its batches are read.
struct Segment {
  std::uint64_t number = 0;
  std::optional<SegmentHeader> header;
  std::optional<std::uint64_t> life;   // from the header, or else from a batch
  std::uint64_t end_limit = kNoLimit;  // content from here on is void, says the next header
  bool is_void = false;
  bool has_later = false;  // a later segment proves that this one was whole up to its limit
};

Result<std::string> read_up_to(FileSystem& files, const std::string& path, std::uint64_t limit) {
  LEAT_TRY_ASSIGN(const std::unique_ptr<File> file, files.open(path, OpenMode::kReadOnly));
  LEAT_TRY_ASSIGN(const std::uint64_t size, file->size());
  std::string bytes(static_cast<std::size_t>(std::min(size, limit)), '\0');
  LEAT_TRY_ASSIGN(const std::size_t read, file->read_at(0, bytes));
  bytes.resize(read);
  return bytes;
}

std::optional<BatchHeader> batch_at(std::string_view segment, std::uint64_t offset,
                                    std::uint64_t number) {
  return decode_batch_header(segment.substr(static_cast<std::size_t>(offset)), offset, number);
}

// The first batch at or after `from` that belongs to this life of the segment.
std::optional<BatchHeader> find_batch(std::string_view bytes, std::uint64_t from,
                                      const Segment& segment) {
  for (std::uint64_t at = round_up_to_sector(from); at < bytes.size(); at += kSectorBytes) {
    std::optional<BatchHeader> header = batch_at(bytes, at, segment.number);
    if (header && (!segment.life || header->life == *segment.life)) return header;
  }
  return std::nullopt;
}

// Reads headers first, then each segment with the knowledge of what stands behind it.
class Scan {
 public:
  Scan(FileSystem& files, const std::string& directory, ScanListener& listener)
      : files_(files), directory_(directory), listener_(listener) {}

  Result<JournalEnd> run();

 private:
  Status read_headers();
  void link_segments();
  Status scan_segment(const Segment& segment);
  void scan_batches(const Segment& segment, std::string_view bytes);
  // Gives the good records to the listener and returns how many there are, and where they end.
  std::pair<std::uint32_t, std::uint64_t> scan_records(const BatchHeader& header,
                                                       std::string_view bytes);
  bool pass_gap(const Segment& segment, std::string_view bytes, const Gap& gap);
  static bool is_proved(const Segment& segment, std::string_view bytes, const BatchHeader& batch);
  static std::uint64_t highest_durable(const Segment& segment, std::string_view bytes,
                                       std::uint64_t from);
  void end_torn(const BadBatch& bad, std::uint64_t good_end);

  std::string path(std::uint64_t number) const { return directory_ + "/" + segment_name(number); }

  FileSystem& files_;
  const std::string& directory_;
  ScanListener& listener_;
  std::vector<Segment> segments_;
  std::uint64_t expected_ = 0;  // number of the next batch; 0 before the first segment
  JournalEnd end_;
};

Result<JournalEnd> Scan::run() {
  if (!files_.exists(directory_)) return end_;
  LEAT_TRY(read_headers());
  link_segments();
  if (!segments_.empty()) end_.first_segment = segments_.front().number;
  for (const Segment& segment : segments_) {
    end_.next_segment = segment.number + 1;
    if (segment.is_void) {
      listener_.on_void_segment(segment.number);
    } else {
      LEAT_TRY(scan_segment(segment));
    }
  }
  end_.next_batch = std::max<std::uint64_t>(expected_, 1);
  return end_;
}

Status Scan::read_headers() {
  LEAT_TRY_ASSIGN(const std::vector<std::string> names, files_.list(directory_));
  for (const std::string& name : names) {
    const std::optional<std::uint64_t> number = parse_segment_name(name);
    if (number) segments_.emplace_back().number = *number;
  }
  std::sort(segments_.begin(), segments_.end(),
            [](const Segment& a, const Segment& b) { return a.number < b.number; });
  for (Segment& segment : segments_) {
    LEAT_TRY_ASSIGN(const std::string sector,
                    read_up_to(files_, path(segment.number), kSectorBytes));
    if (const std::optional<std::uint8_t> version = foreign_version(sector)) {
      return failure(ErrorKind::kUnsupported,
                     path(segment.number) + " has version " + std::to_string(*version) +
                         " of the journal's format, this server reads version " +
                         std::to_string(kFormatVersion) +
                         ". Nothing was changed; start the version that wrote it");
    }
    segment.header = decode_segment_header(sector);
    if (segment.header && segment.header->number != segment.number) segment.header.reset();
    if (segment.header) {
      segment.life = segment.header->life;
      continue;
    }
    // Each batch names its life, so that a lost segment header loses nothing else.
    LEAT_TRY_ASSIGN(const std::string bytes, read_up_to(files_, path(segment.number), kNoLimit));
    const std::optional<BatchHeader> first = find_batch(bytes, kSectorBytes, segment);
    if (first) segment.life = first->life;
  }
  return {};
}

// From the newest backwards: each header says which segment came before it, and where that ended.
// Files between the two never came to hold anything.
void Scan::link_segments() {
  const Segment* later = nullptr;
  for (auto segment = segments_.rbegin(); segment != segments_.rend(); ++segment) {
    segment->has_later = later != nullptr;
    if (later != nullptr && later->header) {
      const SegmentHeader& header = *later->header;
      if (header.previous_segment == segment->number) segment->end_limit = header.previous_end;
      segment->is_void = header.previous_segment < segment->number;
    } else {
      segment->is_void = !segment->life;
    }
    if (!segment->is_void) later = &*segment;
  }
}

Status Scan::scan_segment(const Segment& segment) {
  LEAT_TRY_ASSIGN(const std::string bytes,
                  read_up_to(files_, path(segment.number), segment.end_limit));
  listener_.on_segment({.number = segment.number,
                        .life = segment.life.value_or(0),
                        .size_bytes = bytes.size(),
                        .is_header_lost = !segment.header});
  if (segment.header) {
    const std::uint64_t first = segment.header->first_batch;
    if (expected_ != 0 && first > expected_) {
      listener_.on_gap({.segment = end_.last_segment,
                        .offset = end_.last_end,
                        .first_missing = expected_,
                        .next_number = first});
    }
    expected_ = std::max(expected_, first);
  }
  end_.last_segment = segment.number;
  end_.last_end = kSectorBytes;
  // Without a life there is no batch to read; the next header's first batch shows the gap.
  if (segment.life) scan_batches(segment, bytes);
  return {};
}

void Scan::scan_batches(const Segment& segment, std::string_view bytes) {
  std::uint64_t offset = kSectorBytes;
  while (offset < bytes.size()) {
    std::optional<BatchHeader> header = batch_at(bytes, offset, segment.number);
    const bool is_ours = header && header->life == *segment.life && header->number >= expected_;
    if (!is_ours) header = find_batch(bytes, offset + kSectorBytes, segment);
    if (!header || header->number < expected_) return;
    if (!pass_gap(segment, bytes, {segment.number, offset, expected_, header->number})) return;

    listener_.on_batch(*header);
    const auto [good_records, good_end] = scan_records(*header, bytes);
    const BadBatch bad{*header, good_records};
    if (good_records < header->record_count) {
      const bool is_cut_here = good_end == segment.end_limit;
      if (is_cut_here || !is_proved(segment, bytes, *header)) return end_torn(bad, good_end);
      listener_.on_damaged(bad);
    }
    expected_ = header->number + 1;
    offset = round_up_to_sector(header->end());
    end_.last_end = offset;
  }
}

std::pair<std::uint32_t, std::uint64_t> Scan::scan_records(const BatchHeader& header,
                                                           std::string_view bytes) {
  const std::uint32_t seed = checksum_seed(header.life);
  const std::uint64_t end = std::min<std::uint64_t>(header.end(), bytes.size());
  std::uint64_t at = header.records_at();
  std::uint32_t ordinal = 0;
  for (; ordinal < header.record_count && at <= end; ++ordinal) {
    const std::string_view rest =
        bytes.substr(static_cast<std::size_t>(at), static_cast<std::size_t>(end - at));
    const std::optional<RecordView> record = decode_record(rest, ordinal, seed);
    if (!record) break;
    listener_.on_record({.segment = header.segment,
                         .offset = at,
                         .batch = header.number,
                         .batch_offset = header.offset,
                         .ordinal = ordinal},
                        *record);
    at += record->size_bytes();
  }
  return {ordinal, at};
}

// False when the log ends before the gap.
bool Scan::pass_gap(const Segment& segment, std::string_view bytes, const Gap& gap) {
  if (expected_ == 0 || gap.next_number == expected_) return true;
  const std::optional<BatchHeader> next = find_batch(bytes, gap.offset, segment);
  // An idle mark that was lost held nothing.
  if (next && gap.next_number == expected_ + 1 && next->previous_count == 0) return true;
  const bool is_lost_end =
      !segment.has_later && highest_durable(segment, bytes, gap.offset) < expected_;
  if (is_lost_end) {
    listener_.on_lost_end(gap);
    return false;
  }
  listener_.on_gap(gap);
  expected_ = gap.next_number;
  end_.last_end = next ? next->offset : gap.offset;
  return true;
}

// In the default mode a batch is synced before the next is written, so that any later batch proves
// it. Under sync_interval a power loss may keep a later batch and lose an earlier one, and only
// what a later `durable_through` covers was ever promised.
bool Scan::is_proved(const Segment& segment, std::string_view bytes, const BatchHeader& batch) {
  return segment.has_later || highest_durable(segment, bytes, batch.end()) >= batch.number;
}

std::uint64_t Scan::highest_durable(const Segment& segment, std::string_view bytes,
                                    std::uint64_t from) {
  std::uint64_t highest = 0;
  for (auto next = find_batch(bytes, from, segment); next;
       next = find_batch(bytes, next->offset + kSectorBytes, segment)) {
    highest = std::max(highest, next->durable_through);
  }
  return highest;
}

void Scan::end_torn(const BadBatch& bad, std::uint64_t good_end) {
  listener_.on_torn(bad);
  // Without a good record its number and its place are free again, and so are those of an idle
  // mark that was lost before it.
  if (bad.good_records == 0) return;
  end_.last_end = good_end;
  expected_ = bad.header.number + 1;
}

}  // namespace

Result<JournalEnd> scan_journal(FileSystem& files, const std::string& directory,
                                ScanListener& listener) {
  return Scan(files, directory, listener).run();
}

}  // namespace leat::journal
