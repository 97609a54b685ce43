#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"

namespace leat {

// The value of an index row: what expiry, filtered scans, counts, deduplication and the rebuild of
// the subject map need to know of a block without reading it. Little endian.
//
//   +0   version 1 (= 1) | reserved 1 (= 0) | message count 2 | crc32c 4 of all other bytes
//   +8   first sequence 8                      (= the row's key)
//   +16  last sequence 8 of the span           (what the stream had given out when it was written)
//   +24  base time 8
//   +32  varint number of subjects, each: varint size | subject
//        messages, each:
//          flags 1                 bit 0: a gap follows, bit 1: a TTL follows, bit 2: deleted
//          [varint sequence - (previous sequence + 1)]        with bit 0
//          varint number of the subject in the dictionary
//          varint size, as the stream counts it
//          zigzag varint time - previous time
//          [varint TTL in seconds]                            with bit 1
//        varint number of message ids, each:
//          zigzag varint sequence - first sequence
//          zigzag varint time - base time
//          varint size | id

inline constexpr std::uint8_t kIndexRowVersion = 1;

// One message of a block, without its body.
struct IndexedMessage {
  StreamSeq sequence = {};
  WallNs time = 0;
  std::uint32_t subject = 0;     // number in the row's dictionary
  std::uint32_t size_bytes = 0;  // as the stream counts it
  std::uint32_t ttl_s = 0;       // 0 = none
  bool is_deleted = false;       // an interior delete, folded into the row
};

// A message id seen in the span of a block, also of a message that was not stored.
struct IndexedMessageId {
  StreamSeq sequence = {};  // what a duplicate is answered with
  WallNs time = 0;
  std::string_view id = {};
};

// Gathers the index row of the open block. Used on the stream's thread.
class IndexRowBuilder {
 public:
  void reset(StreamSeq first);
  // `message.subject` is ignored; the dictionary number follows from the text.
  void append(const IndexedMessage& message, std::string_view subject);
  void append_id(const IndexedMessageId& id);
  std::size_t message_count() const { return messages_.size(); }
  // `last` is the end of the span: the last sequence that the stream had given out.
  Bytes value(StreamSeq last) const;

 private:
  // In the dictionary, where it is added when it is new; becomes the last subject.
  std::uint32_t number_of(std::string_view subject);

  StreamSeq first_;
  std::string subjects_;  // encoded dictionary
  std::uint32_t subject_count_ = 0;
  std::unordered_map<std::string, std::uint32_t> numbers_;  // empty while there is one subject
  std::vector<IndexedMessage> messages_;
  std::string ids_;  // encoded relative to the base time
  std::size_t id_count_ = 0;
  WallNs base_time_ = 0;
  bool has_base_time_ = false;
  std::string last_subject_;
  std::uint32_t last_number_ = 0;
};

// A decoded index row. The views point into the value that was given to parse().
struct IndexRow {
  StreamSeq first;
  StreamSeq last;
  std::vector<std::string_view> subjects;
  std::vector<IndexedMessage> messages;
  std::vector<IndexedMessageId> ids;

  // kCorruption when the checksum or any bound is wrong, kUnsupported when it is whole and of
  // another version.
  static Result<IndexRow> parse(std::string_view value);
};

// The end of a row's span, without looking at anything else of it; none when the bytes cannot be a
// row.
StreamSeq last_sequence_of_index_row(std::string_view value);

}  // namespace leat
