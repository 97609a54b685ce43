// If this failed, a publish would be acknowledged before it is on disk, or never.
#include "storage/journal/sync_thread.h"

#include <gtest/gtest.h>

#include "tests/support/shard_loop.h"
#include "tests/unit/storage_journal/journal_fixture.h"

namespace leat {
namespace {

struct LastTicket : LogListener {
  void durable_through(LogTicket ticket) override {
    EXPECT_GT(ticket, last);
    last = ticket;
  }
  void must_store(std::span<const GroupId> groups) override {
    asked.insert(asked.end(), groups.begin(), groups.end());
  }
  LogTicket last;
  std::vector<GroupId> asked;
};

class JournalSyncThread : public testing::JournalFixture {
 protected:
  std::unique_ptr<Journal> start(DurationNs sync_interval_ns) {
    auto opened = open_journal(disk_, {.directory = testing::kDirectory,
                                       .sync_interval_ns = sync_interval_ns,
                                       .segment_bytes = segment_bytes_,
                                       .random = [this] { return ++life_; }});
    EXPECT_TRUE(opened);
    log_ = std::move(opened->recovered);
    return std::move(opened->journal);
  }
};

TEST_F(JournalSyncThread, WhatIsNamedDurableSurvivesACrash) {
  auto journal = start(0);
  leat::testing::ShardLoop loops[2];
  LastTicket tickets[2];
  std::unique_ptr<LogStore> shards[2];
  for (int i = 0; i < 2; ++i) {
    shards[i] = journal->open_shard(loops[i]);
    shards[i]->set_listener(tickets[i]);
  }
  for (std::uint64_t turn = 1; turn <= 50; ++turn) {
    for (std::uint64_t i = 0; i < 2; ++i) {
      shards[i]->append(entry(2 + i, "x"));
      EXPECT_EQ(shards[i]->append(entry(4 + i, "y")), LogTicket(2 * turn));
      EXPECT_GT(shards[i]->pending_bytes(), 0u);
      shards[i]->flush();
    }
    for (std::uint64_t i = 0; i < 2; ++i) {
      ASSERT_TRUE(loops[i].run_until([&] { return tickets[i].last == LogTicket(2 * turn); }));
      EXPECT_EQ(shards[i]->pending_bytes(), 0u);
    }
  }
  journal->stop();
  disk_.crash();
  recover();
  for (std::uint64_t group = 2; group < 6; ++group) {
    EXPECT_EQ(log_->bounds(GroupId(group)).last, LogIndex(50)) << group;
  }
}

TEST_F(JournalSyncThread, ALargeFlushIsCutIntoBatchesAndKeepsItsOrder) {
  segment_bytes_ = limits::kJournalSegmentBytes;
  auto journal = start(0);
  leat::testing::ShardLoop loop;
  LastTicket ticket;
  auto shard = journal->open_shard(loop);
  shard->set_listener(ticket);
  const std::string payload(limits::kJournalBatchBytes / 3, 'p');
  for (int i = 0; i < 8; ++i) shard->append(entry(2, payload));
  shard->flush();
  ASSERT_TRUE(loop.run_until([&] { return ticket.last == LogTicket(8); }));
  journal->stop();
  recover();
  EXPECT_EQ(log_->bounds(GroupId(2)).last, LogIndex(8));
  EXPECT_TRUE(log_->suspect_ranges().empty());
  EXPECT_GT(end_.next_batch, 3u);
}

TEST_F(JournalSyncThread, SyncIntervalHoldsForEntriesAndNeverForVotes) {
  auto journal = start(3600ll * 1'000'000'000);
  leat::testing::ShardLoop loop;
  LastTicket ticket;
  auto shard = journal->open_shard(loop);
  shard->set_listener(ticket);
  const int syncs = disk_.syncs();
  for (std::uint64_t i = 1; i <= 5; ++i) {
    shard->append(entry(2, "unsynced"));
    shard->flush();
    ASSERT_TRUE(loop.run_until([&] { return ticket.last == LogTicket(i); }));
  }
  EXPECT_EQ(disk_.syncs(), syncs);
  shard->append(hard_state(2, 4));
  shard->flush();
  ASSERT_TRUE(loop.run_until([&] { return ticket.last == LogTicket(6); }));
  EXPECT_EQ(disk_.syncs(), syncs + 1);
  shard->append(entry(2, "last"));
  shard->flush();
  journal->stop();
  // A clean stop leaves nothing unsynced.
  disk_.crash();
  recover();
  EXPECT_EQ(log_->bounds(GroupId(2)).last, LogIndex(6));
}

TEST_F(JournalSyncThread, AShortSyncIntervalSyncsWithoutFurtherWork) {
  auto journal = start(1'000'000);
  leat::testing::ShardLoop loop;
  LastTicket ticket;
  auto shard = journal->open_shard(loop);
  shard->set_listener(ticket);
  shard->append(entry(2, "soon"));
  shard->flush();
  ASSERT_TRUE(loop.run_until([&] { return ticket.last == LogTicket(1); }));
  journal->stop();
  disk_.crash();
  recover();
  EXPECT_EQ(entries(2), "1:soon");
}

TEST_F(JournalSyncThread, AFailedSyncStopsTheProcess) {
  EXPECT_EXIT(
      {
        auto journal = start(0);
        leat::testing::ShardLoop loop;
        LastTicket ticket;
        auto shard = journal->open_shard(loop);
        shard->set_listener(ticket);
        disk_.fail_syncs();
        shard->append(entry(2, "x"));
        shard->flush();
        loop.run_until([&] { return bool(ticket.last); });
      },
      ::testing::ExitedWithCode(74), "syncing the journal failed, the server stops: sync");
}

}  // namespace
}  // namespace leat
