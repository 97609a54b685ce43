// If this failed, a full disk would lose what was acknowledged, stop the server for good, or not be
// noticed; a disk that fails would be written to again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "storage/journal/sync_thread.h"
#include "tests/support/shard_loop.h"
#include "tests/unit/storage_journal/journal_fixture.h"

namespace leat {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t kMiB = 1024 * 1024;

struct DurableTicket : LogListener {
  void durable_through(LogTicket ticket) override { last = ticket; }
  void must_store(std::span<const GroupId>) override {}
  LogTicket last;
};

class JournalRoom : public testing::JournalFixture {
 protected:
  ~JournalRoom() override {
    if (journal_) journal_->stop();
  }
  Result<OpenedJournal> open_with(std::uint64_t reserve_bytes) {
    return open_journal(disk_, {.directory = testing::kDirectory,
                                .segment_bytes = segment_bytes_,
                                .reserve_bytes = reserve_bytes,
                                .is_store_full = [this] { return is_store_full_.load(); },
                                .random = [this] { return ++life_; }});
  }
  void start(std::uint64_t reserve_bytes) {
    auto opened = open_with(reserve_bytes);
    ASSERT_TRUE(opened) << opened.error().text;
    journal_ = std::move(opened->journal);
    shard_ = journal_->open_shard(loop_);
    shard_->set_listener(ticket_);
  }
  LogTicket append(std::size_t payload_bytes) {
    const LogTicket ticket = shard_->append(entry(2, std::string(payload_bytes, 'p')));
    shard_->flush();
    return ticket;
  }
  // A room that another thread finds, within the deadline of the loop.
  bool becomes(DiskRoom room) {
    loop_.post([] {});
    return loop_.run_until([&] {
      loop_.post([] {});  // asked again
      return shard_->room() == room;
    });
  }

  leat::testing::ShardLoop loop_;
  DurableTicket ticket_;
  std::atomic<bool> is_store_full_{false};
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<LogStore> shard_;
};

TEST_F(JournalRoom, AWriteThatFindsNoRoomHasNotHappenedAndMayBeMadeAgain) {
  segment_bytes_ = 4 * kMiB;
  open();
  write_synced({entry(2, "first")});
  disk_.set_capacity(disk_.used());
  const LogRecord large = entry(2, std::string(kMiB, 'l'));
  for (int attempt = 0; attempt < 3; ++attempt) {
    const Status written = writer_->write({&large, 1});
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().kind, ErrorKind::kNoSpace);
  }
  disk_.set_capacity(8 * kMiB);
  write_synced({large});
  disk_.crash();
  recover();
  EXPECT_EQ(log_->bounds(GroupId(2)).last, LogIndex(2));
  EXPECT_TRUE(log_->suspect_ranges().empty());
}

TEST_F(JournalRoom, ASegmentThatFindsNoRoomLeavesTheOneBefore) {
  open();
  const std::string payload(1000, 'p');
  disk_.set_capacity(disk_.used() + 100);
  std::uint64_t written = 0;
  LogRecord next = entry(2, payload);
  while (writer_->write({&next, 1})) {
    ++written;
    next = entry(2, payload);
  }
  EXPECT_GT(written, 5u);
  EXPECT_EQ(segments(), 1u);
  disk_.set_capacity(kMiB);
  write_synced({next});
  EXPECT_EQ(segments(), 2u);
  disk_.crash();
  recover();
  EXPECT_EQ(log_->bounds(GroupId(2)).last, LogIndex(written + 1));
  EXPECT_TRUE(log_->suspect_ranges().empty());
}

TEST_F(JournalRoom, WhatFindsNoRoomIsDurableWhenThereIsSome) {
  segment_bytes_ = 4 * kMiB;
  start(0);
  disk_.set_capacity(600 * 1024);
  ASSERT_TRUE(loop_.run_until([&, ticket = append(1000)] { return ticket_.last == ticket; }));
  EXPECT_EQ(shard_->room(), DiskRoom::kEnough);
  const LogTicket waits = append(kMiB);
  ASSERT_TRUE(becomes(DiskRoom::kExhausted));
  EXPECT_LT(ticket_.last, waits);
  disk_.set_capacity(16 * kMiB);
  ASSERT_TRUE(loop_.run_until([&] { return ticket_.last == waits; }));
  ASSERT_TRUE(becomes(DiskRoom::kEnough));
  journal_->stop();
  disk_.crash();
  recover();
  EXPECT_EQ(log_->bounds(GroupId(2)).last, LogIndex(2));
}

TEST_F(JournalRoom, AStoreThatCannotFlushLeavesNoRoomForAnythingNew) {
  segment_bytes_ = 4 * kMiB;
  start(0);
  is_store_full_ = true;
  journal_->store_room_changed();
  ASSERT_TRUE(becomes(DiskRoom::kShort));
  // What is taken in has to be acknowledged still.
  ASSERT_TRUE(loop_.run_until([&, ticket = append(1000)] { return ticket_.last == ticket; }));
  EXPECT_EQ(shard_->room(), DiskRoom::kShort);
  is_store_full_ = false;
  journal_->store_room_changed();
  ASSERT_TRUE(becomes(DiskRoom::kEnough));
}

TEST_F(JournalRoom, TheReserveIsSeenBeforeTheDiskIsFull) {
  segment_bytes_ = 64 * kMiB;
  disk_.set_capacity(16 * kMiB);
  start(8 * kMiB);
  EXPECT_EQ(shard_->room(), DiskRoom::kEnough);
  int taken = 0;
  while (shard_->room() == DiskRoom::kEnough && ++taken < 40) {
    ASSERT_TRUE(loop_.run_until([&, ticket = append(kMiB)] { return ticket_.last == ticket; }));
    loop_.post([] {});
    loop_.run_until([&] { return true; });
  }
  EXPECT_LT(taken, 12);
  ASSERT_TRUE(becomes(DiskRoom::kShort));
  // A little more than the reserve is not enough yet.
  disk_.set_capacity(64 * kMiB);
  ASSERT_TRUE(becomes(DiskRoom::kEnough));
}

TEST_F(JournalRoom, AFullDiskDoesNotHoldUpTheStop) {
  segment_bytes_ = 4 * kMiB;
  start(0);
  disk_.set_capacity(disk_.used());
  append(kMiB);
  ASSERT_TRUE(becomes(DiskRoom::kExhausted));
  journal_->stop();
  recover();
  EXPECT_FALSE(log_->bounds(GroupId(2)).last) << "it was not acknowledged";
}

TEST_F(JournalRoom, AFailedWriteStopsTheProcess) {
  EXPECT_EXIT(
      {
        start(0);
        disk_.fail_writes();
        append(100);
        loop_.run_until([&] { return bool(ticket_.last); });
      },
      ::testing::ExitedWithCode(74), "writing the journal failed.*Input/output error");
}

TEST_F(JournalRoom, AJournalThatCannotBeReadIsNoEmptyJournal) {
  open();
  write_synced({entry(2, "first")});
  writer_.reset();
  disk_.fail_reads();
  const auto opened = open_with(0);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::kIo);
  EXPECT_THAT(opened.error().text, HasSubstr("Input/output error"));
}

}  // namespace
}  // namespace leat
