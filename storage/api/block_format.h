#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"

namespace leat {

// The value of a block row: consecutive messages of one stream. Little endian.
//
//   +0   version 1 (= 1) | reserved 1 (= 0) | message count 2 | crc32c 4 of all other bytes
//   +8   first sequence 8                      (= the row's key; the first message may lie later)
//   +16  base time 8                           (of the first message, ns since the epoch)
//   +24  messages, one after the other
//          varint sequence - first sequence
//          zigzag varint time - base time
//          flags 1
//          varint size of subject, of headers, of payload
//          subject | headers | payload
//   end  offset 4 of each message from the start of the value, in order

inline constexpr std::uint8_t kBlockVersion = 1;
inline constexpr std::size_t kBlockHeaderBytes = 24;

// A message as it stands in a block. The views live as long as what they were read from.
struct StoredMessage {
  StreamSeq sequence = {};
  WallNs time = 0;
  std::uint8_t flags = 0;  // the owner's; kept as they are
  std::string_view subject = {};
  std::string_view headers = {};  // with the version line and the empty line, or empty
  std::string_view payload = {};
};

// Gathers the open block of one stream and makes its value. Used on the stream's thread. Sequences
// ascend; gaps are allowed.
class BlockBuilder {
 public:
  // Starts an empty block whose key will be `first`.
  void reset(StreamSeq first);
  // LEAT_CHECKs that the sequence ascends and that the block is not full.
  void append(const StoredMessage& message);

  bool empty() const { return offsets_.empty(); }
  std::size_t message_count() const { return offsets_.size(); }
  std::size_t size_bytes() const { return kBlockHeaderBytes + body_.size() + 4 * offsets_.size(); }
  // Full by limits::kBlockBytes or kBlockMessages: the owner closes it at the end of the entry.
  bool is_full() const;
  StreamSeq first() const { return first_; }
  StreamSeq last() const { return last_; }

  // The message with this sequence; views are valid until the next append or reset.
  std::optional<StoredMessage> find(StreamSeq sequence) const;

  // The value as of now; the builder stays as it is, so that a cut block can grow on.
  Bytes value() const;

 private:
  void add(std::string_view bytes) { body_.insert(body_.end(), bytes.begin(), bytes.end()); }

  StreamSeq first_;
  StreamSeq last_;
  WallNs base_time_ = 0;
  std::vector<char> body_;              // messages
  std::vector<std::uint32_t> offsets_;  // into body_
};

// Reads a block's value in place. Cheap to copy; holds a share of the bytes.
class BlockReader {
 public:
  // kCorruption when the checksum or any bound is wrong, kUnsupported when it is whole and of
  // another version; after it, nothing fails.
  static Result<BlockReader> open(Bytes value);

  StreamSeq first() const { return first_; }
  std::size_t message_count() const { return count_; }
  // The message at a position below message_count().
  StoredMessage at(std::size_t position) const;
  std::optional<StoredMessage> find(StreamSeq sequence) const;
  StreamSeq sequence_at(std::size_t position) const;
  // The position of the first message at or after `sequence`; message_count() when none.
  std::size_t lower_bound(StreamSeq sequence) const;
  const Bytes& value() const { return value_; }

 private:
  std::string_view from(std::size_t position) const;

  Bytes value_;
  StreamSeq first_;
  WallNs base_time_ = 0;
  std::size_t count_ = 0;
};

// The last sequence in a block, without looking at anything else of it; none when the bytes cannot
// be a block.
StreamSeq last_sequence_of_block(std::string_view value);

// A block of its own with the one message of `block` that has this sequence, which is its first:
// what is kept of a block whose other messages nobody wants. kNotFound when there is no such
// message, otherwise as BlockReader::open.
Result<Bytes> cut_message(std::string_view block, StreamSeq sequence);

}  // namespace leat
