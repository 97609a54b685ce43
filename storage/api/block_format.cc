#include "storage/api/block_format.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "storage/api/stored_head.h"

namespace leat {

namespace {

using encoding::Cursor;

constexpr std::size_t kBaseTimeOffset = StoredHead::kBytes;
constexpr std::size_t kOffsetBytes = 4;
constexpr StoredHeadKind kBlockHead{
    .name = "block", .version = kBlockVersion, .header_bytes = kBlockHeaderBytes};

struct Base {
  StreamSeq first;
  WallNs time;
};

StoredMessage decode(Cursor& cursor, const Base& base) {
  StoredMessage message;
  message.sequence = StreamSeq(base.first.value + cursor.varint());
  message.time = encoding::wrapping_sum(base.time, encoding::unzigzag(cursor.varint()));
  message.flags = cursor.number<std::uint8_t>();
  const std::uint64_t subject_size = cursor.varint();
  const std::uint64_t header_size = cursor.varint();
  const std::uint64_t payload_size = cursor.varint();
  message.subject = cursor.bytes(subject_size);
  message.headers = cursor.bytes(header_size);
  message.payload = cursor.bytes(payload_size);
  return message;
}

// The position of the first of `count` messages at or after `sequence`. Without gaps it is where
// the sequence says; each gap brings it nearer to the front, so that the guess bounds the search.
template <typename SequenceAt>
std::size_t position_of(StreamSeq sequence, StreamSeq first, std::size_t count,
                        SequenceAt sequence_at) {
  std::size_t low = 0;
  std::size_t high = count;
  if (sequence >= first && sequence.value - first.value < count) {
    const auto guess = static_cast<std::size_t>(sequence.value - first.value);
    if (sequence_at(guess) == sequence) return guess;
    high = guess + 1;
  }
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (sequence_at(middle) < sequence) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace

void BlockBuilder::reset(StreamSeq first) {
  first_ = first;
  last_ = StreamSeq();
  base_time_ = 0;
  body_.clear();
  offsets_.clear();
}

void BlockBuilder::append(const StoredMessage& message) {
  LEAT_CHECK(message.sequence >= first_ && (empty() || message.sequence > last_))
      << "sequence " << message.sequence << " after " << last_ << " in block " << first_;
  LEAT_CHECK(offsets_.size() < StoredHead::kMessageCountMax);
  if (empty()) base_time_ = message.time;
  offsets_.push_back(static_cast<std::uint32_t>(body_.size()));

  char head[5 * encoding::kVarintBytesMax + 1];
  char* at = encoding::store_varint(head, message.sequence.value - first_.value);
  const std::int64_t delta = encoding::wrapping_difference(message.time, base_time_);
  at = encoding::store_varint(at, encoding::zigzag(delta));
  *at++ = static_cast<char>(message.flags);
  at = encoding::store_varint(at, message.subject.size());
  at = encoding::store_varint(at, message.headers.size());
  at = encoding::store_varint(at, message.payload.size());
  const std::size_t head_size = static_cast<std::size_t>(at - head);
  const std::size_t size = body_.size() + head_size + message.subject.size() +
                           message.headers.size() + message.payload.size();
  // By half of it, not to twice: most streams have a few messages here.
  if (size > body_.capacity()) body_.reserve(std::max(size, body_.size() + body_.size() / 2));
  add({head, head_size});
  add(message.subject);
  add(message.headers);
  add(message.payload);
  last_ = message.sequence;
}

bool BlockBuilder::is_full() const {
  return size_bytes() >= limits::kBlockBytes || offsets_.size() >= limits::kBlockMessages;
}

std::optional<StoredMessage> BlockBuilder::find(StreamSeq sequence) const {
  if (empty() || sequence < first_ || sequence > last_) return std::nullopt;
  const auto message_at = [this](std::size_t position) {
    Cursor cursor(std::string_view(body_.data(), body_.size()).substr(offsets_[position]));
    return decode(cursor, {first_, base_time_});
  };
  const auto sequence_at = [&](std::size_t position) { return message_at(position).sequence; };
  const std::size_t position = position_of(sequence, first_, offsets_.size(), sequence_at);
  if (position == offsets_.size()) return std::nullopt;
  const StoredMessage message = message_at(position);
  if (message.sequence != sequence) return std::nullopt;
  return message;
}

Bytes BlockBuilder::value() const {
  ByteBuffer buffer(size_bytes());
  char* const start = buffer.writable(size_bytes());
  encoding::store(start + kBaseTimeOffset, base_time_);
  char* at = std::copy(body_.begin(), body_.end(), start + kBlockHeaderBytes);
  for (const std::uint32_t offset : offsets_) {
    encoding::store(at, static_cast<std::uint32_t>(offset + kBlockHeaderBytes));
    at += kOffsetBytes;
  }
  write_stored_head(start, size_bytes(), kBlockHead, {.count = offsets_.size(), .first = first_});
  buffer.commit(size_bytes());
  return buffer.take_all();
}

Result<BlockReader> BlockReader::open(Bytes value) {
  const std::string_view bytes = value.view();
  const auto corrupt = [](const char* what) {
    return failure(ErrorKind::kCorruption, std::string("block: ") + what);
  };
  LEAT_TRY_ASSIGN(const StoredHead head, read_stored_head(bytes, kBlockHead));
  BlockReader reader;
  reader.count_ = head.count;
  reader.first_ = head.first;
  reader.base_time_ = encoding::load<WallNs>(bytes.data() + kBaseTimeOffset);
  if (bytes.size() - kBlockHeaderBytes < reader.count_ * kOffsetBytes) {
    return corrupt("too short for its messages");
  }
  // One walk now spares every later read its checks.
  const std::size_t table = bytes.size() - reader.count_ * kOffsetBytes;
  Cursor cursor(bytes.substr(kBlockHeaderBytes, table - kBlockHeaderBytes));
  StreamSeq previous;
  for (std::size_t i = 0; i < reader.count_; ++i) {
    const std::size_t offset = table - cursor.remaining();
    if (encoding::load<std::uint32_t>(bytes.data() + table + i * kOffsetBytes) != offset) {
      return corrupt("an offset that is not its message's");
    }
    const StoredMessage message = decode(cursor, {reader.first_, reader.base_time_});
    if (!cursor.is_good() || message.sequence < reader.first_ ||
        (i > 0 && message.sequence <= previous)) {
      return corrupt("a bad message");
    }
    previous = message.sequence;
  }
  if (cursor.remaining() != 0) return corrupt("bytes behind its messages");
  reader.value_ = std::move(value);
  return reader;
}

StreamSeq last_sequence_of_block(std::string_view value) {
  if (value.size() < kBlockHeaderBytes + kOffsetBytes) return {};
  const auto offset = encoding::load<std::uint32_t>(value.data() + value.size() - kOffsetBytes);
  if (offset >= value.size()) return {};
  Cursor cursor(value.substr(offset));
  const std::uint64_t distance = cursor.varint();
  const auto first = encoding::load<std::uint64_t>(value.data() + StoredHead::kFirstOffset);
  return cursor.is_good() ? StreamSeq(first + distance) : StreamSeq();
}

std::string_view BlockReader::from(std::size_t position) const {
  LEAT_CHECK(position < count_) << position << " of " << count_;
  const std::string_view bytes = value_.view();
  const std::size_t table = bytes.size() - count_ * kOffsetBytes;
  const auto offset = encoding::load<std::uint32_t>(bytes.data() + table + position * kOffsetBytes);
  return bytes.substr(offset, table - offset);
}

StoredMessage BlockReader::at(std::size_t position) const {
  Cursor cursor(from(position));
  return decode(cursor, {first_, base_time_});
}

StreamSeq BlockReader::sequence_at(std::size_t position) const {
  Cursor cursor(from(position));
  return StreamSeq(first_.value + cursor.varint());
}

std::size_t BlockReader::lower_bound(StreamSeq sequence) const {
  return position_of(sequence, first_, count_,
                     [this](std::size_t position) { return sequence_at(position); });
}

std::optional<StoredMessage> BlockReader::find(StreamSeq sequence) const {
  const std::size_t position = lower_bound(sequence);
  if (position == count_ || sequence_at(position) != sequence) return std::nullopt;
  return at(position);
}

Result<Bytes> cut_message(std::string_view block, StreamSeq sequence) {
  // Uncounted: the reader does not outlive the call.
  LEAT_TRY_ASSIGN(const BlockReader reader, BlockReader::open(Bytes::of_static(block)));
  const std::optional<StoredMessage> message = reader.find(sequence);
  if (!message) return failure(ErrorKind::kNotFound, "block: no such message");
  BlockBuilder builder;
  builder.reset(sequence);
  builder.append(*message);
  return builder.value();
}

}  // namespace leat
