#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "storage/api/log_store.h"

namespace leat::journal {

// The disk format of the journal; the picture stands in README.md. Little endian. What is decoded
// here comes from a disk and may be anything: decoders answer with nothing instead of failing.

inline constexpr std::uint64_t kSectorBytes = 512;  // batches start at multiples of it
inline constexpr std::uint8_t kFormatVersion = 1;
inline constexpr std::size_t kSegmentHeaderBytes = 64;  // alone in the first sector
inline constexpr std::size_t kBatchHeaderBytes = 64;    // then one mark for each group
inline constexpr std::size_t kGroupMarkBytes = 20;
inline constexpr std::size_t kRecordHeaderBytes = 48;  // then the payload

inline constexpr std::uint64_t round_up_to_sector(std::uint64_t offset) {
  return (offset + kSectorBytes - 1) / kSectorBytes * kSectorBytes;
}

// The first sector of a segment. Segments chain backwards; what the one before holds from
// `previous_end` on is void (a batch that was torn, or never written).
struct SegmentHeader {
  std::uint64_t number = 0;
  std::uint64_t life = 0;              // random; seeds every checksum in this life of the file
  std::uint64_t first_batch = 0;       // number of the first batch that goes in here
  std::uint64_t previous_segment = 0;  // 0 = none
  std::uint64_t previous_end = 0;
};

// What a batch holds of one group.
struct GroupMark {
  GroupId group;
  LogIndex last;            // index of its last entry here; none without an entry
  std::uint32_t kinds = 0;  // bit RecordKind - 1 for each kind that is here
};

// In `kinds`: more than one hard state of the group is here.
inline constexpr std::uint32_t kSeveralHardStates = 1u << 31;

constexpr std::uint32_t kind_bit(RecordKind kind) {
  return 1u << (static_cast<unsigned>(kind) - 1);
}

inline constexpr std::uint32_t kUnknownCount = 0xFFFFFFFF;

struct BatchHeader {
  std::uint64_t life = 0;
  std::uint64_t segment = 0;
  std::uint64_t offset = 0;           // of the batch in its segment
  std::uint64_t number = 0;           // counts over all segments, without gaps
  std::uint64_t durable_through = 0;  // batches up to this were synced when this one was written
  std::uint32_t record_count = 0;
  std::uint32_t record_bytes = 0;  // all records together
  // Records of the batch before, so that the loss of an empty one is known to be none.
  std::uint32_t previous_count = kUnknownCount;
  std::vector<GroupMark> groups;  // ascending by group

  std::size_t header_bytes() const { return kBatchHeaderBytes + kGroupMarkBytes * groups.size(); }
  std::uint64_t records_at() const { return offset + header_bytes(); }
  std::uint64_t end() const { return records_at() + record_bytes; }
};

// A record in place; the payload points into the bytes it was decoded from.
struct RecordView {
  GroupId group;
  RecordKind kind = RecordKind::kEntry;
  LogIndex index;
  Term term;
  std::uint64_t previous_hash = 0;
  std::string_view payload;
  std::size_t size_bytes() const { return kRecordHeaderBytes + payload.size(); }
};

// Start value of all checksums of a life.
std::uint32_t checksum_seed(std::uint64_t life);

// Fills one sector.
void encode_segment_header(const SegmentHeader& header, char* sector);
// Fills header.header_bytes() bytes.
void encode_batch_header(const BatchHeader& header, char* at);
// Fills kRecordHeaderBytes + payload; `ordinal` is the record's place in its batch.
void encode_record(const LogRecord& record, std::uint32_t ordinal, std::uint32_t seed, char* at);

std::optional<SegmentHeader> decode_segment_header(std::string_view segment);
// The version of a whole header that is not of this one's format.
std::optional<std::uint8_t> foreign_version(std::string_view segment);
// The batch at the start of `bytes`, which stand at `offset` of a segment; nothing unless checksum,
// segment number and offset are right, so that bytes copied from elsewhere are no batch. The caller
// compares the life.
std::optional<BatchHeader> decode_batch_header(std::string_view bytes, std::uint64_t offset,
                                               std::uint64_t segment_number);
// How many bytes the header has that may start with these sectors; 0 when none does.
std::size_t batch_header_bytes(std::string_view bytes);
// The record at the start of `bytes`, which end where it must have ended.
std::optional<RecordView> decode_record(std::string_view bytes, std::uint32_t ordinal,
                                        std::uint32_t seed);

// "00000042.log" and back; nothing for other names.
std::string segment_name(std::uint64_t number);
std::optional<std::uint64_t> parse_segment_name(std::string_view name);
// "00000042.spare": a segment that has left, and waits to be used again.
std::string spare_name(std::uint64_t number);
bool is_spare_name(std::string_view name);

}  // namespace leat::journal
