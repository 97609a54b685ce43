#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "proto/api/consumer_config.h"
#include "proto/api/requests.h"
#include "proto/api/stream_config.h"

namespace leat {

// One entry of a stream's log: a batch of commands under one stamp. Little endian.
//
//   +0   version 1 (= 1)
//   +1   stamp 8            leader's wall clock, ns since the epoch
//   +9   commands, one after the other, each:
//          kind 1 | varint size of the body | body
//
// The bodies are drawn beside the commands below; `text` is a varint size and the bytes.
inline constexpr std::uint8_t kEntryVersion = 1;
inline constexpr std::size_t kEntryHeaderBytes = 9;

// The numbers are on disk and between servers: pinned, never reused.
enum class CommandKind : std::uint8_t {
  kPublish = 1,
  kConfig = 2,
  kPurge = 3,
  kDeleteMessage = 4,
  kExpire = 5,
  kConsumerCreate = 6,
  kConsumerDelete = 7,
  kBook = 8,
  kAcks = 9,
  kCursor = 10,
  kGiveUp = 11,
  kCounted = 12,  // not written yet: starts are counted in apply
  kSetVersion = 13,
  kStreamDelete = 14,
  kLose = 15,
  kSchedule = 16,
  kFire = 17,
};

// text subject | text headers | payload to the end. Headers are the whole block as it is stored, or
// empty.
struct PublishCommand {
  std::string_view subject{};
  std::string_view headers{};
  std::string_view headers_rest{};  // written behind `headers`; a reader gives it with them
  std::string_view payload{};
};

// zigzag varint due | a publish's body. A publish whose message is a schedule, with the time at
// which it is due first as the leader read it from the message.
struct ScheduleCommand {
  WallNs due = 0;
  PublishCommand publish{};
};

// varint schedule | zigzag varint due | zigzag varint next | a publish's body, or nothing. The
// schedule at this sequence is due, if this is still its time: the message that it makes is stored,
// and it is due again at `next`. Without a subject nothing is made and it is never due again.
struct FireCommand {
  StreamSeq schedule{};
  WallNs due = 0;
  WallNs next = 0;  // 0: never
  PublishCommand publish{};
};

// varint number | encoded configuration (config_codec.h) to the end. Numbers ascend; one that is
// not above the stream's own changes nothing.
struct ConfigCommand {
  std::uint64_t number = 0;
  StreamConfig config{};
};

// varint seq | varint keep | filter to the end.
struct PurgeCommand {
  std::string_view filter{};
  StreamSeq seq{};  // exclusive upper bound; none: everything
  std::uint64_t keep = 0;
};

// varint seq.
struct DeleteMessageCommand {
  StreamSeq seq{};
};

// varint first | varint last, of one block: the disk has lost what these messages said, so they
// leave, whatever the stream's rules are.
struct LoseCommand {
  StreamSeq first{};
  StreamSeq last{};
};

// varint up_to: what has outlived max_age or its own TTL at that time leaves, at most
// limits::kMessagesPerApply of it.
struct ExpireCommand {
  WallNs up_to = 0;
};

// action 1 | zigzag varint consumers_max | text name | encoded configuration to the end.
struct ConsumerCreateCommand {
  ConsumerAction action = ConsumerAction::kCreateOrUpdate;
  // What holds when the stream itself sets no limit: the account's or the server's; -1 = none.
  std::int64_t consumers_max = -1;
  std::string_view name{};  // also of an ephemeral consumer, whose config has none
  ConsumerConfig config{};  // normalised
};

// varint consumer | name to the end. By id, so that a namesake made since is spared; 0 = by name.
struct ConsumerDeleteCommand {
  ConsumerId consumer{};
  std::string_view name{};
};

// One delivery that the leader chose: the first of a message, or another one.
struct BookItem {
  enum class Kind : std::uint8_t { kFirst, kRedelivery };
  StreamSeq sequence{};
  Kind kind = Kind::kFirst;
};

// varint consumer | varint generation | varint expected | varint next stream | varint number of
// items, each:
// varint (distance to the previous item, zigzag) * 2 + (1 for a redelivery). Items take the
// consumer sequences from `expected` on, in their order.
struct BookCommand {
  ConsumerId consumer{};
  std::uint64_t generation = 0;  // counts the changes of the filters
  ConsumerSeq expected{};        // the next consumer sequence as the leader sees it
  StreamSeq next_stream{};       // where the leader looks on after these
  std::span<const BookItem> items{};
};

// The numbers are pinned. An ack of a consumer with ack policy `all` covers what lies below it.
enum class AckVerb : std::uint8_t { kAck = 1, kNak = 2, kProgress = 3, kTerm = 4 };

// verb 1 | varint stream seq | varint consumer seq | varint deliveries | varint delay (of kNak) |
// text reason (of kTerm).
struct AckItem {
  AckVerb verb = AckVerb::kAck;
  StreamSeq stream_seq{};
  ConsumerSeq consumer_seq{};
  std::uint64_t deliveries = 0;
  DurationNs delay = 0;  // 0: at once
  std::string_view reason{};
};

// varint consumer | varint number of items | items. What came for one consumer in one turn.
struct AcksCommand {
  ConsumerId consumer{};
  std::span<const AckItem> items{};
};

// varint consumer | varint consumer seq | varint next stream seq. How far a consumer that is not
// booked has come.
struct CursorCommand {
  ConsumerId consumer{};
  ConsumerSeq delivered{};  // last consumer sequence given out
  StreamSeq next_stream{};
};

// varint consumer | varint number | that many varint seqs. Deliveries that reached max_deliver.
struct GiveUpCommand {
  ConsumerId consumer{};
  std::span<const StreamSeq> sequences{};
};

// varint version.
struct SetVersionCommand {
  std::uint64_t version = 0;
};

// Writes one entry at the end of a buffer that holds nothing else. Used on the stream's thread;
// reused for every entry, so that a publish costs no allocation.
class EntryWriter {
 public:
  // The buffer must outlive the writer.
  explicit EntryWriter(ByteBuffer& buffer) : buffer_(buffer) {}

  // Starts an entry; what was begun and not finished is dropped.
  void begin(WallNs stamp);
  bool is_open() const { return is_open_; }
  // Of the entry so far, to be held against limits::kEntryBytes.
  std::size_t size_bytes() const { return buffer_.filled().size(); }

  void add(const PublishCommand& command);
  void add(const ScheduleCommand& command);
  void add(const FireCommand& command);
  void add(const ConfigCommand& command);
  void add(const PurgeCommand& command);
  void add(const DeleteMessageCommand& command);
  void add(const LoseCommand& command);
  void add(const ExpireCommand& command);
  void add(const ConsumerCreateCommand& command);
  void add(const ConsumerDeleteCommand& command);
  void add(const BookCommand& command);
  void add(const AcksCommand& command);
  void add(const CursorCommand& command);
  void add(const GiveUpCommand& command);
  void add(const SetVersionCommand& command);
  void add_stream_delete();

  // The entry; the writer is closed again.
  Bytes finish();

 private:
  void add_body(CommandKind kind, std::string_view body);

  ByteBuffer& buffer_;
  std::string scratch_;
  std::size_t command_count_ = 0;
  bool is_open_ = false;
};

// A list inside a command, read one item after the other.
class BookItems {
 public:
  explicit BookItems(std::string_view encoded, std::uint64_t count)
      : rest_(encoded), count_(count) {}
  std::uint64_t count() const { return count_; }
  // False behind the last one.
  bool next(BookItem& item);

 private:
  std::string_view rest_;
  std::uint64_t count_;
  std::uint64_t read_ = 0;
  StreamSeq previous_;
};

class AckItems {
 public:
  explicit AckItems(std::string_view encoded, std::uint64_t count)
      : rest_(encoded), count_(count) {}
  std::uint64_t count() const { return count_; }
  bool next(AckItem& item);

 private:
  std::string_view rest_;
  std::uint64_t count_;
  std::uint64_t read_ = 0;
};

class SequenceItems {
 public:
  explicit SequenceItems(std::string_view encoded, std::uint64_t count)
      : rest_(encoded), count_(count) {}
  std::uint64_t count() const { return count_; }
  bool next(StreamSeq& sequence);

 private:
  std::string_view rest_;
  std::uint64_t count_;
  std::uint64_t read_ = 0;
};

// The commands with lists as a reader sees them.
struct BookView {
  ConsumerId consumer{};
  std::uint64_t generation = 0;
  ConsumerSeq expected{};
  StreamSeq next_stream{};
  BookItems items;
};
struct AcksView {
  ConsumerId consumer{};
  AckItems items;
};
struct GiveUpView {
  ConsumerId consumer{};
  SequenceItems sequences;
};

// Reads an entry in place; views point into it. The commands of a well-formed entry, which
// check_entry vouches for, are read without failure; on any other the reader LEAT_CHECKs.
class EntryReader {
 public:
  explicit EntryReader(std::string_view entry);

  WallNs stamp() const { return stamp_; }
  // Moves to the next command; false behind the last one.
  bool next();
  CommandKind kind() const { return kind_; }
  // Where the current command begins; seek() goes back to it, and next() reads it again.
  std::size_t offset() const { return offset_; }
  void seek(std::size_t offset) { position_ = offset; }
  // Where the next command begins.
  std::size_t position() const { return position_; }

  PublishCommand publish() const;
  ScheduleCommand schedule() const;
  FireCommand fire() const;
  ConfigCommand config() const;
  PurgeCommand purge() const;
  DeleteMessageCommand delete_message() const;
  LoseCommand lose() const;
  ExpireCommand expire() const;
  ConsumerCreateCommand consumer_create() const;
  ConsumerDeleteCommand consumer_delete() const;
  BookView book() const;
  AcksView acks() const;
  CursorCommand cursor() const;
  GiveUpView give_up() const;
  SetVersionCommand set_version() const;

 private:
  std::string_view entry_;
  std::string_view body_;
  WallNs stamp_ = 0;
  std::size_t position_ = 0;
  std::size_t offset_ = 0;
  CommandKind kind_ = CommandKind::kPublish;
};

// Whether every command of the entry can be read: kCorruption, or kUnsupported for a version or a
// kind that this build does not know. For what comes from a disk or a peer, before apply.
Status check_entry(std::string_view entry);

}  // namespace leat
