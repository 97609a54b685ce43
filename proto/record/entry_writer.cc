#include <cstring>

#include "core/base/check.h"
#include "core/base/encoding.h"
#include "proto/record/config_codec.h"
#include "proto/record/entry.h"

namespace leat {

namespace {

std::size_t varint_size(std::uint64_t number) {
  std::size_t size = 1;
  while (number >= 0x80) {
    number >>= 7;
    ++size;
  }
  return size;
}

char* write_bytes(char* out, std::string_view bytes) {
  if (!bytes.empty()) std::memcpy(out, bytes.data(), bytes.size());
  return out + bytes.size();
}

void append_publish(std::string& out, const PublishCommand& command) {
  encoding::append_text(out, command.subject);
  encoding::append_varint(out, command.headers.size() + command.headers_rest.size());
  out += command.headers;
  out += command.headers_rest;
  out += command.payload;
}

}  // namespace

void EntryWriter::begin(WallNs stamp) {
  buffer_.consume(buffer_.filled().size());
  char* out = buffer_.writable(kEntryHeaderBytes);
  *out = static_cast<char>(kEntryVersion);
  for (int i = 0; i < 8; ++i) {
    out[1 + i] = static_cast<char>(static_cast<std::uint64_t>(stamp) >> (8 * i));
  }
  buffer_.commit(kEntryHeaderBytes);
  command_count_ = 0;
  is_open_ = true;
}

void EntryWriter::add_body(CommandKind kind, std::string_view body) {
  LEAT_CHECK(is_open_);
  char* const start = buffer_.writable(1 + encoding::kVarintBytesMax + body.size());
  char* out = start;
  *out++ = static_cast<char>(kind);
  out = encoding::store_varint(out, body.size());
  out = write_bytes(out, body);
  buffer_.commit(static_cast<std::size_t>(out - start));
  ++command_count_;
}

void EntryWriter::add(const PublishCommand& command) {
  LEAT_CHECK(is_open_);
  const std::size_t headers = command.headers.size() + command.headers_rest.size();
  const std::size_t body = varint_size(command.subject.size()) + command.subject.size() +
                           varint_size(headers) + headers + command.payload.size();
  char* const start = buffer_.writable(1 + encoding::kVarintBytesMax + body);
  char* out = start;
  *out++ = static_cast<char>(CommandKind::kPublish);
  out = encoding::store_varint(out, body);
  out = encoding::store_varint(out, command.subject.size());
  out = write_bytes(out, command.subject);
  out = encoding::store_varint(out, headers);
  out = write_bytes(out, command.headers);
  out = write_bytes(out, command.headers_rest);
  out = write_bytes(out, command.payload);
  buffer_.commit(static_cast<std::size_t>(out - start));
  ++command_count_;
}

// Rare enough to be copied once more.
void EntryWriter::add(const ScheduleCommand& command) {
  scratch_.clear();
  encoding::append_signed(scratch_, command.due);
  append_publish(scratch_, command.publish);
  add_body(CommandKind::kSchedule, scratch_);
}

void EntryWriter::add(const FireCommand& command) {
  scratch_.clear();
  encoding::append_varint(scratch_, command.schedule.value);
  encoding::append_signed(scratch_, command.due);
  encoding::append_signed(scratch_, command.next);
  if (!command.publish.subject.empty()) append_publish(scratch_, command.publish);
  add_body(CommandKind::kFire, scratch_);
}

void EntryWriter::add(const ConfigCommand& command) {
  scratch_.clear();
  encoding::append_varint(scratch_, command.number);
  append_stream_config(command.config, scratch_);
  add_body(CommandKind::kConfig, scratch_);
}

void EntryWriter::add(const PurgeCommand& command) {
  scratch_.clear();
  encoding::append_varint(scratch_, command.seq.value);
  encoding::append_varint(scratch_, command.keep);
  scratch_ += command.filter;
  add_body(CommandKind::kPurge, scratch_);
}

void EntryWriter::add(const DeleteMessageCommand& command) {
  scratch_.clear();
  encoding::append_varint(scratch_, command.seq.value);
  add_body(CommandKind::kDeleteMessage, scratch_);
}

void EntryWriter::add(const LoseCommand& command) {
  scratch_.clear();
  encoding::append_varint(scratch_, command.first.value);
  encoding::append_varint(scratch_, command.last.value);
  add_body(CommandKind::kLose, scratch_);
}

void EntryWriter::add(const ExpireCommand& command) {
  scratch_.clear();
  encoding::append_varint(scratch_, static_cast<std::uint64_t>(command.up_to));
  add_body(CommandKind::kExpire, scratch_);
}

void EntryWriter::add(const ConsumerCreateCommand& command) {
  scratch_.clear();
  scratch_ += static_cast<char>(command.action);
  encoding::append_signed(scratch_, command.consumers_max);
  encoding::append_text(scratch_, command.name);
  append_consumer_config(command.config, scratch_);
  add_body(CommandKind::kConsumerCreate, scratch_);
}

void EntryWriter::add(const ConsumerDeleteCommand& command) {
  scratch_.clear();
  encoding::append_varint(scratch_, command.consumer.value);
  scratch_ += command.name;
  add_body(CommandKind::kConsumerDelete, scratch_);
}

void EntryWriter::add(const BookCommand& command) {
  scratch_.clear();
  encoding::append_varint(scratch_, command.consumer.value);
  encoding::append_varint(scratch_, command.generation);
  encoding::append_varint(scratch_, command.expected.value);
  encoding::append_varint(scratch_, command.next_stream.value);
  encoding::append_varint(scratch_, command.items.size());
  StreamSeq previous;
  for (const BookItem& item : command.items) {
    const auto distance = static_cast<std::int64_t>(item.sequence.value - previous.value);
    const std::uint64_t kind = item.kind == BookItem::Kind::kRedelivery ? 1 : 0;
    encoding::append_varint(scratch_, encoding::zigzag(distance) << 1 | kind);
    previous = item.sequence;
  }
  add_body(CommandKind::kBook, scratch_);
}

void EntryWriter::add(const AcksCommand& command) {
  scratch_.clear();
  encoding::append_varint(scratch_, command.consumer.value);
  encoding::append_varint(scratch_, command.items.size());
  for (const AckItem& item : command.items) {
    scratch_ += static_cast<char>(item.verb);
    encoding::append_varint(scratch_, item.stream_seq.value);
    encoding::append_varint(scratch_, item.consumer_seq.value);
    encoding::append_varint(scratch_, item.deliveries);
    if (item.verb == AckVerb::kNak) {
      encoding::append_varint(scratch_, static_cast<std::uint64_t>(item.delay));
    }
    if (item.verb == AckVerb::kTerm) encoding::append_text(scratch_, item.reason);
  }
  add_body(CommandKind::kAcks, scratch_);
}

void EntryWriter::add(const CursorCommand& command) {
  scratch_.clear();
  encoding::append_varint(scratch_, command.consumer.value);
  encoding::append_varint(scratch_, command.delivered.value);
  encoding::append_varint(scratch_, command.next_stream.value);
  add_body(CommandKind::kCursor, scratch_);
}

void EntryWriter::add(const GiveUpCommand& command) {
  scratch_.clear();
  encoding::append_varint(scratch_, command.consumer.value);
  encoding::append_varint(scratch_, command.sequences.size());
  for (const StreamSeq sequence : command.sequences) {
    encoding::append_varint(scratch_, sequence.value);
  }
  add_body(CommandKind::kGiveUp, scratch_);
}

void EntryWriter::add(const SetVersionCommand& command) {
  scratch_.clear();
  encoding::append_varint(scratch_, command.version);
  add_body(CommandKind::kSetVersion, scratch_);
}

void EntryWriter::add_stream_delete() { add_body(CommandKind::kStreamDelete, {}); }

Bytes EntryWriter::finish() {
  LEAT_CHECK(is_open_);
  is_open_ = false;
  return buffer_.take_all();
}

}  // namespace leat
