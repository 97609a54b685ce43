// If these fail, two streams take the same messages, or a stream is lost from the books.
#include "streams/meta/meta_state.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

namespace leat {
namespace {

using Change = MetaVerdict::Change;

StreamConfig config_of(std::string name, std::vector<std::string> subjects) {
  StreamConfig config;
  config.name = std::move(name);
  config.subjects = std::move(subjects);
  config.num_replicas = 1;
  return config;
}

MetaEntry entry_of(MetaCommandKind kind, const StreamConfig& config, std::string account = "A") {
  MetaEntry entry;
  entry.stamp = 7;
  entry.command.kind = kind;
  entry.command.account = std::move(account);
  entry.command.name = config.name;
  if (kind != MetaCommandKind::kDeleteStream) entry.command.config = config;
  if (kind == MetaCommandKind::kCreateStream) entry.command.members = {NodeId(1)};
  return entry;
}

ApiErrorCode error_of(const MetaVerdict& verdict) {
  return verdict.error ? verdict.error->err_code : ApiErrorCode::kNone;
}

MetaVerdict create(MetaState& state, const StreamConfig& config, std::string account = "A") {
  return state.apply(entry_of(MetaCommandKind::kCreateStream, config, std::move(account)));
}
MetaVerdict update(MetaState& state, const StreamConfig& config) {
  return state.apply(entry_of(MetaCommandKind::kUpdateStream, config));
}
MetaVerdict remove(MetaState& state, const std::string& name) {
  return state.apply(entry_of(MetaCommandKind::kDeleteStream, config_of(name, {})));
}

TEST(MetaState, CreatesAndNumbersStreams) {
  MetaState state;
  const MetaVerdict first = create(state, config_of("S", {"s.>"}));
  EXPECT_EQ(first.change, Change::kCreated);
  EXPECT_GT(first.stream.uid, kMetaGroup);
  EXPECT_EQ(first.stream.config_number, 1U);
  const MetaVerdict second = create(state, config_of("T", {"t.>"}));
  EXPECT_GT(second.stream.uid, first.stream.uid);
  EXPECT_GT(second.stream.config_number, first.stream.config_number);
  EXPECT_EQ(state.stream_count(), 2U);
  ASSERT_NE(state.find("A", "S"), nullptr);
  EXPECT_EQ(state.find("A", "S")->uid, first.stream.uid);
  EXPECT_EQ(state.find("B", "S"), nullptr);
  EXPECT_EQ(state.last_stamp(), 7);
}

TEST(MetaState, TheSameStreamAgainIsTheSameStream) {
  MetaState state;
  const StreamConfig config = config_of("S", {"s.>"});
  const GroupId uid = create(state, config).stream.uid;
  const MetaVerdict again = create(state, config);
  EXPECT_EQ(error_of(again), ApiErrorCode::kNone);
  EXPECT_EQ(again.change, Change::kNone);
  EXPECT_EQ(again.stream.uid, uid);
  // Another configuration under the name is told before the overlap with itself or others.
  EXPECT_EQ(error_of(create(state, config_of("S", {"s.*"}))), ApiErrorCode::kStreamNameExist);
}

TEST(MetaState, SubjectsBelongToOneStreamOfAnAccount) {
  MetaState state;
  create(state, config_of("S", {"s.>"}));
  EXPECT_EQ(error_of(create(state, config_of("T", {"t", "s.x"}))),
            ApiErrorCode::kStreamSubjectOverlap);
  EXPECT_EQ(error_of(create(state, config_of("T", {"*.x"}))), ApiErrorCode::kStreamSubjectOverlap);
  EXPECT_EQ(error_of(create(state, config_of("T", {"s"}))), ApiErrorCode::kNone);
  EXPECT_EQ(error_of(create(state, config_of("S", {"s.>"}), "B")), ApiErrorCode::kNone);
  EXPECT_EQ(error_of(update(state, config_of("T", {"s.y"}))), ApiErrorCode::kStreamSubjectOverlap);
}

TEST(MetaState, UpdatesKeepTheStreamAndNumberTheChange) {
  MetaState state;
  StreamConfig config = config_of("S", {"s.>"});
  const MetaStream before = create(state, config).stream;
  EXPECT_EQ(update(state, config).change, Change::kNone);
  EXPECT_EQ(update(state, config).stream.config_number, before.config_number);
  config.subjects = {"s.>", "other"};
  const MetaVerdict changed = update(state, config);
  EXPECT_EQ(changed.change, Change::kUpdated);
  EXPECT_EQ(changed.stream.uid, before.uid);
  EXPECT_GT(changed.stream.config_number, before.config_number);
  config.storage = StorageType::kMemory;
  EXPECT_EQ(error_of(update(state, config)), ApiErrorCode::kStreamInvalidConfig);
  EXPECT_EQ(error_of(update(state, config_of("X", {"x"}))), ApiErrorCode::kStreamNotFound);
}

TEST(MetaState, DeletionFreesNameAndSubjectsButNotTheUid) {
  MetaState state;
  const StreamConfig config = config_of("S", {"s.>"});
  const GroupId uid = create(state, config).stream.uid;
  const MetaVerdict gone = remove(state, "S");
  EXPECT_EQ(gone.change, Change::kDeleted);
  EXPECT_EQ(gone.stream.uid, uid);
  EXPECT_EQ(error_of(remove(state, "S")), ApiErrorCode::kStreamNotFound);
  EXPECT_GT(create(state, config).stream.uid, uid);
}

TEST(MetaState, CountsStreamsAndReservations) {
  MetaState state;
  StreamConfig config = config_of("S", {"s"});
  config.max_bytes = 60;
  MetaEntry entry = entry_of(MetaCommandKind::kCreateStream, config);
  entry.command.reserved_bytes_max = 100;
  entry.command.streams_max = 2;
  EXPECT_EQ(error_of(state.apply(entry)), ApiErrorCode::kNone);
  EXPECT_EQ(state.reserved_bytes("A", StorageType::kFile), 60);
  EXPECT_EQ(state.reserved_bytes("A", StorageType::kMemory), 0);

  entry.command.name = entry.command.config.name = "T";
  entry.command.config.subjects = {"t"};
  entry.command.config.max_bytes = 41;
  EXPECT_EQ(error_of(state.apply(entry)), ApiErrorCode::kStorageResourcesExceeded);
  entry.command.config.storage = StorageType::kMemory;
  entry.command.config.max_bytes = 101;
  EXPECT_EQ(error_of(state.apply(entry)), ApiErrorCode::kMemoryResourcesExceeded);
  entry.command.config.storage = StorageType::kFile;
  entry.command.config.max_bytes = 40;
  EXPECT_EQ(error_of(state.apply(entry)), ApiErrorCode::kNone);

  // Full: a stream that reserves nothing wants room for a byte, and there is no third stream.
  entry.command.name = entry.command.config.name = "U";
  entry.command.config.subjects = {"u"};
  entry.command.config.max_bytes = -1;
  EXPECT_EQ(error_of(state.apply(entry)), ApiErrorCode::kMaximumStreamsLimit);
  entry.command.streams_max = 3;
  EXPECT_EQ(error_of(state.apply(entry)), ApiErrorCode::kStorageResourcesExceeded);

  // An update pays for the difference only.
  config.max_bytes = 59;
  entry = entry_of(MetaCommandKind::kUpdateStream, config);
  entry.command.reserved_bytes_max = 100;
  EXPECT_EQ(error_of(state.apply(entry)), ApiErrorCode::kNone);
  entry.command.config.max_bytes = 61;
  EXPECT_EQ(error_of(state.apply(entry)), ApiErrorCode::kStorageResourcesExceeded);
}

TEST(MetaState, VisitsAccountsInTheOrderOfNames) {
  MetaState state;
  for (const char* name : {"c", "a", "b"}) create(state, config_of(name, {name}));
  create(state, config_of("z", {"z"}), "AA");
  std::vector<std::string> names;
  state.for_each_of("A", [&names](const MetaStream& s) { names.push_back(s.config.name); });
  EXPECT_EQ(names, (std::vector<std::string>{"a", "b", "c"}));
}

TEST(MetaState, ComesBackFromItsRows) {
  MetaState state;
  std::map<std::string, std::string> rows;
  const auto store = [&rows](const std::string& key, const std::string& value) {
    if (value.empty()) {
      rows.erase(key);
    } else {
      rows[key] = value;
    }
  };
  create(state, config_of("S", {"s.>"}));
  create(state, config_of("T", {"t.>"}));
  state.take_dirty_rows(store);
  EXPECT_EQ(rows.size(), 3U);
  remove(state, "S");
  const MetaStream t = update(state, config_of("T", {"t.*"})).stream;
  state.take_dirty_rows(store);
  EXPECT_EQ(rows.size(), 2U);
  int dirty = 0;
  state.take_dirty_rows([&dirty](const std::string&, const std::string&) { ++dirty; });
  EXPECT_EQ(dirty, 0);

  MetaState again;
  for (const auto& [key, value] : rows) ASSERT_TRUE(again.load_row(key, value));
  EXPECT_EQ(again.stream_count(), 1U);
  EXPECT_EQ(again.find("A", "T")->config, t.config);
  EXPECT_EQ(again.find("A", "T")->config_number, t.config_number);
  EXPECT_EQ(again.last_stamp(), 7);
  const MetaVerdict next = create(again, config_of("U", {"u"}));
  EXPECT_EQ(next.stream.uid, create(state, config_of("U", {"u"})).stream.uid);
  EXPECT_GT(next.stream.config_number, t.config_number);
  EXPECT_FALSE(again.load_row(meta_stream_key(t.uid), encode_meta_stream(t)));
  EXPECT_FALSE(again.load_row("?", "x"));
}

TEST(MetaEntries, ComeBackFromTheLog) {
  MetaEntry entry = entry_of(MetaCommandKind::kUpdateStream, config_of("S", {"a", "b.>"}), "acc");
  entry.command.streams_max = 5;
  entry.command.reserved_bytes_max = -1;
  const Bytes bytes = encode_meta_entry(entry);
  const auto read = decode_meta_entry(bytes.view());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->stamp, 7);
  EXPECT_EQ(read->command.kind, MetaCommandKind::kUpdateStream);
  EXPECT_EQ(read->command.account, "acc");
  EXPECT_EQ(read->command.name, "S");
  EXPECT_EQ(read->command.streams_max, 5);
  EXPECT_EQ(read->command.reserved_bytes_max, -1);
  EXPECT_EQ(read->command.config, entry.command.config);
  for (std::size_t size = 0; size < 14; ++size) {
    EXPECT_FALSE(decode_meta_entry(bytes.view().substr(0, size))) << size;
  }
  std::string unknown(bytes.view());
  unknown[9] = 9;
  EXPECT_EQ(decode_meta_entry(unknown).error().kind, ErrorKind::kUnsupported);
  unknown = std::string(bytes.view());
  unknown[0] = 3;
  EXPECT_EQ(decode_meta_entry(unknown).error().kind, ErrorKind::kUnsupported);
}

TEST(MetaState, KnowsOnWhichServersAStreamWasFounded) {
  MetaState state;
  MetaEntry entry = entry_of(MetaCommandKind::kCreateStream, config_of("S", {"a"}));
  entry.command.members = {};
  EXPECT_EQ(error_of(state.apply(entry)), ApiErrorCode::kClusterNoPeers);
  entry.command.members = {NodeId(3), NodeId(4), NodeId(3)};
  EXPECT_EQ(error_of(state.apply(entry)), ApiErrorCode::kClusterNoPeers);
  entry.command.members = {NodeId(3), NodeId(1)};
  const auto read = decode_meta_entry(encode_meta_entry(entry).view());
  ASSERT_TRUE(read);
  EXPECT_EQ(state.apply(*read).stream.members, entry.command.members);
  const MetaStream& stream = *state.find("A", "S");
  const auto row = decode_meta_stream(stream.uid, encode_meta_stream(stream));
  ASSERT_TRUE(row);
  EXPECT_EQ(row->members, entry.command.members);
  EXPECT_EQ(row->config, stream.config);
}

// What a server wrote before members were named.
TEST(MetaEntries, VersionOneStandsForNodeOne) {
  MetaEntry entry = entry_of(MetaCommandKind::kCreateStream, config_of("S", {"a"}));
  std::string old(encode_meta_entry(entry).view());
  old[0] = 1;
  const std::size_t members = 10 + 2 + 2 + 1 + 1;
  ASSERT_EQ(old.substr(members, 2), std::string_view("\x01\x01", 2));
  old.erase(members, 9);
  const auto read = decode_meta_entry(old);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->command.members, std::vector<NodeId>{NodeId(1)});
  EXPECT_EQ(read->command.config, entry.command.config);

  MetaState state;
  create(state, config_of("S", {"a"}));
  const MetaStream& stream = *state.find("A", "S");
  std::string row = encode_meta_stream(stream);
  row[0] = 1;
  row.erase(1 + 8 + 2, 9);
  const auto read_row = decode_meta_stream(stream.uid, row);
  ASSERT_TRUE(read_row);
  EXPECT_EQ(read_row->members, std::vector<NodeId>{NodeId(1)});
  EXPECT_EQ(read_row->config, stream.config);
}

// The bytes on disk; a change here needs a new version.
TEST(MetaEntries, GoldenBytes) {
  const MetaEntry entry = entry_of(MetaCommandKind::kDeleteStream, config_of("S", {}));
  EXPECT_EQ(encode_meta_entry(entry).view(), std::string_view("\x02\x07\0\0\0\0\0\0\0\x03\x01"
                                                              "A\x01S\x01\x01\0",
                                                              17));
  EXPECT_EQ(encode_meta_counters({GroupId(2), 1, 7}),
            std::string_view("\x01\x02\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x07\0\0\0\0\0\0\0", 25));
  EXPECT_EQ(meta_stream_key(GroupId(258)), std::string_view("s\0\0\0\0\0\0\x01\x02", 9));
}

}  // namespace
}  // namespace leat
