#include "storage/journal/batch_encoder.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "core/base/check.h"

namespace leat::journal {

namespace {

GroupMark mark_of(const LogRecord& record) {
  GroupMark mark{record.group, LogIndex(), kind_bit(record.kind)};
  if (record.kind == RecordKind::kEntry) mark.last = record.index;
  if (record.kind == RecordKind::kTruncate && record.index) mark.last = record.index.previous();
  return mark;
}

bool says_where_the_log_ends(const GroupMark& mark) {
  return (mark.kinds & (kind_bit(RecordKind::kEntry) | kind_bit(RecordKind::kTruncate))) != 0;
}

void merge(GroupMark& into, const GroupMark& later) {
  if (says_where_the_log_ends(later)) into.last = later.last;
  if ((into.kinds & later.kinds & kind_bit(RecordKind::kHardState)) != 0) {
    into.kinds |= kSeveralHardStates;
  }
  into.kinds |= later.kinds;
}

}  // namespace

std::string_view BatchEncoder::encode(const BatchHeader& place,
                                      std::span<const LogRecord> records) {
  header_.life = place.life;
  header_.segment = place.segment;
  header_.offset = place.offset;
  header_.number = place.number;
  header_.durable_through = place.durable_through;
  header_.previous_count = place.previous_count;
  mark_groups(records);
  std::size_t record_bytes = 0;
  for (const LogRecord& record : records) {
    record_bytes += kRecordHeaderBytes + record.payload.size();
  }
  LEAT_CHECK(record_bytes <= std::numeric_limits<std::uint32_t>::max()) << record_bytes;
  header_.record_count = static_cast<std::uint32_t>(records.size());
  header_.record_bytes = static_cast<std::uint32_t>(record_bytes);

  const std::size_t used = header_.header_bytes() + record_bytes;
  const std::size_t size = static_cast<std::size_t>(round_up_to_sector(used));
  char* const start = room(size);
  encode_batch_header(header_, start);
  char* at = start + header_.header_bytes();
  const std::uint32_t seed = checksum_seed(place.life);
  std::uint32_t ordinal = 0;
  for (const LogRecord& record : records) {
    encode_record(record, ordinal++, seed, at);
    at += kRecordHeaderBytes + record.payload.size();
  }
  std::memset(at, 0, size - used);
  return {start, size};
}

void BatchEncoder::mark_groups(std::span<const LogRecord> records) {
  std::vector<GroupMark>& marks = header_.groups;
  marks.clear();
  bool is_sorted = true;
  for (const LogRecord& record : records) {
    const GroupMark mark = mark_of(record);
    if (!marks.empty() && marks.back().group == mark.group) {
      merge(marks.back(), mark);
      continue;
    }
    is_sorted = is_sorted && (marks.empty() || marks.back().group < mark.group);
    marks.push_back(mark);
  }
  if (is_sorted) return;
  // Marks of one group keep their order, because the last one says where its log ends.
  std::stable_sort(marks.begin(), marks.end(),
                   [](const GroupMark& a, const GroupMark& b) { return a.group < b.group; });
  std::size_t kept = 0;
  for (std::size_t i = 1; i < marks.size(); ++i) {
    if (marks[i].group == marks[kept].group) {
      merge(marks[kept], marks[i]);
    } else {
      marks[++kept] = marks[i];
    }
  }
  marks.resize(kept + 1);
}

char* BatchEncoder::room(std::size_t size) {
  if (size > capacity_) {
    capacity_ = std::max(size, 2 * capacity_);
    buffer_ = std::make_unique_for_overwrite<char[]>(capacity_);
  }
  return buffer_.get();
}

}  // namespace leat::journal
