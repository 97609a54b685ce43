#include <utility>

#include "core/base/check.h"
#include "core/base/encoding.h"
#include "proto/record/config_codec.h"
#include "proto/record/entry.h"

namespace leat {

namespace {

std::uint64_t load_u64(const char* bytes) {
  std::uint64_t number = 0;
  for (int i = 7; i >= 0; --i) number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}

// A list whose count cannot be true would make a reader reserve memory for nothing.
bool is_count_possible(std::uint64_t count, std::string_view rest) { return count <= rest.size(); }

bool read_book_item(encoding::Cursor& in, StreamSeq previous, BookItem& item) {
  const std::uint64_t word = in.varint();
  const auto distance = static_cast<std::uint64_t>(encoding::unzigzag(word >> 1));
  item.sequence = StreamSeq(previous.value + distance);
  item.kind = (word & 1) != 0 ? BookItem::Kind::kRedelivery : BookItem::Kind::kFirst;
  return in.is_good();
}

bool read_ack_item(encoding::Cursor& in, AckItem& item) {
  item = AckItem();
  const std::uint8_t verb = in.byte();
  if (verb < 1 || verb > static_cast<std::uint8_t>(AckVerb::kTerm)) return false;
  item.verb = static_cast<AckVerb>(verb);
  item.stream_seq = StreamSeq(in.varint());
  item.consumer_seq = ConsumerSeq(in.varint());
  item.deliveries = in.varint();
  if (item.verb == AckVerb::kNak) item.delay = static_cast<DurationNs>(in.varint());
  if (item.verb == AckVerb::kTerm) item.reason = in.text();
  return in.is_good();
}

struct PublishParts {
  PublishCommand command;
  bool is_good = false;
};
PublishParts read_publish(std::string_view body) {
  encoding::Cursor in(body);
  PublishParts parts;
  parts.command.subject = in.text();
  parts.command.headers = in.text();
  parts.command.payload = in.rest();
  parts.is_good = in.is_good() && !parts.command.subject.empty();
  return parts;
}

struct ScheduleParts {
  ScheduleCommand command;
  bool is_good = false;
};
ScheduleParts read_schedule(std::string_view body) {
  encoding::Cursor in(body);
  ScheduleParts parts;
  parts.command.due = in.signed_varint();
  const PublishParts publish = read_publish(in.rest());
  parts.command.publish = publish.command;
  parts.is_good = in.is_good() && publish.is_good;
  return parts;
}

struct FireParts {
  FireCommand command;
  bool is_good = false;
};
FireParts read_fire(std::string_view body) {
  encoding::Cursor in(body);
  FireParts parts;
  parts.command.schedule = StreamSeq(in.varint());
  parts.command.due = in.signed_varint();
  parts.command.next = in.signed_varint();
  parts.is_good = in.is_good();
  if (in.at_end()) return parts;
  const PublishParts publish = read_publish(in.rest());
  parts.command.publish = publish.command;
  parts.is_good = parts.is_good && publish.is_good;
  return parts;
}

Status bad(std::string_view what) {
  return failure(ErrorKind::kCorruption, "entry: " + std::string(what) + " cannot be read");
}

template <typename Items, typename Item>
bool reads_whole(Items items, Item item) {
  std::uint64_t read = 0;
  while (items.next(item)) ++read;
  return read == items.count();
}

// Exactly `count` varints and, where they may, a text behind them.
enum class Tail { kNone, kText };
Status check_numbers(std::string_view body, int count, Tail tail) {
  encoding::Cursor in(body);
  for (int i = 0; i < count; ++i) in.varint();
  if (!in.is_good() || (tail == Tail::kNone && !in.at_end())) return bad("a command");
  return {};
}

Status check_list(CommandKind kind, std::string_view body) {
  encoding::Cursor in(body);
  in.varint();
  if (kind == CommandKind::kBook) {
    in.varint();
    in.varint();
    in.varint();
  }
  const std::uint64_t count = in.varint();
  if (!in.is_good() || !is_count_possible(count, in.rest())) return bad("a list");
  bool is_whole = false;
  if (kind == CommandKind::kBook) is_whole = reads_whole(BookItems(in.rest(), count), BookItem());
  if (kind == CommandKind::kAcks) is_whole = reads_whole(AckItems(in.rest(), count), AckItem());
  if (kind == CommandKind::kGiveUp) {
    is_whole = reads_whole(SequenceItems(in.rest(), count), StreamSeq());
  }
  return is_whole ? Status() : bad("a list");
}

Status check_consumer_create(std::string_view body) {
  encoding::Cursor in(body);
  const std::uint8_t action = in.byte();
  in.varint();
  in.text();
  if (!in.is_good() || action > static_cast<std::uint8_t>(ConsumerAction::kUpdate)) {
    return bad("a consumer");
  }
  LEAT_TRY(parse_consumer_config(in.rest()));
  return {};
}

Status check_command(std::uint8_t kind, std::string_view body) {
  switch (static_cast<CommandKind>(kind)) {
    case CommandKind::kPublish:
      return read_publish(body).is_good ? Status() : bad("a publish");
    case CommandKind::kSchedule:
      return read_schedule(body).is_good ? Status() : bad("a schedule");
    case CommandKind::kFire:
      return read_fire(body).is_good ? Status() : bad("a schedule that is due");
    case CommandKind::kConfig: {
      encoding::Cursor in(body);
      in.varint();
      if (!in.is_good()) return bad("a configuration");
      LEAT_TRY(parse_stream_config(in.rest()));
      return {};
    }
    case CommandKind::kPurge:
      return check_numbers(body, 2, Tail::kText);
    case CommandKind::kDeleteMessage:
    case CommandKind::kExpire:
    case CommandKind::kSetVersion:
      return check_numbers(body, 1, Tail::kNone);
    case CommandKind::kLose:
      return check_numbers(body, 2, Tail::kNone);
    case CommandKind::kConsumerCreate:
      return check_consumer_create(body);
    case CommandKind::kConsumerDelete:
      return check_numbers(body, 1, Tail::kText);
    case CommandKind::kBook:
    case CommandKind::kAcks:
    case CommandKind::kGiveUp:
      return check_list(static_cast<CommandKind>(kind), body);
    case CommandKind::kCursor:
      return check_numbers(body, 3, Tail::kNone);
    case CommandKind::kStreamDelete:
      return check_numbers(body, 0, Tail::kNone);
    case CommandKind::kCounted:
      break;
  }
  return failure(ErrorKind::kUnsupported,
                 "entry: command kind " + std::to_string(kind) + " is not known");
}

}  // namespace

bool BookItems::next(BookItem& item) {
  if (read_ == count_) return false;
  encoding::Cursor in(rest_);
  if (!read_book_item(in, previous_, item)) return false;
  rest_ = in.rest();
  previous_ = item.sequence;
  ++read_;
  return true;
}

bool AckItems::next(AckItem& item) {
  if (read_ == count_) return false;
  encoding::Cursor in(rest_);
  if (!read_ack_item(in, item)) return false;
  rest_ = in.rest();
  ++read_;
  return true;
}

bool SequenceItems::next(StreamSeq& sequence) {
  if (read_ == count_) return false;
  encoding::Cursor in(rest_);
  sequence = StreamSeq(in.varint());
  if (!in.is_good()) return false;
  rest_ = in.rest();
  ++read_;
  return true;
}

EntryReader::EntryReader(std::string_view entry) : entry_(entry), position_(kEntryHeaderBytes) {
  LEAT_CHECK(entry.size() >= kEntryHeaderBytes) << entry.size();
  LEAT_CHECK(static_cast<std::uint8_t>(entry[0]) == kEntryVersion);
  stamp_ = static_cast<WallNs>(load_u64(entry.data() + 1));
}

bool EntryReader::next() {
  if (position_ == entry_.size()) return false;
  offset_ = position_;
  encoding::Cursor in(entry_.substr(position_));
  kind_ = static_cast<CommandKind>(in.byte());
  body_ = in.text();
  LEAT_CHECK(in.is_good()) << "entry ends inside a command at " << offset_;
  position_ = entry_.size() - in.rest().size();
  return true;
}

PublishCommand EntryReader::publish() const {
  const PublishParts parts = read_publish(body_);
  LEAT_CHECK(parts.is_good);
  return parts.command;
}

ScheduleCommand EntryReader::schedule() const {
  const ScheduleParts parts = read_schedule(body_);
  LEAT_CHECK(parts.is_good);
  return parts.command;
}

FireCommand EntryReader::fire() const {
  const FireParts parts = read_fire(body_);
  LEAT_CHECK(parts.is_good);
  return parts.command;
}

ConfigCommand EntryReader::config() const {
  encoding::Cursor in(body_);
  ConfigCommand command;
  command.number = in.varint();
  auto config = parse_stream_config(in.rest());
  LEAT_CHECK(config.has_value()) << config.error().text;
  command.config = std::move(*config);
  return command;
}

PurgeCommand EntryReader::purge() const {
  encoding::Cursor in(body_);
  PurgeCommand command;
  command.seq = StreamSeq(in.varint());
  command.keep = in.varint();
  command.filter = in.rest();
  LEAT_CHECK(in.is_good());
  return command;
}

DeleteMessageCommand EntryReader::delete_message() const {
  return DeleteMessageCommand{.seq = StreamSeq(encoding::Cursor(body_).varint())};
}

LoseCommand EntryReader::lose() const {
  encoding::Cursor in(body_);
  LoseCommand command;
  command.first = StreamSeq(in.varint());
  command.last = StreamSeq(in.varint());
  return command;
}

ExpireCommand EntryReader::expire() const {
  return ExpireCommand{.up_to = static_cast<WallNs>(encoding::Cursor(body_).varint())};
}

ConsumerCreateCommand EntryReader::consumer_create() const {
  encoding::Cursor in(body_);
  ConsumerCreateCommand command;
  command.action = static_cast<ConsumerAction>(in.byte());
  command.consumers_max = in.signed_varint();
  command.name = in.text();
  auto config = parse_consumer_config(in.rest());
  LEAT_CHECK(in.is_good() && config.has_value());
  command.config = std::move(*config);
  return command;
}

ConsumerDeleteCommand EntryReader::consumer_delete() const {
  encoding::Cursor in(body_);
  ConsumerDeleteCommand command;
  command.consumer = ConsumerId(in.varint());
  command.name = in.rest();
  return command;
}

BookView EntryReader::book() const {
  encoding::Cursor in(body_);
  const ConsumerId consumer(in.varint());
  const std::uint64_t generation = in.varint();
  const ConsumerSeq expected(in.varint());
  const StreamSeq next_stream(in.varint());
  const std::uint64_t count = in.varint();
  LEAT_CHECK(in.is_good());
  return BookView{.consumer = consumer,
                  .generation = generation,
                  .expected = expected,
                  .next_stream = next_stream,
                  .items = BookItems(in.rest(), count)};
}

AcksView EntryReader::acks() const {
  encoding::Cursor in(body_);
  const ConsumerId consumer(in.varint());
  const std::uint64_t count = in.varint();
  LEAT_CHECK(in.is_good());
  return AcksView{.consumer = consumer, .items = AckItems(in.rest(), count)};
}

CursorCommand EntryReader::cursor() const {
  encoding::Cursor in(body_);
  CursorCommand command;
  command.consumer = ConsumerId(in.varint());
  command.delivered = ConsumerSeq(in.varint());
  command.next_stream = StreamSeq(in.varint());
  return command;
}

GiveUpView EntryReader::give_up() const {
  encoding::Cursor in(body_);
  const ConsumerId consumer(in.varint());
  const std::uint64_t count = in.varint();
  LEAT_CHECK(in.is_good());
  return GiveUpView{.consumer = consumer, .sequences = SequenceItems(in.rest(), count)};
}

SetVersionCommand EntryReader::set_version() const {
  return SetVersionCommand{.version = encoding::Cursor(body_).varint()};
}

Status check_entry(std::string_view entry) {
  if (entry.size() < kEntryHeaderBytes) return bad("the header");
  if (static_cast<std::uint8_t>(entry[0]) != kEntryVersion) {
    return failure(
        ErrorKind::kUnsupported,
        "entry: version " + std::to_string(static_cast<unsigned char>(entry[0])) + " is not known");
  }
  encoding::Cursor in(entry.substr(kEntryHeaderBytes));
  while (!in.at_end()) {
    const std::uint8_t kind = in.byte();
    const std::string_view body = in.text();
    if (!in.is_good()) return bad("a command");
    LEAT_TRY(check_command(kind, body));
  }
  return in.is_good() ? Status() : bad("a command");
}

}  // namespace leat
