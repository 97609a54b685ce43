// If this failed, a restart would find blocks without their state, or state without its blocks.
#include "storage/rocks/rocks_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>

#include "storage/api/block_format.h"
#include "storage/rocks/stored_row.h"
#include "tests/support/shard_loop.h"

namespace leat {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

WriteSet set_of(std::uint64_t group, std::uint64_t index) {
  const std::string text = std::to_string(index);
  WriteSet set{.group = GroupId(group),
               .raft_row = Bytes::copy_of("raft " + text),
               .stored = LogIndex(index),
               .first_kept = StreamSeq(1)};
  set.blocks.push_back({StreamSeq(index), Bytes::copy_of("block " + text)});
  set.index_rows.push_back({StreamSeq(index), Bytes::copy_of("index " + text)});
  set.pages.push_back({{StatePageKind::kStream, 0, 0}, Bytes::copy_of("page " + text)});
  return set;
}

struct FlushLog : FlushListener {
  explicit FlushLog(RemotePost& to_wake) : waker(to_wake) {}
  void flushed(std::span<const FlushedGroup> groups, StoreTicket ticket) override {
    const std::lock_guard lock(mutex);
    for (const FlushedGroup& group : groups) stored[group.group] = group;
    through = ticket;
    waker.post([] {});
  }
  void store_room_changed() override {}
  std::optional<FlushedGroup> of(std::uint64_t group) {
    const std::lock_guard lock(mutex);
    const auto found = stored.find(GroupId(group));
    return found == stored.end() ? std::nullopt : std::optional(found->second);
  }
  RemotePost& waker;
  std::mutex mutex;
  std::map<GroupId, FlushedGroup> stored;
  StoreTicket through;
};

class RocksStoreTest : public ::testing::Test {
 protected:
  RocksStoreTest() {
    std::string path = ::testing::TempDir() + "leat-store-XXXXXX";
    path_ = ::mkdtemp(path.data());
  }
  ~RocksStoreTest() override {
    shard_.reset();
    store_.reset();
    std::filesystem::remove_all(path_);
  }

  void open() {
    shard_.reset();
    store_.reset();
    auto opened = open_rocks_store({.path = path_ + "/db",
                                    .memtable_bytes = memtable_bytes_,
                                    .cold_read_threads = 2,
                                    .reclaim_step_bytes = reclaim_step_bytes_});
    ASSERT_TRUE(opened) << opened.error().text;
    store_ = std::move(*opened);
    shard_ = store_->open_shard(loop_);
  }

  void write(WriteSet set) {
    bool is_written = false;
    shard_->write(std::move(set), [&] { is_written = true; });
    EXPECT_GT(shard_->pending_bytes(), 0u);
    ASSERT_TRUE(loop_.run_until([&] { return is_written; }));
    EXPECT_EQ(shard_->pending_bytes(), 0u);
  }

  Result<Bytes> read_block(std::uint64_t group, std::uint64_t first) {
    std::optional<Result<Bytes>> read;
    shard_->read_block(GroupId(group), StreamSeq(first),
                       [&](Result<Bytes> value) { read = std::move(value); });
    EXPECT_FALSE(read);
    EXPECT_TRUE(loop_.run_until([&] { return read.has_value(); }));
    return *read;
  }

  std::vector<std::string> pages(std::uint64_t group) {
    std::vector<std::string> texts;
    EXPECT_TRUE(store_->recovered().scan_state_pages(GroupId(group), [&](const StatePageKey& key,
                                                                         std::string_view value) {
      texts.push_back(std::to_string(static_cast<int>(key.kind)) + "/" + std::to_string(key.owner) +
                      "/" + std::to_string(key.number) + "=" + std::string(value));
      return Status();
    }));
    return texts;
  }

  std::vector<std::uint64_t> index_rows(std::uint64_t group, std::uint64_t from) {
    std::vector<std::uint64_t> firsts;
    EXPECT_TRUE(store_->recovered().scan_index_rows(GroupId(group), StreamSeq(from),
                                                    [&](StreamSeq first, std::string_view) {
                                                      firsts.push_back(first.value);
                                                      return Status();
                                                    }));
    return firsts;
  }

  std::size_t memtable_bytes_ = limits::kStoreMemtableBytes;
  std::uint64_t reclaim_step_bytes_ = limits::kReclaimStepBytes;
  std::string path_;
  leat::testing::ShardLoop loop_;
  FlushLog log_{loop_};
  std::unique_ptr<RocksStore> store_;
  std::unique_ptr<MessageStore> shard_;
};

// With the sanitizers, too: the parts that are told were gone by then.
TEST_F(RocksStoreTest, AStoreThatGoesWithoutAStopTellsOfItsLastFlush) {
  FlushLog log(loop_);
  open();
  ASSERT_TRUE(store_->set_flush_listener(log));
  WriteSet set = set_of(1, 7);
  set.first_kept = StreamSeq(5);
  write(std::move(set));
  shard_.reset();
  store_.reset();
  ASSERT_TRUE(log.of(1));
  EXPECT_EQ(log.of(1)->stored, LogIndex(7));
}

TEST_F(RocksStoreTest, AWriteSetIsReadableAndSurvivesACleanStop) {
  open();
  EXPECT_THAT(*store_->recovered().groups(), IsEmpty());
  WriteSet set = set_of(2, 1);
  set.pages.push_back({{StatePageKind::kPending, 7, 9}, Bytes::copy_of("p")});
  write(std::move(set));
  write(set_of(2, 10));
  EXPECT_EQ(read_block(2, 1)->view(), "block 1");
  EXPECT_EQ(read_block(2, 2).error().kind, ErrorKind::kNotFound);
  std::string row;
  shard_->read_index_row(GroupId(2), StreamSeq(10), [&](Result<Bytes> r) { row = r->view(); });
  ASSERT_TRUE(loop_.run_until([&] { return !row.empty(); }));
  EXPECT_EQ(row, "index 10");
  ASSERT_TRUE(store_->stop());

  open();
  EXPECT_THAT(*store_->recovered().groups(), ElementsAre(GroupId(2)));
  const auto stored = store_->recovered().stored_row(GroupId(2));
  ASSERT_TRUE(stored && *stored);
  EXPECT_EQ((*stored)->stored, LogIndex(10));
  EXPECT_EQ((*stored)->first_kept, StreamSeq(1));
  EXPECT_EQ((*stored)->raft_row.view(), "raft 10");
  EXPECT_THAT(pages(2), ElementsAre("1/0/0=page 10", "3/7/9=p"));
  EXPECT_THAT(index_rows(2, 1), ElementsAre(1, 10));
  EXPECT_THAT(index_rows(2, 2), ElementsAre(10));
  EXPECT_EQ(store_->recovered().read_block(GroupId(2), StreamSeq(10))->view(), "block 10");
  EXPECT_FALSE(*store_->recovered().stored_row(GroupId(3)));
}

TEST_F(RocksStoreTest, ReadsThatWaitForAThreadAreCounted) {
  open();
  constexpr std::size_t kReads = 500;
  std::size_t answered = 0;
  for (std::size_t i = 0; i < kReads; ++i) {
    shard_->read_block(GroupId(2), StreamSeq(1), [&](const Result<Bytes>&) { ++answered; });
  }
  ASSERT_TRUE(loop_.run_until([&] { return answered == kReads; }));
  const DiskWaits waits = store_->counts().reads;
  EXPECT_EQ(waits.waiting, 0U);
  EXPECT_LE(waits.waits, kReads);
  EXPECT_LE(waits.wait_ns_max, waits.wait_ns);
  EXPECT_EQ(waits.waits == 0, waits.wait_ns == 0);
}

TEST_F(RocksStoreTest, ABlockIsReplacedByItsGrownSelf) {
  open();
  write(set_of(2, 1));
  WriteSet grown = set_of(2, 1);
  grown.blocks[0].value = Bytes::copy_of("grown");
  write(std::move(grown));
  EXPECT_EQ(read_block(2, 1)->view(), "grown");
}

TEST_F(RocksStoreTest, AnEmptyPageOrMetaRowIsDeleted) {
  open();
  WriteSet set{.group = kMetaGroup, .stored = LogIndex(1)};
  set.meta_rows = {{"stream/a", Bytes::copy_of("1")}, {"stream/b", Bytes::copy_of("2")}};
  write(std::move(set));
  WriteSet second{.group = kMetaGroup, .stored = LogIndex(2)};
  second.meta_rows = {{"stream/a", {}}, {"account/x", Bytes::copy_of("3")}};
  second.pages.push_back({{StatePageKind::kStream, 0, 0}, {}});
  write(std::move(second));
  std::vector<std::string> rows;
  ASSERT_TRUE(store_->recovered().scan_meta_rows([&](std::string_view key, std::string_view value) {
    rows.push_back(std::string(key) + "=" + std::string(value));
    return Status();
  }));
  EXPECT_THAT(rows, ElementsAre("account/x=3", "stream/b=2"));
}

TEST_F(RocksStoreTest, ADeletedStreamIsGoneWithItsNeighboursUntouched) {
  open();
  for (std::uint64_t group = 2; group <= 4; ++group) {
    write(set_of(group, 1));
    write(set_of(group, 5));
  }
  bool is_deleted = false;
  shard_->delete_stream(GroupId(3), [&] { is_deleted = true; });
  ASSERT_TRUE(loop_.run_until([&] { return is_deleted; }));
  for (int start = 0; start < 2; ++start) {
    EXPECT_THAT(*store_->recovered().groups(), ElementsAre(GroupId(2), GroupId(4)));
    EXPECT_THAT(*store_->recovered().deleted_groups(), ElementsAre(GroupId(3)));
    EXPECT_FALSE(*store_->recovered().stored_row(GroupId(3)));
    EXPECT_THAT(pages(3), IsEmpty());
    EXPECT_THAT(index_rows(3, 0), IsEmpty());
    EXPECT_EQ(read_block(3, 5).error().kind, ErrorKind::kNotFound);
    EXPECT_EQ(read_block(2, 5)->view(), "block 5");
    EXPECT_EQ(read_block(4, 1)->view(), "block 1");
    EXPECT_THAT(index_rows(4, 0), ElementsAre(1, 5));
    ASSERT_TRUE(store_->stop());
    open();
  }
}

TEST_F(RocksStoreTest, CallbacksOfOneShardKeepTheirOrder) {
  open();
  std::vector<int> order;
  for (int i = 0; i < 20; ++i) {
    shard_->write(set_of(2, static_cast<std::uint64_t>(i + 1)),
                  [&order, i] { order.push_back(i); });
  }
  ASSERT_TRUE(loop_.run_until([&] { return order.size() == 20; }));
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

// The name makes it run first: RocksDB's threads do not survive the fork of a death test, so the
// child must be the first to start them.
using RocksStoreDeathTest = RocksStoreTest;

// A process that ends without a word, as after kill -9, keeps whole write sets up to some flush.
TEST_F(RocksStoreDeathTest, AKillKeepsWholeWriteSetsOnly) {
  constexpr std::uint64_t kSets = 300;
  const auto write_and_die = [&] {
    auto store = open_rocks_store({.path = path_ + "/db", .memtable_bytes = 1 << 20});
    auto shard = (*store)->open_shard(loop_);
    std::uint64_t written = 0;
    for (std::uint64_t i = 1; i <= kSets; ++i) {
      WriteSet set = set_of(2 + i % 3, i);
      set.blocks[0].value = Bytes::copy_of(std::string(40'000, static_cast<char>('a' + i % 26)));
      shard->write(std::move(set), [&] { ++written; });
    }
    loop_.run_until([&] { return written == kSets && (*store)->counts().flushes >= 2; });
    std::_Exit(written == kSets ? 0 : 1);
  };
  EXPECT_EXIT(write_and_die(), ::testing::ExitedWithCode(0), "");

  open();
  RecoveredStore& recovered = store_->recovered();
  std::uint64_t groups_found = 0;
  for (std::uint64_t group = 2; group <= 4; ++group) {
    const auto row = recovered.stored_row(GroupId(group));
    ASSERT_TRUE(row);
    if (!*row) continue;
    ++groups_found;
    const std::uint64_t stored = (*row)->stored.value;
    EXPECT_THAT(pages(group), ElementsAre("1/0/0=page " + std::to_string(stored)));
    const std::vector<std::uint64_t> firsts = index_rows(group, 0);
    ASSERT_FALSE(firsts.empty());
    EXPECT_EQ(firsts.back(), stored);
    for (std::uint64_t i = 1; i <= kSets; ++i) {
      const bool is_stored = i % 3 == group - 2 && i <= stored;
      EXPECT_EQ(recovered.read_block(GroupId(group), StreamSeq(i)).has_value(), is_stored) << i;
    }
  }
  EXPECT_EQ(groups_found, 3u);
}

TEST_F(RocksStoreTest, OneMessageOfABlock) {
  open();
  BlockBuilder builder;
  builder.reset(StreamSeq(1));
  builder.append({.sequence = StreamSeq(1), .subject = "a", .payload = "one"});
  builder.append({.sequence = StreamSeq(2), .subject = "b", .payload = "two"});
  WriteSet set = set_of(2, 1);
  set.blocks[0].value = builder.value();
  write(std::move(set));
  const auto read_message = [&](std::uint64_t block, std::uint64_t sequence) {
    std::optional<Result<Bytes>> read;
    shard_->read_message(GroupId(2), {.block = StreamSeq(block), .sequence = StreamSeq(sequence)},
                         [&](Result<Bytes> value) { read = std::move(value); });
    EXPECT_TRUE(loop_.run_until([&] { return read.has_value(); }));
    return *read;
  };
  const auto found = BlockReader::open(*read_message(1, 2));
  ASSERT_TRUE(found) << found.error().text;
  EXPECT_EQ(found->message_count(), 1u);
  EXPECT_EQ(found->find(StreamSeq(2))->payload, "two");
  EXPECT_EQ(read_message(1, 3).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(read_message(7, 7).error().kind, ErrorKind::kNotFound);
}

TEST_F(RocksStoreTest, AFlippedBitInATableIsAnErrorAndNeverAnotherBlock) {
  open();
  WriteSet set = set_of(2, 1);
  set.blocks[0].value = Bytes::copy_of(std::string(50'000, 'x'));
  write(std::move(set));
  ASSERT_TRUE(store_->stop());
  shard_.reset();
  store_.reset();
  int damaged = 0;
  for (const auto& entry : std::filesystem::directory_iterator(path_ + "/db")) {
    if (entry.path().extension() != ".sst" || entry.file_size() < 50'000) continue;
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(20'000);
    file.put('y');
    ++damaged;
  }
  ASSERT_EQ(damaged, 1);
  open();
  EXPECT_EQ(read_block(2, 1).error().kind, ErrorKind::kCorruption);
}

TEST_F(RocksStoreTest, ASecondOpenIsRefused) {
  open();
  const auto second = open_rocks_store({.path = path_ + "/db"});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::kUnavailable) << second.error().text;
}

TEST_F(RocksStoreTest, AFlushTellsWhatItHasMadeDurable) {
  open();
  ASSERT_TRUE(store_->set_flush_listener(log_));
  WriteSet set = set_of(2, 7);
  set.hard_state = {Term(3), LogIndex(1)};
  write(std::move(set));
  EXPECT_FALSE(log_.of(2));
  store_->ask_for_flush();
  ASSERT_TRUE(loop_.run_until([&] { return log_.of(2).has_value(); }));
  EXPECT_EQ(log_.of(2)->stored, LogIndex(7));
  EXPECT_EQ(log_.of(2)->hard_state, (HardStatePlace{Term(3), LogIndex(1)}));

  bool is_deleted = false;
  shard_->delete_stream(GroupId(2), [&] { is_deleted = true; });
  ASSERT_TRUE(loop_.run_until([&] { return is_deleted; }));
  EXPECT_FALSE(log_.of(2)->is_deleted);
  store_->ask_for_flush();
  ASSERT_TRUE(loop_.run_until([&] { return log_.of(2)->is_deleted; }));
}

TEST_F(RocksStoreTest, AnOpenedStoreTellsWhatItHolds) {
  open();
  write(set_of(2, 7));
  ASSERT_TRUE(store_->stop());
  open();
  EXPECT_GE(store_->recovered().last_ticket(), StoreTicket(4));
  ASSERT_TRUE(store_->set_flush_listener(log_));
  ASSERT_TRUE(log_.of(2));
  EXPECT_EQ(log_.of(2)->stored, LogIndex(7));
  EXPECT_EQ(log_.through, store_->recovered().last_ticket());
}

std::uint64_t table_bytes(const std::string& path) {
  std::uint64_t size_bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    std::error_code gone;
    const std::uint64_t size = entry.path().extension() == ".sst" ? entry.file_size(gone) : 0;
    if (!gone) size_bytes += size;
  }
  return size_bytes;
}

// Blocks of 64 KiB, so that some megabytes of them make several tables.
WriteSet large_set(std::uint64_t group, std::uint64_t index, std::uint64_t first_kept) {
  WriteSet set = set_of(group, index);
  BlockBuilder block;
  block.reset(StreamSeq(index));
  const std::string payload(60'000, static_cast<char>('a' + index % 26));
  block.append({.sequence = StreamSeq(index), .subject = "s", .payload = payload});
  set.blocks = {{StreamSeq(index), block.value()}};
  set.first_kept = StreamSeq(first_kept);
  set.first_row_kept = StreamSeq(first_kept);
  return set;
}

TEST_F(RocksStoreTest, RoomBelowTheFlushedFloorComesBackWithoutARestart) {
  memtable_bytes_ = 4u << 20;
  reclaim_step_bytes_ = 1u << 20;
  open();
  ASSERT_TRUE(store_->set_flush_listener(log_));
  constexpr std::uint64_t kBlocks = 1500;  // 90 MB, of which 10 are kept
  for (std::uint64_t i = 1; i <= kBlocks; ++i) {
    write(large_set(2, i, i > 10 ? i - 10 : 1));
  }
  store_->ask_for_flush();
  ASSERT_TRUE(loop_.run_until([&] {
    const auto flushed = log_.of(2);
    return flushed && flushed->stored == LogIndex(kBlocks);
  }));
  std::uint64_t last = kBlocks;  // work goes on until RocksDB has removed the files
  while (table_bytes(path_ + "/db") >= (20u << 20) && last < 2 * kBlocks) {
    ++last;
    write(large_set(2, last, last - 10));
  }
  EXPECT_LT(table_bytes(path_ + "/db"), 20u << 20);
  EXPECT_TRUE(read_block(2, last).has_value());
  EXPECT_TRUE(read_block(2, last - 9).has_value());
}

TEST_F(RocksStoreTest, BlocksDeletedBetweenOthersGiveTheirRoomBack) {
  memtable_bytes_ = 4u << 20;
  open();
  ASSERT_TRUE(store_->set_flush_listener(log_));
  constexpr std::uint64_t kBlocks = 500;  // 30 MB
  for (std::uint64_t i = 1; i <= kBlocks; ++i) write(large_set(2, i, 1));
  WriteSet set = set_of(2, kBlocks + 1);
  set.blocks.clear();
  set.index_rows.clear();
  for (std::uint64_t i = 2; i < kBlocks; ++i) {
    set.blocks.push_back({StreamSeq(i), {}});
    set.index_rows.push_back({StreamSeq(i), {}});
  }
  set.wants_flush = true;
  write(std::move(set));
  std::uint64_t last = 0;  // work goes on until RocksDB has removed the files
  while (table_bytes(path_ + "/db") >= (5u << 20) && last < 50'000) write(set_of(3, ++last));
  EXPECT_LT(table_bytes(path_ + "/db"), 5u << 20);
  EXPECT_TRUE(read_block(2, 1).has_value());
  EXPECT_EQ(read_block(2, 2).error().kind, ErrorKind::kNotFound);
  EXPECT_TRUE(read_block(2, kBlocks).has_value());
  EXPECT_THAT(index_rows(2, 0), ElementsAre(1, kBlocks));
}

TEST_F(RocksStoreTest, ADeletedStreamGivesItsRoomBack) {
  memtable_bytes_ = 4u << 20;
  reclaim_step_bytes_ = 1u << 20;
  open();
  ASSERT_TRUE(store_->set_flush_listener(log_));
  for (std::uint64_t i = 1; i <= 500; ++i) write(large_set(2, i, 1));
  bool is_deleted = false;
  shard_->delete_stream(GroupId(2), [&] { is_deleted = true; });
  ASSERT_TRUE(loop_.run_until([&] { return is_deleted; }));
  ASSERT_TRUE(loop_.run_until([&] { return log_.of(2) && log_.of(2)->is_deleted; }));
  std::uint64_t last = 0;  // work goes on until RocksDB has removed the files
  while (table_bytes(path_ + "/db") >= (5u << 20) && last < 50'000) write(set_of(3, ++last));
  EXPECT_LT(table_bytes(path_ + "/db"), 5u << 20);
}

TEST_F(RocksStoreTest, NothingIsDroppedThatOnlyAnUnflushedSetHasLeft) {
  reclaim_step_bytes_ = 1;
  open();
  ASSERT_TRUE(store_->set_flush_listener(log_));
  for (std::uint64_t i = 1; i <= 20; ++i) write(large_set(2, i, 1));
  store_->ask_for_flush();
  ASSERT_TRUE(loop_.run_until([&] { return log_.of(2).has_value(); }));
  write(large_set(2, 21, 21));
  for (std::uint64_t i = 1; i <= 21; ++i) EXPECT_TRUE(read_block(2, i).has_value()) << i;
}

TEST(StoredRow, IsPinnedAndRefusesOtherVersions) {
  const WriteSet set{.group = GroupId(2),
                     .raft_row = Bytes::copy_of("raft"),
                     .hard_state = {Term(7), LogIndex(1)},
                     .stored = LogIndex(0x0102),
                     .first_kept = StreamSeq(3),
                     .first_row_kept = StreamSeq(2)};
  using namespace std::string_literals;
  const std::string value = rocks::encode_stored_row(set);
  EXPECT_EQ(value,
            "\2\0\0\0\0\0\0\0\2\1\0\0\0\0\0\0\3\0\0\0\0\0\0\0"
            "\2\0\0\0\0\0\0\0\7\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0raft"s);
  const Result<StoredRow> row = rocks::decode_stored_row(value);
  EXPECT_EQ(row->raft_row.view(), "raft");
  EXPECT_EQ(row->hard_state, (HardStatePlace{Term(7), LogIndex(1)}));
  EXPECT_EQ(row->first_row_kept, StreamSeq(2));
  EXPECT_FALSE(rocks::decode_stored_row(value.substr(0, 47)));
  const Result<StoredRow> newer = rocks::decode_stored_row("\3"s + value.substr(1));
  EXPECT_EQ(newer.error().text, "a raft row of the store has version 3, this server reads up to 2");

  const Result<StoredRow> first =
      rocks::decode_stored_row("\1\0\0\0\0\0\0\0\2\1\0\0\0\0\0\0\3\0\0\0\0\0\0\0raft"s);
  EXPECT_EQ(first->raft_row.view(), "raft");
  EXPECT_EQ(first->hard_state, HardStatePlace());
}

}  // namespace
}  // namespace leat
