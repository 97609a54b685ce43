#include "storage/journal/entry_reader.h"

#include <algorithm>
#include <memory>
#include <span>
#include <utility>

#include "core/base/chain_hash.h"

namespace leat::journal {

namespace {

// Small batches are passed over by the dozen, and large ones without reading them.
constexpr std::size_t kWindowBytes = 64 * 1024;

// A part of a segment, read in pieces.
class SegmentBytes {
 public:
  SegmentBytes(std::unique_ptr<File> file, std::uint64_t end) : file_(std::move(file)), end_(end) {}

  // What stands at `offset`, `size` bytes of it if the part has them; valid until the next call.
  Result<std::string_view> at(std::uint64_t offset, std::size_t size) {
    size = static_cast<std::size_t>(std::min<std::uint64_t>(size, end_ - offset));
    const bool is_here = offset >= begin_ && offset + size <= begin_ + window_.size();
    if (!is_here) {
      const std::uint64_t wanted = std::max<std::uint64_t>(size, kWindowBytes);
      window_.resize(static_cast<std::size_t>(std::min(wanted, end_ - offset)));
      LEAT_TRY_ASSIGN(const std::size_t read, file_->read_at(offset, window_));
      window_.resize(read);
      begin_ = offset;
    }
    const std::string_view all(window_.data(), window_.size());
    return all.substr(static_cast<std::size_t>(offset - begin_), size);
  }

 private:
  std::unique_ptr<File> file_;
  std::uint64_t end_ = 0;
  std::uint64_t begin_ = 0;  // of the window
  std::vector<char> window_;
};

}  // namespace

// One read on its way through the parts of its plan.
class EntryReader::Pass {
 public:
  Pass(const ReadPlan& plan, std::size_t bytes) : plan_(plan), bytes_(bytes), next_(plan.from) {}

  Status read_part(const ReadPlan::Part& part, SegmentBytes& segment);
  // Nothing more is wanted, or nothing more can be had without a gap.
  bool is_done() const { return is_full_ || has_gap_ || next_ > plan_.last; }
  // It ended where it should, so that nothing that is wanted next stands in front of offset().
  bool is_complete() const { return is_full_ || (!has_gap_ && next_ > plan_.last); }
  LogIndex next() const { return next_; }
  std::uint64_t offset() const { return offset_; }
  std::vector<LogRecord>& entries() { return entries_; }
  SuspectRange damage() const;

 private:
  Status read_batch(const BatchHeader& header, const ReadPlan::Part& part, SegmentBytes& segment);
  void take(const RecordView& record, LogSpot at);

  const ReadPlan& plan_;
  const std::size_t bytes_;
  std::vector<LogRecord> entries_;
  std::size_t taken_bytes_ = 0;
  LogIndex next_;                      // the entry that is looked for
  std::optional<std::uint64_t> hash_;  // the previous hash that it must have
  std::uint64_t offset_ = 0;           // of the batch that is read
  bool is_full_ = false;
  bool has_gap_ = false;
  LogIndex gap_last_;
  std::string reason_ = "it is not where the journal has it";
};

Status EntryReader::Pass::read_part(const ReadPlan::Part& part, SegmentBytes& segment) {
  offset_ = part.begin;
  while (offset_ < part.end && !is_done()) {
    LEAT_TRY_ASSIGN(std::string_view bytes, segment.at(offset_, kSectorBytes));
    if (const std::size_t size = batch_header_bytes(bytes); size > bytes.size()) {
      LEAT_TRY_ASSIGN(bytes, segment.at(offset_, size));
    }
    const std::optional<BatchHeader> header = decode_batch_header(bytes, offset_, part.segment);
    if (!header) {
      // Behind a batch that cannot be read the next one is found by its checksum.
      reason_ = "the batch at " + std::to_string(offset_) + " in " + segment_name(part.segment) +
                " cannot be read";
      offset_ += kSectorBytes;
      continue;
    }
    LEAT_TRY(read_batch(*header, part, segment));
    if (!is_full_) offset_ = round_up_to_sector(header->end());
  }
  return {};
}

Status EntryReader::Pass::read_batch(const BatchHeader& header, const ReadPlan::Part& part,
                                     SegmentBytes& segment) {
  const auto mark =
      std::lower_bound(header.groups.begin(), header.groups.end(), plan_.group,
                       [](const GroupMark& of_group, GroupId id) { return of_group.group < id; });
  if (mark == header.groups.end() || mark->group != plan_.group || mark->last < next_) return {};

  const std::uint64_t begin = header.records_at();
  const std::uint64_t end = std::min(header.end(), part.end);
  if (begin >= end) return {};
  LEAT_TRY_ASSIGN(std::string_view rest, segment.at(begin, static_cast<std::size_t>(end - begin)));
  const std::uint32_t seed = checksum_seed(header.life);
  for (std::uint32_t ordinal = 0; ordinal < header.record_count && !is_done(); ++ordinal) {
    const std::optional<RecordView> record = decode_record(rest, ordinal, seed);
    if (!record) {
      reason_ = "batch " + std::to_string(header.number) + " in " + segment_name(header.segment) +
                " is damaged after " + std::to_string(ordinal) + " of its " +
                std::to_string(header.record_count) + " records";
      return {};
    }
    const LogSpot at{.segment = header.segment, .batch = header.number, .ordinal = ordinal};
    const bool is_ours = record->group == plan_.group && record->kind == RecordKind::kEntry;
    if (is_ours && record->index >= next_ && !plan_.outline.is_void(record->index, at)) {
      take(*record, at);
    }
    rest.remove_prefix(record->size_bytes());
  }
  return {};
}

void EntryReader::Pass::take(const RecordView& record, LogSpot at) {
  if (record.index > next_) {
    has_gap_ = true;
    gap_last_ = record.index.previous();
    return;
  }
  if (hash_ && *hash_ != record.previous_hash) {
    has_gap_ = true;
    gap_last_ = record.index;
    reason_ = "batch " + std::to_string(at.batch) + ": it does not connect to the entry before it";
    return;
  }
  // The first one always: a reader must get on.
  if (!entries_.empty() && taken_bytes_ + record.size_bytes() > bytes_) {
    is_full_ = true;
    return;
  }
  taken_bytes_ += record.size_bytes();
  hash_ = chain_hash({record.previous_hash, record.index, record.term}, record.payload);
  entries_.push_back({.group = record.group,
                      .kind = record.kind,
                      .index = record.index,
                      .term = record.term,
                      .previous_hash = record.previous_hash,
                      .payload = Bytes::copy_of(record.payload)});
  ++next_;
}

SuspectRange EntryReader::Pass::damage() const {
  return {.group = plan_.group,
          .first = next_,
          .last = has_gap_ ? gap_last_ : plan_.last,
          .is_hard_state_lost = false,
          .reason = reason_};
}

Result<std::vector<LogRecord>> EntryReader::read(const ReadPlan& plan, std::size_t bytes) {
  Pass pass(plan, bytes);
  const std::optional<Hint> hint = find_hint(plan);
  if (plan.from > plan.last) return std::vector<LogRecord>();
  bool has_left = false;
  std::uint64_t segment_read = 0;
  for (ReadPlan::Part part : plan.parts) {
    if (pass.is_done()) break;
    if (hint && part.segment < hint->segment) continue;
    if (hint && part.segment == hint->segment) part.begin = std::max(part.begin, hint->offset);
    const std::string path = directory_ + "/" + segment_name(part.segment);
    Result<std::unique_ptr<File>> file = files_.open(path, OpenMode::kReadOnly);
    if (file) {
      SegmentBytes segment(std::move(*file), part.end);
      LEAT_TRY(pass.read_part(part, segment));
    }
    // A segment that leaves loses its name before its room is used again, and the name never comes
    // back: while it is there, what was read was the segment's own.
    has_left |= !files_.exists(path);
    if (!file && !has_left) return tl::unexpected(file.error());
    segment_read = part.segment;
  }
  if (pass.is_complete()) {
    remember({plan.group, pass.next(), segment_read, pass.offset()});
  }
  if (!pass.entries().empty()) return std::move(pass.entries());
  if (has_left) return entry_has_left(plan.group, plan.from);
  return failure(ErrorKind::kCorruption, suspect_text(pass.damage()));
}

std::optional<EntryReader::Hint> EntryReader::find_hint(const ReadPlan& plan) const {
  std::optional<Hint> best;
  for (const Hint& hint : hints_) {
    if (hint.group != plan.group || hint.next > plan.from) continue;
    if (!best || best->next < hint.next) best = hint;
  }
  return best;
}

void EntryReader::remember(const Hint& hint) {
  hints_[next_hint_] = hint;
  next_hint_ = (next_hint_ + 1) % hints_.size();
}

}  // namespace leat::journal
