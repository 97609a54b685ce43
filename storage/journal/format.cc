#include "storage/journal/format.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "core/base/check.h"
#include "core/base/encoding.h"
#include "core/base/hash.h"

namespace leat::journal {

namespace {

using encoding::load;
using encoding::store;

constexpr std::string_view kSegmentMagic = "LEATJSEG";
constexpr std::string_view kBatchMagic = "LBAT";
constexpr std::string_view kNameEnd = ".log";
constexpr std::string_view kSpareEnd = ".spare";
constexpr std::size_t kNameDigits = 8;

// Segment header.
constexpr std::size_t kVersionOffset = 8;
constexpr std::size_t kSegmentChecksumOffset = 12;

// Batch header.
constexpr std::size_t kBatchChecksumOffset = 4;
constexpr std::size_t kBatchFieldsOffset = 8;
constexpr std::size_t kGroupCountOffset = 28;

// Record header: the checksum covers everything behind it.
constexpr std::size_t kRecordFieldsOffset = 4;

std::uint32_t segment_checksum(const char* header) {
  return crc32c_around({header, kSegmentHeaderBytes}, kSegmentChecksumOffset);
}

bool is_known_kind(std::uint8_t kind) { return kind >= 1 && kind <= 4; }

}  // namespace

std::uint32_t checksum_seed(std::uint64_t life) {
  return crc32c({reinterpret_cast<const char*>(&life), sizeof(life)});
}

void encode_segment_header(const SegmentHeader& header, char* sector) {
  std::memset(sector, 0, kSectorBytes);
  std::memcpy(sector, kSegmentMagic.data(), kSegmentMagic.size());
  sector[kVersionOffset] = static_cast<char>(kFormatVersion);
  store(sector + 16, header.number);
  store(sector + 24, header.life);
  store(sector + 32, header.first_batch);
  store(sector + 40, header.previous_segment);
  store(sector + 48, header.previous_end);
  store(sector + kSegmentChecksumOffset, segment_checksum(sector));
}

std::optional<SegmentHeader> decode_segment_header(std::string_view segment) {
  if (segment.size() < kSegmentHeaderBytes || !segment.starts_with(kSegmentMagic)) return {};
  const char* at = segment.data();
  if (at[kVersionOffset] != static_cast<char>(kFormatVersion)) return {};
  if (load<std::uint32_t>(at + kSegmentChecksumOffset) != segment_checksum(at)) return {};
  return SegmentHeader{.number = load<std::uint64_t>(at + 16),
                       .life = load<std::uint64_t>(at + 24),
                       .first_batch = load<std::uint64_t>(at + 32),
                       .previous_segment = load<std::uint64_t>(at + 40),
                       .previous_end = load<std::uint64_t>(at + 48)};
}

std::optional<std::uint8_t> foreign_version(std::string_view segment) {
  if (segment.size() < kSegmentHeaderBytes || !segment.starts_with(kSegmentMagic)) return {};
  const char* at = segment.data();
  const auto version = static_cast<std::uint8_t>(at[kVersionOffset]);
  if (version == kFormatVersion) return {};
  if (load<std::uint32_t>(at + kSegmentChecksumOffset) != segment_checksum(at)) return {};
  return version;
}

void encode_batch_header(const BatchHeader& header, char* at) {
  LEAT_CHECK(header.offset % kSectorBytes == 0) << header.offset;
  std::memcpy(at, kBatchMagic.data(), kBatchMagic.size());
  store(at + 8, header.life);
  store(at + 16, header.segment);
  store(at + 24, static_cast<std::uint32_t>(header.offset / kSectorBytes));
  store(at + kGroupCountOffset, static_cast<std::uint32_t>(header.groups.size()));
  store(at + 32, header.number);
  store(at + 40, header.durable_through);
  store(at + 48, header.record_count);
  store(at + 52, header.record_bytes);
  store(at + 56, header.previous_count);
  store(at + 60, std::uint32_t{0});
  char* mark_at = at + kBatchHeaderBytes;
  for (const GroupMark& mark : header.groups) {
    store(mark_at, mark.group.value);
    store(mark_at + 8, mark.last.value);
    store(mark_at + 16, mark.kinds);
    mark_at += kGroupMarkBytes;
  }
  const std::string_view covered(at + kBatchFieldsOffset,
                                 header.header_bytes() - kBatchFieldsOffset);
  store(at + kBatchChecksumOffset, crc32c(covered, checksum_seed(header.life)));
}

std::size_t batch_header_bytes(std::string_view bytes) {
  if (bytes.size() < kBatchHeaderBytes || !bytes.starts_with(kBatchMagic)) return 0;
  return kBatchHeaderBytes +
         kGroupMarkBytes * std::size_t{load<std::uint32_t>(bytes.data() + kGroupCountOffset)};
}

std::optional<BatchHeader> decode_batch_header(std::string_view bytes, std::uint64_t offset,
                                               std::uint64_t segment_number) {
  const std::size_t size = batch_header_bytes(bytes);
  if (size == 0 || size > bytes.size()) return {};
  const char* at = bytes.data();

  BatchHeader header;
  header.life = load<std::uint64_t>(at + 8);
  header.segment = load<std::uint64_t>(at + 16);
  header.offset = load<std::uint32_t>(at + 24) * kSectorBytes;
  const std::string_view covered = bytes.substr(kBatchFieldsOffset, size - kBatchFieldsOffset);
  if (load<std::uint32_t>(at + kBatchChecksumOffset) !=
      crc32c(covered, checksum_seed(header.life))) {
    return {};
  }
  if (header.segment != segment_number || header.offset != offset) return {};
  header.number = load<std::uint64_t>(at + 32);
  header.durable_through = load<std::uint64_t>(at + 40);
  header.record_count = load<std::uint32_t>(at + 48);
  header.record_bytes = load<std::uint32_t>(at + 52);
  header.previous_count = load<std::uint32_t>(at + 56);
  const std::size_t group_count = load<std::uint32_t>(at + kGroupCountOffset);
  header.groups.reserve(group_count);
  const char* mark_at = at + kBatchHeaderBytes;
  for (std::size_t i = 0; i < group_count; ++i, mark_at += kGroupMarkBytes) {
    header.groups.push_back({GroupId(load<std::uint64_t>(mark_at)),
                             LogIndex(load<std::uint64_t>(mark_at + 8)),
                             load<std::uint32_t>(mark_at + 16)});
  }
  return header;
}

void encode_record(const LogRecord& record, std::uint32_t ordinal, std::uint32_t seed, char* at) {
  const std::string_view payload = record.payload.view();
  store(at + 4, static_cast<std::uint32_t>(payload.size()));
  store(at + 8, static_cast<std::uint32_t>(record.kind));  // and three reserved bytes
  store(at + 12, ordinal);
  store(at + 16, record.group.value);
  store(at + 24, record.index.value);
  store(at + 32, record.term.value);
  store(at + 40, record.previous_hash);
  if (!payload.empty()) std::memcpy(at + kRecordHeaderBytes, payload.data(), payload.size());
  const std::size_t size = kRecordHeaderBytes + payload.size();
  store(at, crc32c({at + kRecordFieldsOffset, size - kRecordFieldsOffset}, seed));
}

std::optional<RecordView> decode_record(std::string_view bytes, std::uint32_t ordinal,
                                        std::uint32_t seed) {
  if (bytes.size() < kRecordHeaderBytes) return {};
  const char* at = bytes.data();
  const std::size_t payload_size = load<std::uint32_t>(at + 4);
  if (payload_size > bytes.size() - kRecordHeaderBytes) return {};
  const std::string_view covered =
      bytes.substr(kRecordFieldsOffset, kRecordHeaderBytes + payload_size - kRecordFieldsOffset);
  if (load<std::uint32_t>(at) != crc32c(covered, seed)) return {};
  if (!is_known_kind(load<std::uint8_t>(at + 8))) return {};
  if (load<std::uint32_t>(at + 12) != ordinal) return {};
  return RecordView{.group = GroupId(load<std::uint64_t>(at + 16)),
                    .kind = static_cast<RecordKind>(load<std::uint8_t>(at + 8)),
                    .index = LogIndex(load<std::uint64_t>(at + 24)),
                    .term = Term(load<std::uint64_t>(at + 32)),
                    .previous_hash = load<std::uint64_t>(at + 40),
                    .payload = bytes.substr(kRecordHeaderBytes, payload_size)};
}

std::string segment_name(std::uint64_t number) {
  std::string digits = std::to_string(number);
  if (digits.size() < kNameDigits) digits.insert(0, kNameDigits - digits.size(), '0');
  return digits.append(kNameEnd);
}

std::optional<std::uint64_t> parse_segment_name(std::string_view name) {
  if (!name.ends_with(kNameEnd)) return {};
  const std::string_view digits = name.substr(0, name.size() - kNameEnd.size());
  std::uint64_t number = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size()) return {};
  // Only the name that we would give it: "1.log" beside "00000001.log" is not ours.
  if (number == 0 || segment_name(number) != name) return {};
  return number;
}

std::string spare_name(std::uint64_t number) {
  std::string name = segment_name(number);
  return name.replace(name.size() - kNameEnd.size(), kNameEnd.size(), kSpareEnd);
}

bool is_spare_name(std::string_view name) { return name.ends_with(kSpareEnd); }

}  // namespace leat::journal
