// If this failed, a row that the disk has damaged would be taken for one that never was, and its
// stream would begin anew; or one bad table would keep every stream away.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "storage/rocks/rocks_store.h"
#include "storage/rocks/store_inspector.h"
#include "tests/support/shard_loop.h"

namespace leat {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kGroups = 150;
constexpr std::uint64_t kRows = 5;  // of each group
constexpr std::size_t kFlips = 80;

std::string text_of(const char* kind, std::uint64_t group, std::uint64_t at) {
  return std::string(kind) + " " + std::to_string(group) + "/" + std::to_string(at);
}

struct Told : FlushListener {
  void store_room_changed() override {}
  void flushed(std::span<const FlushedGroup> groups, StoreTicket) override {
    for (const FlushedGroup& group : groups) of[group.group.value] = group;
  }
  std::map<std::uint64_t, FlushedGroup> of;
};

class DamageTest : public ::testing::Test {
 protected:
  DamageTest() {
    std::string path = ::testing::TempDir() + "leat-damage-XXXXXX";
    path_ = ::mkdtemp(path.data());
  }
  ~DamageTest() override {
    store_.reset();
    fs::remove_all(path_);
  }
  DamageTest(const DamageTest&) = delete;
  DamageTest& operator=(const DamageTest&) = delete;

  Result<std::unique_ptr<RocksStore>> open() {
    store_.reset();
    return open_rocks_store({.path = path_ + "/db", .cold_read_threads = 1});
  }

  // Groups from `first` on, each with its rows, and tombstones of as many more; flushed.
  void fill(std::uint64_t first) {
    auto opened = open();
    ASSERT_TRUE(opened) << opened.error().text;
    store_ = std::move(*opened);
    auto shard = store_->open_shard(loop_);
    std::uint64_t left = 2 * kGroups;
    for (std::uint64_t group = first; group < first + kGroups; ++group) {
      WriteSet set{.group = GroupId(group),
                   .raft_row = Bytes::copy_of(text_of("raft", group, 0)),
                   .stored = LogIndex(group)};
      set.pages.push_back({{StatePageKind::kStream, 0, 0}, Bytes::copy_of(page_of(group))});
      for (std::uint64_t at = 1; at <= kRows; ++at) {
        set.blocks.push_back({StreamSeq(at), Bytes::copy_of(text_of("block", group, at))});
        set.index_rows.push_back({StreamSeq(at), Bytes::copy_of(text_of("row", group, at))});
      }
      shard->write(std::move(set), [&left] { --left; });
      shard->delete_stream(GroupId(10'000 + group), [&left] { --left; });
    }
    ASSERT_TRUE(loop_.run_until([&] { return left == 0; }));
    ASSERT_TRUE(store_->stop());
    shard.reset();
    store_.reset();
  }
  static std::string page_of(std::uint64_t group) {
    return text_of("page", group, 0) + std::string(100, '.');
  }

  std::set<fs::path> tables() const {
    std::set<fs::path> found;
    for (const auto& entry : fs::directory_iterator(path_ + "/db")) {
      if (entry.path().extension() == ".sst") found.insert(entry.path());
    }
    return found;
  }
  static std::string bytes_of(const fs::path& path) {
    std::ostringstream bytes;
    bytes << std::ifstream(path, std::ios::binary).rdbuf();
    return bytes.str();
  }
  fs::path table_with(const std::string& text) const {
    for (const fs::path& path : tables()) {
      if (bytes_of(path).find(text) != std::string::npos) return path;
    }
    return {};
  }
  static void flip(const fs::path& path, std::size_t at) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(at));
    const int before = file.get();
    file.seekp(static_cast<std::streamoff>(at));
    file.put(static_cast<char>(before ^ 0x10));
  }

  // Whether all of a group is there; what cannot be read is an error, and nothing is another value.
  bool check_group(std::uint64_t group) {
    RecoveredStore& rows = store_->recovered();
    const auto row = rows.stored_row(GroupId(group));
    if (row) {
      EXPECT_TRUE(row->has_value()) << group << " is taken for new";
      if (*row) {
        EXPECT_EQ((*row)->stored, LogIndex(group));
      }
    } else {
      EXPECT_EQ(row.error().kind, ErrorKind::kCorruption) << row.error().text;
      unreadable_.insert(group);
    }
    std::size_t pages = 0;
    const Status scanned =
        rows.scan_state_pages(GroupId(group), [&](const StatePageKey&, std::string_view value) {
          EXPECT_EQ(value, page_of(group));
          ++pages;
          return Status();
        });
    EXPECT_EQ(pages, scanned ? 1u : 0u) << group;
    return row && scanned && check_index_rows(group);
  }

  // A row that cannot be read is named by its block, which is whole here.
  bool check_index_rows(std::uint64_t group) {
    std::uint64_t next = 1;
    bool is_whole = true;
    const Status scanned = store_->recovered().scan_index_rows(
        GroupId(group), StreamSeq(0), [&](StreamSeq first, std::string_view value) {
          EXPECT_EQ(first, StreamSeq(next++)) << group;
          if (!value.empty()) {
            EXPECT_EQ(value, text_of("row", group, first.value));
          }
          is_whole &= !value.empty();
          return Status();
        });
    EXPECT_TRUE(scanned) << scanned.error().text;
    EXPECT_EQ(next, kRows + 1) << group;
    return is_whole;
  }

  std::string path_;
  leat::testing::ShardLoop loop_;
  std::unique_ptr<RocksStore> store_;
  std::set<std::uint64_t> unreadable_;  // groups without their raft row
};

TEST_F(DamageTest, AFlipAnywhereInATableOfTheStateHidesNobodyElse) {
  fill(2);
  const fs::path table = table_with(page_of(77));
  ASSERT_FALSE(table.empty());
  const std::size_t size = fs::file_size(table);
  const fs::path copy = path_ + "/copy";
  std::size_t harmed = 0;
  for (std::size_t i = 0; i < kFlips; ++i) {
    fs::remove_all(copy);
    fs::copy(path_ + "/db", copy);
    flip(copy / table.filename(), i * size / kFlips);
    auto opened = open_rocks_store({.path = copy, .cold_read_threads = 1});
    ASSERT_TRUE(opened) << i << ": " << opened.error().text;
    store_ = std::move(*opened);
    unreadable_.clear();
    std::uint64_t whole = 0;
    for (std::uint64_t group = 2; group < 2 + kGroups; ++group) whole += check_group(group);
    // Half of all, where it is the table itself that cannot be read: it is the only one.
    const bool is_block = whole > 0;
    if (is_block) {
      EXPECT_GT(whole, kGroups / 3) << i;
    }
    harmed += whole < kGroups;
    Told told;
    ASSERT_TRUE(store_->set_flush_listener(told));
    for (std::uint64_t group = 2; group < 2 + kGroups; ++group) {
      // What cannot be read has not flushed anything, so that its journal stays.
      EXPECT_NE(told.of.contains(group), unreadable_.contains(group)) << i << " " << group;
      if (told.of.contains(group)) {
        EXPECT_EQ(told.of[group].stored, LogIndex(group));
      }
    }
    store_.reset();
  }
  EXPECT_GT(harmed, kFlips / 2);
}

TEST_F(DamageTest, ATableWithoutItsFooterCostsNoMoreThanWhatIsInIt) {
  // Of three tables or fewer RocksDB asks each, whatever keys are in it.
  constexpr std::uint64_t kTables = 5;
  constexpr std::uint64_t kEnd = 2 + kTables * kGroups;
  for (std::uint64_t i = 0; i < kTables; ++i) fill(2 + i * kGroups);
  const fs::path table = table_with(text_of("block", kEnd - 1, 1));
  ASSERT_NE(table, table_with(text_of("block", 2, 1)));
  const std::string bytes = bytes_of(table);
  flip(table, fs::file_size(table) - 3);
  auto opened = open();
  ASSERT_TRUE(opened) << opened.error().text;
  store_ = std::move(*opened);
  for (std::uint64_t group = 2; group < kEnd; ++group) {
    EXPECT_TRUE(check_group(group)) << group;
    const bool is_lost = bytes.find(text_of("block", group, 1)) != std::string::npos;
    const Result<Bytes> block = store_->recovered().read_block(GroupId(group), StreamSeq(1));
    EXPECT_EQ(block.has_value(), !is_lost) << group;
    if (!block) {
      EXPECT_EQ(block.error().kind, ErrorKind::kCorruption) << block.error().text;
    }
  }
  // It is written to as before.
  auto shard = store_->open_shard(loop_);
  bool is_written = false;
  shard->write({.group = GroupId(2), .stored = LogIndex(900)}, [&] { is_written = true; });
  ASSERT_TRUE(loop_.run_until([&] { return is_written; }));
  ASSERT_TRUE(store_->stop());
  shard.reset();
  store_.reset();
  flip(table, fs::file_size(table) - 3);
  opened = open();
  ASSERT_TRUE(opened) << opened.error().text;
  EXPECT_EQ((*(*opened)->recovered().stored_row(GroupId(2)))->stored, LogIndex(900));
  EXPECT_TRUE((*opened)->recovered().read_block(GroupId(kEnd - 1), StreamSeq(1)));
}

TEST_F(DamageTest, WhereABlockIsGoneWithItsRowTheirPlaceIsNamed) {
  fill(2);
  flip(table_with(text_of("row", 77, 3)),
       bytes_of(table_with(text_of("row", 77, 3))).find(text_of("row", 77, 3)));
  flip(table_with(text_of("block", 77, 3)),
       bytes_of(table_with(text_of("block", 77, 3))).find(text_of("block", 77, 3)));
  auto opened = open();
  ASSERT_TRUE(opened) << opened.error().text;
  std::map<std::uint64_t, bool> seen;  // first sequence -> has a value
  EXPECT_TRUE((*opened)->recovered().scan_index_rows(GroupId(77), StreamSeq(0),
                                                     [&](StreamSeq first, std::string_view value) {
                                                       seen[first.value] = !value.empty();
                                                       return Status();
                                                     }));
  ASSERT_FALSE(seen.empty());
  EXPECT_FALSE(seen.begin()->second);
  EXPECT_LE(seen.begin()->first, 1u);
}

TEST_F(DamageTest, AMissingTableIsRefusedAndNothingIsRemoved) {
  fill(2);
  fill(2 + kGroups);
  const fs::path table = table_with(text_of("block", 2, 1));
  const fs::path aside = path_ + "/aside";
  fs::rename(table, aside);
  const std::set<fs::path> before = tables();
  const auto refused = open();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text, ::testing::HasSubstr(table.stem().string()));
  EXPECT_EQ(tables(), before);
  fs::rename(aside, table);
  auto opened = open();
  ASSERT_TRUE(opened) << opened.error().text;
  store_ = std::move(*opened);
  EXPECT_TRUE(check_group(2));
}

TEST_F(DamageTest, AnInspectionNamesATableThatCannotBeOpened) {
  fill(2);
  const fs::path table = table_with(text_of("block", 77, 1));
  flip(table, fs::file_size(table) - 3);
  const auto inspector = inspect_rocks_store(path_ + "/db");
  ASSERT_TRUE(inspector) << inspector.error().text;
  std::size_t bad = 0;
  for (const StoreInspector::Table& one : (*inspector)->tables()) {
    const Status read = (*inspector)->verify(one);
    EXPECT_EQ(read.has_value(), fs::path(one.name).filename() != table.filename());
    bad += !read;
  }
  EXPECT_EQ(bad, 1u);
  EXPECT_TRUE((*inspector)->rows().stored_row(GroupId(77))->has_value());
}

}  // namespace
}  // namespace leat
