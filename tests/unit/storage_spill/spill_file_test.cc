// A part of an index would come back from the disk as something else, or fill the disk.
#include "storage/spill/spill_file.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "core/base/limits.h"
#include "core/base/rng.h"
#include "tests/unit/storage_journal/fake_disk.h"

namespace leat::testing {
namespace {

constexpr const char* kDirectory = "store/spill";
const std::string kPath = "store/spill/0";  // NOLINT: a test's own

class SpillFileTest : public ::testing::Test {
 protected:
  SpillFileTest() { EXPECT_TRUE(SpillFile::prepare(disk_, kDirectory)); }

  std::unique_ptr<SpillFile> open(std::uint64_t reserve_bytes = 0) {
    return std::make_unique<SpillFile>(
        disk_,
        SpillFile::Place{.directory = kDirectory, .name = "0", .reserve_bytes = reserve_bytes});
  }
  static std::string read(SpillFile& file, const SpillRef& ref) {
    std::string bytes = "what was there before, longer than what comes";
    file.get(ref, bytes);
    return bytes;
  }

  FakeDisk disk_;
};

TEST_F(SpillFileTest, AServerThatSpillsNothingHasNoFile) {
  const auto file = open();
  EXPECT_FALSE(disk_.exists(kPath));
}

TEST_F(SpillFileTest, WhatWasPutIsThereUntilItIsDropped) {
  const auto file = open();
  std::map<std::string, SpillRef> refs;
  Rng rng(7);
  for (int step = 0; step < 3000; ++step) {
    const std::string bytes(1 + rng.below(20) * rng.below(2000),
                            static_cast<char>('a' + step % 26));
    const std::string unique = std::to_string(step) + bytes;
    const auto ref = file->put(unique);
    ASSERT_TRUE(ref.has_value());
    ASSERT_TRUE(refs.emplace(unique, *ref).second);
    while (refs.size() > 50) {
      const auto gone =
          std::next(refs.begin(), static_cast<std::ptrdiff_t>(rng.below(refs.size())));
      ASSERT_EQ(read(*file, gone->second), gone->first);
      file->drop(gone->second);
      refs.erase(gone);
    }
  }
  for (const auto& [bytes, ref] : refs) ASSERT_EQ(read(*file, ref), bytes);
}

TEST_F(SpillFileTest, RoomThatIsGivenUpIsUsedAgain) {
  const auto file = open();
  std::vector<SpillRef> refs;
  for (std::size_t size = 1; size < 9000; size += 100) {
    refs.push_back(*file->put(std::string(size, 'x')));
  }
  const std::uint64_t bytes = file->file_bytes();
  for (int round = 0; round < 20; ++round) {
    for (SpillRef& ref : refs) {
      file->drop(ref);
      ref = *file->put(std::string(ref.bytes, 'y'));
    }
  }
  EXPECT_EQ(file->file_bytes(), bytes);
  // No slot is more than a quarter larger than what it holds, or 512 bytes.
  std::uint64_t held = 0;
  for (const SpillRef& ref : refs) held += std::max(512U, ref.bytes + 8);
  EXPECT_LT(bytes, held * 5 / 4);
}

TEST_F(SpillFileTest, ItGoesWithItsOwnerAndAfterAKillWithTheNextOne) {
  auto file = open();
  ASSERT_TRUE(file->put("left"));
  EXPECT_TRUE(disk_.exists(kPath));
  file.reset();
  EXPECT_FALSE(disk_.exists(kPath));
  // What killed processes left, also of shards that are no more.
  ASSERT_TRUE(disk_.open(kPath, OpenMode::kCreate));
  ASSERT_TRUE(disk_.open("store/spill/7", OpenMode::kCreate));
  ASSERT_TRUE(SpillFile::prepare(disk_, kDirectory));
  EXPECT_FALSE(disk_.exists(kPath));
  EXPECT_FALSE(disk_.exists("store/spill/7"));
  EXPECT_TRUE(open()->put("new"));
}

TEST_F(SpillFileTest, AFullDiskTakesNothingUntilThereIsRoom) {
  const auto file = open();
  const SpillRef kept = *file->put("kept");
  disk_.set_capacity(disk_.used());
  EXPECT_FALSE(file->put(std::string(3000, 'x')).has_value());
  EXPECT_FALSE(file->put(std::string(3000, 'x')).has_value());
  EXPECT_EQ(read(*file, kept), "kept");
  disk_.set_capacity(disk_.used() + 2 * limits::kSpillGrowBytes);
  const auto ref = file->put(std::string(3000, 'x'));
  ASSERT_TRUE(ref.has_value());
  EXPECT_EQ(read(*file, *ref), std::string(3000, 'x'));
}

TEST_F(SpillFileTest, TheReserveOfTheDiskIsLeftAlone) {
  constexpr std::uint64_t kReserve = 8 * 1024 * 1024;
  disk_.set_capacity(kReserve + 3 * limits::kSpillGrowBytes);
  const auto file = open(kReserve);
  const std::string bytes(100'000, 'x');
  int puts = 0;
  while (puts < 1000 && file->put(bytes)) ++puts;
  EXPECT_GE(disk_.free_bytes(kDirectory).value(), kReserve);
  EXPECT_GT(puts, 10);
}

TEST_F(SpillFileTest, DamageEndsTheProcessAndIsNotRead) {
  const auto file = open();
  const SpillRef first = *file->put(std::string(600, 'a'));
  const SpillRef second = *file->put(std::string(600, 'a'));
  const std::string whole = disk_.bytes_of(kPath);
  disk_.bytes_of(kPath)[first.place + 300] ^= 1;
  EXPECT_EXIT(read(*file, first), ::testing::ExitedWithCode(74), "damaged at 0");
  // The same bytes from another place, as a disk that mixes up its sectors.
  disk_.bytes_of(kPath) = whole.substr(0, second.place) + whole.substr(first.place, second.place);
  EXPECT_EXIT(read(*file, second), ::testing::ExitedWithCode(74), "damaged at");
  disk_.bytes_of(kPath) = whole.substr(0, first.place + 300);
  EXPECT_EXIT(read(*file, first), ::testing::ExitedWithCode(74), "damaged at 0");
  disk_.bytes_of(kPath) = whole;
  EXPECT_EQ(read(*file, second), std::string(600, 'a'));
  disk_.fail_reads();
  EXPECT_EXIT(read(*file, second), ::testing::ExitedWithCode(74), "Input/output error");
}

}  // namespace
}  // namespace leat::testing
