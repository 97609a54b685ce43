#include "storage/api/index_row.h"

#include "core/base/check.h"
#include "core/base/encoding.h"
#include "storage/api/stored_head.h"

namespace leat {

namespace {

using encoding::Cursor;

constexpr std::size_t kLastOffset = StoredHead::kBytes;
constexpr std::size_t kRowTimeOffset = 24;
constexpr std::size_t kRowHeaderBytes = 32;
constexpr StoredHeadKind kRowHead{
    .name = "index row", .version = kIndexRowVersion, .header_bytes = kRowHeaderBytes};

constexpr std::uint8_t kGapFollows = 1;
constexpr std::uint8_t kTtlFollows = 2;
constexpr std::uint8_t kDeleted = 4;
constexpr std::uint8_t kKnownFlags = kGapFollows | kTtlFollows | kDeleted;

// Where the next message is expected, and what its time is told against.
struct Place {
  StreamSeq expected;
  WallNs time;
};

void encode_message(std::string& to, const IndexedMessage& message, const Place& place) {
  const std::uint64_t gap = message.sequence.value - place.expected.value;
  std::uint8_t flags = message.is_deleted ? kDeleted : std::uint8_t{0};
  if (gap > 0) flags |= kGapFollows;
  if (message.ttl_s > 0) flags |= kTtlFollows;
  to.push_back(static_cast<char>(flags));
  if (gap > 0) encoding::append_varint(to, gap);
  encoding::append_varint(to, message.subject);
  encoding::append_varint(to, message.size_bytes);
  const std::int64_t delta = encoding::wrapping_difference(message.time, place.time);
  encoding::append_varint(to, encoding::zigzag(delta));
  if (message.ttl_s > 0) encoding::append_varint(to, message.ttl_s);
}

Result<IndexedMessage> decode_message(Cursor& cursor, const Place& place) {
  IndexedMessage message;
  const auto flags = cursor.number<std::uint8_t>();
  message.sequence = place.expected;
  if (flags & kGapFollows) message.sequence = StreamSeq(place.expected.value + cursor.varint());
  message.subject = static_cast<std::uint32_t>(cursor.varint());
  message.size_bytes = static_cast<std::uint32_t>(cursor.varint());
  message.time = encoding::wrapping_sum(place.time, encoding::unzigzag(cursor.varint()));
  if (flags & kTtlFollows) message.ttl_s = static_cast<std::uint32_t>(cursor.varint());
  message.is_deleted = (flags & kDeleted) != 0;
  if (!cursor.is_good() || (flags & ~kKnownFlags) != 0 || message.sequence < place.expected) {
    return failure(ErrorKind::kCorruption, "index row: a bad message");
  }
  return message;
}

IndexedMessageId decode_id(Cursor& cursor, const Place& base) {
  IndexedMessageId id;
  const auto first = static_cast<std::int64_t>(base.expected.value);
  const std::int64_t delta = encoding::unzigzag(cursor.varint());
  id.sequence = StreamSeq(static_cast<std::uint64_t>(encoding::wrapping_sum(first, delta)));
  id.time = encoding::wrapping_sum(base.time, encoding::unzigzag(cursor.varint()));
  id.id = cursor.bytes(cursor.varint());
  return id;
}

}  // namespace

void IndexRowBuilder::reset(StreamSeq first) {
  first_ = first;
  subjects_.clear();
  subject_count_ = 0;
  numbers_.clear();
  messages_.clear();
  ids_.clear();
  id_count_ = 0;
  base_time_ = 0;
  has_base_time_ = false;
}

void IndexRowBuilder::append(const IndexedMessage& message, std::string_view subject) {
  LEAT_CHECK(message.sequence >= first_ &&
             (messages_.empty() || message.sequence > messages_.back().sequence))
      << "sequence " << message.sequence << " in the index row of " << first_;
  LEAT_CHECK(messages_.size() < StoredHead::kMessageCountMax);
  if (!has_base_time_) base_time_ = message.time;
  has_base_time_ = true;
  messages_.push_back(message);
  // A run of one subject, the common case, needs no look-up.
  if (last_subject_ != subject || subject_count_ == 0) last_number_ = number_of(subject);
  messages_.back().subject = last_number_;
}

std::uint32_t IndexRowBuilder::number_of(std::string_view subject) {
  if (subject_count_ == 1 && numbers_.empty()) numbers_.emplace(last_subject_, 0);
  last_subject_ = subject;
  bool is_new = subject_count_ == 0;
  std::uint32_t number = 0;
  if (!is_new) {
    const auto [found, is_inserted] = numbers_.try_emplace(last_subject_, subject_count_);
    number = found->second;
    is_new = is_inserted;
  }
  if (is_new) {
    ++subject_count_;
    encoding::append_varint(subjects_, subject.size());
    subjects_.append(subject);
  }
  return number;
}

void IndexRowBuilder::append_id(const IndexedMessageId& id) {
  if (!has_base_time_) base_time_ = id.time;
  has_base_time_ = true;
  const std::uint64_t delta = id.sequence.value - first_.value;
  encoding::append_varint(ids_, encoding::zigzag(static_cast<std::int64_t>(delta)));
  const std::int64_t time_delta = encoding::wrapping_difference(id.time, base_time_);
  encoding::append_varint(ids_, encoding::zigzag(time_delta));
  encoding::append_varint(ids_, id.id.size());
  ids_.append(id.id);
  ++id_count_;
}

Bytes IndexRowBuilder::value(StreamSeq last) const {
  std::string value(kRowHeaderBytes, '\0');
  value.reserve(kRowHeaderBytes + subjects_.size() + 12 * messages_.size() + ids_.size() + 30);
  encoding::append_varint(value, subject_count_);
  value.append(subjects_);
  Place place{first_, base_time_};
  for (const IndexedMessage& message : messages_) {
    encode_message(value, message, place);
    place = {message.sequence.next(), message.time};
  }
  encoding::append_varint(value, id_count_);
  value.append(ids_);

  encoding::store(&value[kLastOffset], last.value);
  encoding::store(&value[kRowTimeOffset], base_time_);
  write_stored_head(value.data(), value.size(), kRowHead,
                    {.count = messages_.size(), .first = first_});
  return Bytes::copy_of(value);
}

StreamSeq last_sequence_of_index_row(std::string_view value) {
  if (value.size() < kRowHeaderBytes) return {};
  return StreamSeq(encoding::load<std::uint64_t>(value.data() + kLastOffset));
}

Result<IndexRow> IndexRow::parse(std::string_view value) {
  const auto corrupt = [](const char* what) {
    return failure(ErrorKind::kCorruption, std::string("index row: ") + what);
  };
  LEAT_TRY_ASSIGN(const StoredHead head, read_stored_head(value, kRowHead));
  IndexRow row;
  row.first = head.first;
  row.last = StreamSeq(encoding::load<std::uint64_t>(value.data() + kLastOffset));
  const std::size_t count = head.count;
  const Place base{row.first, encoding::load<WallNs>(value.data() + kRowTimeOffset)};

  Cursor cursor(value.substr(kRowHeaderBytes));
  const std::uint64_t subject_count = cursor.varint();
  // Every part takes a byte at least: a count beyond the rest is refused before it is believed.
  if (subject_count > cursor.remaining()) return corrupt("more subjects than bytes");
  row.subjects.reserve(static_cast<std::size_t>(subject_count));
  for (std::uint64_t i = 0; i < subject_count; ++i) {
    row.subjects.push_back(cursor.bytes(cursor.varint()));
  }
  if (count > cursor.remaining()) return corrupt("more messages than bytes");
  row.messages.reserve(count);
  Place place = base;
  for (std::size_t i = 0; i < count; ++i) {
    LEAT_TRY_ASSIGN(const IndexedMessage message, decode_message(cursor, place));
    if (message.subject >= row.subjects.size()) return corrupt("a subject that it does not name");
    if (i > 0 && message.sequence <= row.messages.back().sequence) {
      return corrupt("sequences that do not ascend");
    }
    row.messages.push_back(message);
    place = {message.sequence.next(), message.time};
  }
  const std::uint64_t id_count = cursor.varint();
  if (id_count > cursor.remaining()) return corrupt("more message ids than bytes");
  row.ids.reserve(static_cast<std::size_t>(id_count));
  for (std::uint64_t i = 0; i < id_count; ++i) row.ids.push_back(decode_id(cursor, base));
  if (!cursor.is_good() || cursor.remaining() != 0)
    return corrupt("it does not end where it should");
  return row;
}

}  // namespace leat
