// A log written by an earlier build could not be read, or bad bytes of a disk or a peer would be
// applied.
#include "proto/record/entry.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "proto/record/config_codec.h"
#include "tests/golden/golden.h"

namespace leat {
namespace {

using testing::expect_golden;

StreamConfig full_stream_config() {
  StreamConfig config;
  config.name = "S";
  config.description = "d";
  config.subjects = {"a.>", "b"};
  config.retention = Retention::kWorkQueue;
  config.max_consumers = -1;
  config.max_msgs = 1;
  config.max_bytes = 2;
  config.max_age = 3;
  config.max_msgs_per_subject = 4;
  config.max_msg_size = 5;
  config.discard = Discard::kNew;
  config.storage = StorageType::kMemory;
  config.num_replicas = 3;
  config.no_ack = true;
  config.duplicate_window = 6;
  config.compression = Compression::kS2;
  config.allow_direct = config.discard_new_per_subject = config.sealed = true;
  config.deny_delete = config.deny_purge = config.allow_rollup_hdrs = config.allow_msg_ttl = true;
  config.metadata = {{"k", "v"}, {"", "empty"}};
  return config;
}

ConsumerConfig full_consumer_config() {
  ConsumerConfig config;
  config.durable_name = config.name = "c";
  config.description = "d";
  config.deliver_policy = DeliverPolicy::kByStartTime;
  config.opt_start_seq = StreamSeq(7);
  config.opt_start_time = -5;
  config.ack_policy = AckPolicy::kExplicit;
  config.ack_wait = 1;
  config.max_deliver = -1;
  config.backoff = {1, 0, 3};
  config.filter_subject = "f";
  config.filter_subjects = {"x", "y"};
  config.max_waiting = 2;
  config.max_ack_pending = -1;
  config.flow_control = config.headers_only = config.mem_storage = true;
  config.max_batch = 3;
  config.max_expires = 4;
  config.max_bytes = 5;
  config.deliver_subject = "to";
  config.deliver_group = "g";
  config.idle_heartbeat = 6;
  config.inactive_threshold = 7;
  config.num_replicas = 1;
  config.metadata = {{"k", "v"}};
  config.pause_until = 0;
  config.priority_groups = {"g"};
  return config;
}

Bytes entry_of_everything() {
  ByteBuffer buffer;
  EntryWriter writer(buffer);
  writer.begin(1'700'000'000'123'456'789);
  writer.add(PublishCommand{
      .subject = "a.b", .headers = "NATS/1.0\r\nA: b", .headers_rest = "\r\n\r\n", .payload = "x"});
  writer.add(ConfigCommand{.number = 300, .config = full_stream_config()});
  writer.add(PurgeCommand{.filter = "a.>", .seq = StreamSeq(1), .keep = 2});
  writer.add(DeleteMessageCommand{.seq = StreamSeq(9)});
  writer.add(ExpireCommand{.up_to = 77});
  writer.add(ConsumerCreateCommand{.action = ConsumerAction::kUpdate,
                                   .consumers_max = -1,
                                   .name = "c",
                                   .config = full_consumer_config()});
  writer.add(ConsumerDeleteCommand{.consumer = ConsumerId(3), .name = "c"});
  const std::vector<BookItem> items = {
      {.sequence = StreamSeq(500)},
      {.sequence = StreamSeq(3), .kind = BookItem::Kind::kRedelivery},
      {.sequence = StreamSeq(501)}};
  writer.add(BookCommand{.consumer = ConsumerId(3),
                         .generation = 1,
                         .expected = ConsumerSeq(2),
                         .next_stream = StreamSeq(502),
                         .items = items});
  const std::vector<AckItem> acks = {
      {.stream_seq = StreamSeq(1), .consumer_seq = ConsumerSeq(2), .deliveries = 3},
      {.verb = AckVerb::kNak, .stream_seq = StreamSeq(4), .delay = 1000},
      {.verb = AckVerb::kTerm, .stream_seq = StreamSeq(5), .reason = "why"},
      {.verb = AckVerb::kProgress, .stream_seq = StreamSeq(6)}};
  writer.add(AcksCommand{.consumer = ConsumerId(3), .items = acks});
  writer.add(CursorCommand{
      .consumer = ConsumerId(4), .delivered = ConsumerSeq(5), .next_stream = StreamSeq(6)});
  const std::vector<StreamSeq> sequences = {StreamSeq(8), StreamSeq(7)};
  writer.add(GiveUpCommand{.consumer = ConsumerId(3), .sequences = sequences});
  writer.add(SetVersionCommand{.version = 2});
  writer.add_stream_delete();
  return writer.finish();
}

TEST(EntryTest, FormatIsPinned) { expect_golden("entry_v1.bin", entry_of_everything().view()); }

TEST(EntryTest, GoldenEntryIsReadBack) {
  const std::string golden = testing::read_golden("entry_v1.bin");
  ASSERT_TRUE(check_entry(golden));
  EntryReader reader(golden);
  EXPECT_EQ(reader.stamp(), 1'700'000'000'123'456'789);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.publish().subject, "a.b");
  EXPECT_EQ(reader.publish().headers, "NATS/1.0\r\nA: b\r\n\r\n");
  EXPECT_EQ(reader.publish().payload, "x");
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.config().number, 300U);
  EXPECT_EQ(reader.config().config, full_stream_config());
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.purge().filter, "a.>");
  EXPECT_EQ(reader.purge().keep, 2U);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.delete_message().seq, StreamSeq(9));
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.expire().up_to, 77);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.consumer_create().config, full_consumer_config());
  EXPECT_EQ(reader.consumer_create().consumers_max, -1);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.consumer_delete().name, "c");
}

TEST(EntryTest, GoldenListsAreReadBack) {
  const std::string golden = testing::read_golden("entry_v1.bin");
  EntryReader reader(golden);
  while (reader.next() && reader.kind() != CommandKind::kBook) {
  }
  BookView book = reader.book();
  EXPECT_EQ(book.next_stream, StreamSeq(502));
  BookItem item;
  std::vector<std::uint64_t> booked;
  while (book.items.next(item)) booked.push_back(item.sequence.value);
  EXPECT_EQ(booked, (std::vector<std::uint64_t>{500, 3, 501}));
  ASSERT_TRUE(reader.next());
  AcksView acks = reader.acks();
  AckItem ack;
  ASSERT_TRUE(acks.items.next(ack) && acks.items.next(ack));
  EXPECT_EQ(ack.delay, 1000);
  ASSERT_TRUE(acks.items.next(ack));
  EXPECT_EQ(ack.reason, "why");
  ASSERT_TRUE(acks.items.next(ack));
  EXPECT_EQ(ack.verb, AckVerb::kProgress);
  EXPECT_FALSE(acks.items.next(ack));
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.cursor().next_stream, StreamSeq(6));
  ASSERT_TRUE(reader.next());
  GiveUpView give_up = reader.give_up();
  StreamSeq sequence;
  ASSERT_TRUE(give_up.sequences.next(sequence) && give_up.sequences.next(sequence));
  EXPECT_EQ(sequence, StreamSeq(7));
  ASSERT_TRUE(reader.next() && reader.next());
  EXPECT_EQ(reader.kind(), CommandKind::kStreamDelete);
  EXPECT_FALSE(reader.next());
}

Bytes entry_of_schedules() {
  ByteBuffer buffer;
  EntryWriter writer(buffer);
  writer.begin(1'700'000'000'123'456'789);
  const PublishCommand publish{
      .subject = "a.b", .headers = "NATS/1.0\r\nA: b", .headers_rest = "\r\n\r\n", .payload = "x"};
  writer.add(ScheduleCommand{.due = -300, .publish = publish});
  writer.add(FireCommand{.schedule = StreamSeq(300), .due = 5, .next = 6, .publish = publish});
  writer.add(FireCommand{.schedule = StreamSeq(1), .due = 5});
  StreamConfig config;
  config.name = "S";
  config.allow_msg_schedules = true;
  writer.add(ConfigCommand{.number = 1, .config = config});
  return writer.finish();
}

TEST(EntryTest, FormatOfSchedulesIsPinned) {
  expect_golden("entry_schedules_v1.bin", entry_of_schedules().view());
}

TEST(EntryTest, GoldenSchedulesAreReadBack) {
  const std::string golden = testing::read_golden("entry_schedules_v1.bin");
  ASSERT_TRUE(check_entry(golden));
  EntryReader reader(golden);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.schedule().due, -300);
  EXPECT_EQ(reader.schedule().publish.headers, "NATS/1.0\r\nA: b\r\n\r\n");
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.fire().schedule, StreamSeq(300));
  EXPECT_EQ(reader.fire().due, 5);
  EXPECT_EQ(reader.fire().next, 6);
  EXPECT_EQ(reader.fire().publish.subject, "a.b");
  EXPECT_EQ(reader.fire().publish.payload, "x");
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.fire().next, 0);
  EXPECT_EQ(reader.fire().publish.subject, "");
  ASSERT_TRUE(reader.next());
  EXPECT_TRUE(reader.config().config.allow_msg_schedules);
  EXPECT_FALSE(reader.next());
}

TEST(EntryTest, EveryCutIsNoticedOrEndsBetweenCommands) {
  const std::string whole(entry_of_everything().view());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string_view cut = std::string_view(whole).substr(0, size);
    if (!check_entry(cut)) continue;
    EntryReader reader(cut);
    while (reader.next()) {
    }
    EXPECT_EQ(reader.position(), size);
  }
}

void change_every_byte(const std::string& whole) {
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const int flip : {0x01, 0x80, 0xFF}) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ flip);
      if (!check_entry(changed)) continue;
      EntryReader reader(changed);
      while (reader.next()) {
        if (reader.kind() == CommandKind::kPublish) {
          EXPECT_FALSE(reader.publish().subject.empty());
        } else if (reader.kind() == CommandKind::kSchedule) {
          EXPECT_FALSE(reader.schedule().publish.subject.empty());
        } else if (reader.kind() == CommandKind::kFire) {
          EXPECT_LE(reader.fire().publish.payload.size(), whole.size());
        } else if (reader.kind() == CommandKind::kConfig) {
          EXPECT_LE(reader.config().config.name.size(), 1U);
        }
      }
    }
  }
}

TEST(EntryTest, NoChangedByteMakesTheReaderReadBeyondTheEntry) {
  for (const std::string& whole :
       {std::string(entry_of_everything().view()), std::string(entry_of_schedules().view())}) {
    change_every_byte(whole);
  }
}

TEST(EntryTest, UnknownVersionsKindsAndFieldsAreUnsupported) {
  std::string entry(kEntryHeaderBytes, '\0');
  EXPECT_EQ(check_entry(entry).error().kind, ErrorKind::kUnsupported);
  entry[0] = static_cast<char>(kEntryVersion);
  EXPECT_TRUE(check_entry(entry));
  EXPECT_EQ(check_entry(entry + std::string("\x0C\x00", 2)).error().kind, ErrorKind::kUnsupported);
  EXPECT_EQ(check_entry(entry + std::string("\x63\x00", 2)).error().kind, ErrorKind::kUnsupported);
  EXPECT_EQ(parse_stream_config(std::string("\x63\x00", 2)).error().kind, ErrorKind::kUnsupported);
}

TEST(EntryTest, AValueThatItsFieldCannotHoldIsNoConfiguration) {
  StreamConfig config;
  config.retention = static_cast<Retention>(3);
  std::string encoded;
  append_stream_config(config, encoded);
  EXPECT_EQ(parse_stream_config(encoded).error().kind, ErrorKind::kCorruption);
  // Field 10 is max_msg_size, an int32: 2^32 as a zigzag varint.
  EXPECT_EQ(parse_stream_config(std::string("\x0A\x05\x80\x80\x80\x80\x20", 7)).error().kind,
            ErrorKind::kCorruption);
  ConsumerConfig consumer;
  consumer.ack_policy = static_cast<AckPolicy>(4);
  encoded.clear();
  append_consumer_config(consumer, encoded);
  EXPECT_EQ(parse_consumer_config(encoded).error().kind, ErrorKind::kCorruption);
}

}  // namespace
}  // namespace leat
