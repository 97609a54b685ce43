// If this failed, a follower would be sent entries that were taken back, or none, or others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "storage/journal/entry_reader.h"
#include "storage/journal/sync_thread.h"
#include "tests/support/shard_loop.h"
#include "tests/unit/storage_journal/journal_fixture.h"

namespace leat {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t kAll = 1 << 30;

class JournalRead : public testing::JournalFixture {
 protected:
  // "1:payload 2:payload ..." of what a read answers, or its error.
  std::string read(std::uint64_t group, std::uint64_t from, std::size_t bytes = kAll) {
    Result<journal::ReadPlan> plan = writer_->locate(GroupId(group), LogIndex(from));
    return text_of(plan ? reader_.read(*plan, bytes) : tl::unexpected(plan.error()));
  }
  static std::string text_of(const Result<std::vector<LogRecord>>& entries) {
    if (!entries) return entries.error().text;
    std::string text;
    for (const LogRecord& entry : *entries) {
      if (!text.empty()) text += " ";
      text += std::to_string(entry.index.value) + ":" + std::string(entry.payload.view());
    }
    return text;
  }
  void fill_segment(std::uint64_t group) {
    const std::uint64_t segment = writer_->segment();
    while (writer_->segment() == segment) write_synced({entry(group, std::string(1000, 'f'))});
  }
  journal::EntryReader reader_{disk_, testing::kDirectory};
};

TEST_F(JournalRead, EntriesOfOneGroupAreReadFromAnyIndex) {
  open();
  write_synced({entry(2, "a"), entry(3, "x"), entry(2, "b")});
  write_synced({entry(3, "y"), hard_state(2, 4)});
  write({entry(2, "c")});  // not synced
  EXPECT_EQ(read(2, 1), "1:a 2:b 3:c");
  EXPECT_EQ(read(2, 3), "3:c");
  EXPECT_EQ(read(3, 2), "2:y");
  EXPECT_EQ(read(2, 4), "");
  EXPECT_EQ(read(7, 1), "entry 1 of group 7 has left the log");
}

TEST_F(JournalRead, ASizeBoundEndsAReadAndTheNextOneGoesOn) {
  open();
  for (int i = 0; i < 6; ++i) write_synced({entry(2, std::string(100, 'x')), entry(3, "y")});
  const std::string one = std::string(100, 'x');
  EXPECT_EQ(read(2, 1, 300), "1:" + one + " 2:" + one);
  EXPECT_EQ(read(2, 3, 1), "3:" + one) << "one is always answered";
  EXPECT_EQ(read(2, 4), "4:" + one + " 5:" + one + " 6:" + one);
}

TEST_F(JournalRead, SegmentsAreReadOnAndWhatLeftIsSaid) {
  open();
  write_synced({entry(2, "first")});
  fill_segment(3);
  write_synced({entry(2, "second")});
  fill_segment(3);
  write_synced({entry(2, "third")});
  EXPECT_EQ(read(2, 1), "1:first 2:second 3:third");
  const Result<journal::ReadPlan> early = writer_->locate(GroupId(2), LogIndex(1));
  const FlushedGroup flushed[] = {{.group = GroupId(2), .stored = LogIndex(1)},
                                  {.group = GroupId(3), .stored = LogIndex(chains_[3].last)}};
  writer_->flushed(flushed, StoreTicket(5));
  ASSERT_TRUE(writer_->trim());
  EXPECT_EQ(read(2, 1), "entry 1 of group 2 has left the log");
  EXPECT_EQ(read(2, 2), "2:second 3:third");
  // The file of segment 1 waits to be used again, and is then used under another number.
  EXPECT_EQ(reader_.read(*early, kAll).error().kind, ErrorKind::kNotFound);
  fill_segment(3);
  EXPECT_EQ(reader_.read(*early, kAll).error().kind, ErrorKind::kNotFound);
}

TEST_F(JournalRead, WhatWasTakenBackIsNeverAnswered) {
  open();
  write_synced({entry(2, "1"), entry(2, "2"), entry(2, "3")});
  const Chain at_three = chains_[2];
  write_synced({entry(2, "4"), entry(2, "5")});
  fill_segment(3);
  LogRecord cut = truncate(2, at_three);
  const LogRecord four = entry(2, "four");
  write_synced({cut, four});
  EXPECT_EQ(read(2, 1), "1:1 2:2 3:3 4:four");
  EXPECT_EQ(read(2, 4), "4:four");
  EXPECT_EQ(read(2, 5), "");
  open();
  EXPECT_EQ(read(2, 1), "1:1 2:2 3:3 4:four") << "as it is after a restart";
  EXPECT_EQ(entries(2), "1:1 2:2 3:3 4:four");
  // A small bound stops in front of the place that says so.
  EXPECT_EQ(read(2, 3, 1), "3:3");
}

TEST_F(JournalRead, ARestartedLogHasNothingBeforeItsSnapshot) {
  open();
  write_synced({entry(2, "1"), entry(2, "2")});
  write_synced({truncate(2, {.last = 99, .hash = 77})});
  EXPECT_EQ(read(2, 1), "entry 1 of group 2 has left the log");
  EXPECT_EQ(read(2, 100), "");
  write_synced({entry(2, "hundred")});
  EXPECT_EQ(read(2, 100), "100:hundred");
  open();
  EXPECT_EQ(read(2, 2), "entry 2 of group 2 has left the log");
  EXPECT_EQ(read(2, 100), "100:hundred");
}

TEST_F(JournalRead, ADamagedRangeIsNamedAndWhatStandsBeforeItIsAnswered) {
  open();
  write_synced({entry(2, "one")});
  write_synced({entry(2, "two")});
  write_synced({entry(2, "three"), entry(2, "four")});
  write_synced({entry(2, "five")});
  damage(1, "three");
  EXPECT_EQ(read(2, 1), "1:one 2:two");
  EXPECT_THAT(read(2, 3), HasSubstr("group 2, entries 3 to 4: batch 3 in 00000001.log is damaged"));
  EXPECT_THAT(read(2, 4), HasSubstr("group 2, entries 4 to 4: batch 3"));
  EXPECT_EQ(read(2, 5), "5:five");
  open();
  EXPECT_THAT(read(2, 3), HasSubstr("group 2, entries 3 to 4"));
  EXPECT_EQ(read(2, 5), "5:five");
  damage(1, "one");
  EXPECT_THAT(read(2, 1), HasSubstr("group 2, entries 1 to 1"));
  open();
  EXPECT_THAT(read(2, 1), HasSubstr("group 2, entries 1 to 1")) << "damaged, and not trimmed";
  damage(1, "five");
  EXPECT_THAT(read(2, 5), HasSubstr("group 2, entries 5 to 5"));
}

TEST_F(JournalRead, ALostBatchHeaderIsDamageToo) {
  open();
  write_synced({entry(2, "one")});
  write_synced({entry(2, "two")});
  disk_.bytes_of(segment_path(1))[512] = 'x';
  EXPECT_THAT(read(2, 1), HasSubstr("group 2, entries 1 to 1: the batch at 512 in 00000001.log"));
  EXPECT_EQ(read(2, 2), "2:two");
}

TEST_F(JournalRead, AnEntryThatDoesNotConnectIsDamage) {
  open();
  write_synced({entry(2, "one")});
  chains_[2].hash ^= 1;
  write_synced({entry(2, "two")});
  EXPECT_EQ(read(2, 1), "1:one");
  write_synced({entry(2, "three"), entry(2, "four")});
  EXPECT_EQ(read(2, 2), "2:two 3:three 4:four") << "what stands before 2 is the caller's business";
}

TEST_F(JournalRead, AnUnreadableFileIsSaidAndIsNoDamage) {
  open();
  write_synced({entry(2, "one")});
  disk_.fail_reads();
  const Result<journal::ReadPlan> plan = writer_->locate(GroupId(2), LogIndex(1));
  EXPECT_EQ(reader_.read(*plan, kAll).error().kind, ErrorKind::kIo);
}

// Random appends, truncations, snapshots, trims and restarts of several groups over small segments:
// a read, and a recovery, find what a plain list of each group's entries holds.
class Walk : public JournalRead {
 protected:
  struct Model {
    std::map<std::uint64_t, std::string> entries;
    std::map<std::uint64_t, Chain> chains;  // at each of them, and in front of the first
    std::uint64_t stored = 0;
  };

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  Chain& chain(std::uint64_t group) { return chains_[group]; }

  std::vector<LogRecord> some_records() {
    std::vector<LogRecord> records;
    for (std::uint64_t i = 1 + below(4); i > 0; --i) {
      const std::uint64_t group = 2 + below(3);
      Model& model = models_[group];
      model.chains[chain(group).last] = chain(group);
      const std::uint64_t choice = below(12);
      if (choice == 0 && chain(group).last > model.stored) {
        const std::uint64_t last = model.stored + below(chain(group).last - model.stored);
        if (!model.chains.contains(last)) continue;
        records.push_back(truncate(group, model.chains[last]));
        model.entries.erase(model.entries.upper_bound(last), model.entries.end());
        model.chains.erase(model.chains.upper_bound(last), model.chains.end());
      } else if (choice == 1 && below(8) == 0) {
        const Chain snapshot{.last = chain(group).last + 1 + below(3), .hash = random_()};
        records.push_back(truncate(group, snapshot));
        model.entries.clear();
        model.chains = {{snapshot.last, snapshot}};
        model.stored = snapshot.last;
        flush(group);
      } else {
        const std::string payload(1 + below(700), static_cast<char>('a' + below(26)));
        records.push_back(entry(group, payload));
        model.entries[chain(group).last] = payload;
      }
    }
    return records;
  }
  void flush(std::uint64_t group) {
    flushed_.push_back(
        {.group = GroupId(group), .stored = LogIndex(models_[group].stored), .hard_state = {}});
  }
  void store_some() {
    for (auto& [group, model] : models_) {
      if (below(3) != 0 || chain(group).last <= model.stored) continue;
      model.stored += 1 + below(chain(group).last - model.stored);
      flush(group);
    }
    writer_->flushed(flushed_, StoreTicket(1 + below(1000)));
    flushed_.clear();
    ASSERT_TRUE(writer_->trim());
  }
  void check_read(std::uint64_t group) {
    const Model& model = models_[group];
    const std::uint64_t last = chain(group).last;
    const std::uint64_t from = 1 + below(last + 2);
    const Result<journal::ReadPlan> plan = writer_->locate(GroupId(group), LogIndex(from));
    const Result<std::vector<LogRecord>> read =
        plan ? reader_.read(*plan, below(2) == 0 ? kAll : below(3000))
             : tl::unexpected(plan.error());
    if (!read) {
      ASSERT_EQ(read.error().kind, ErrorKind::kNotFound) << read.error().text;
      // After a restart the journal may know nothing of a group of which all has left.
      ASSERT_TRUE(from <= model.stored || from > last)
          << read.error().text << " of " << last << ", stored " << model.stored;
      return;
    }
    ASSERT_EQ(read->empty(), from > last) << "from " << from << " to " << last;
    std::uint64_t index = from;
    for (const LogRecord& record : *read) {
      ASSERT_EQ(record.index.value, index);
      ASSERT_EQ(record.payload.view(), model.entries.at(index)) << "entry " << index;
      ++index;
    }
    reads_ += read->size();
  }
  void check_recovered() {
    for (auto& [group, model] : models_) {
      std::uint64_t index = model.stored + 1;
      const Status replayed =
          log_->replay(GroupId(group), LogIndex(index), [&](const LogRecord& record) {
            EXPECT_EQ(record.index.value, index);
            EXPECT_EQ(record.payload.view(), model.entries[index]) << "entry " << index;
            ++index;
            return Status();
          });
      ASSERT_TRUE(replayed) << replayed.error().text;
      ASSERT_EQ(index, std::max(chain(group).last, model.stored) + 1) << "group " << group;
    }
  }

  std::mt19937_64 random_;
  std::map<std::uint64_t, Model> models_;
  std::vector<FlushedGroup> flushed_;
  std::size_t reads_ = 0;
};

TEST_F(Walk, AReadFindsWhatALogHolds) {
  // GTEST_RANDOM_SEED=n repeats a run.
  const auto seed = static_cast<std::uint64_t>(::testing::UnitTest::GetInstance()->random_seed());
  random_.seed(seed);
  open();
  for (int step = 0; step < 6000 && !HasFatalFailure(); ++step) {
    SCOPED_TRACE("seed " + std::to_string(seed) + " step " + std::to_string(step));
    const std::vector<LogRecord> records = some_records();
    if (!records.empty()) write_synced(records);
    if (below(10) == 0) store_some();
    check_read(2 + below(3));
    if (below(200) != 0) continue;
    writer_.reset();
    disk_.crash();
    open();
    ASSERT_TRUE(log_->suspect_ranges().empty()) << suspect_text(log_->suspect_ranges().front());
    check_recovered();
  }
  EXPECT_GT(reads_, 0u);
}

struct Tickets : LogListener {
  void durable_through(LogTicket ticket) override { last = ticket; }
  void must_store(std::span<const GroupId>) override {}
  LogTicket last;
};

class JournalReadThread : public JournalRead {
 protected:
  void SetUp() override {
    auto opened = open_journal(disk_, {.directory = testing::kDirectory,
                                       .segment_bytes = segment_bytes_,
                                       .random = [this] { return ++life_; }});
    ASSERT_TRUE(opened);
    journal_ = std::move(opened->journal);
    shard_ = journal_->open_shard(loop_);
    shard_->set_listener(tickets_);
  }
  void TearDown() override { journal_->stop(); }
  void ask(std::uint64_t group, std::uint64_t from) {
    shard_->read(GroupId(group), LogIndex(from), kAll,
                 [this](auto entries) { answers_.push_back(text_of(entries)); });
  }

  testing::ShardLoop loop_;
  Tickets tickets_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<LogStore> shard_;
  std::vector<std::string> answers_;
};

TEST_F(JournalReadThread, AReadFindsWhatWasAppendedBeforeIt) {
  shard_->append(entry(2, "one"));
  ask(2, 1);
  shard_->append(entry(2, "two"));
  ask(2, 2);
  ask(3, 1);
  shard_->flush();
  ASSERT_TRUE(loop_.run_until([&] { return answers_.size() == 3; }));
  EXPECT_EQ(answers_[0], "1:one 2:two") << "the turn leaves as a whole";
  EXPECT_EQ(answers_[1], "2:two");
  EXPECT_EQ(answers_[2], "entry 1 of group 3 has left the log");
}

TEST_F(JournalReadThread, WithoutRoomOnTheDiskReadsGoOn) {
  shard_->append(entry(2, "one"));
  shard_->flush();
  ASSERT_TRUE(loop_.run_until([&] { return tickets_.last == LogTicket(1); }));
  disk_.set_capacity(disk_.used());
  shard_->append(entry(2, std::string(1024 * 1024, 'l')));
  ask(2, 1);
  shard_->flush();
  ASSERT_TRUE(loop_.run_until([&] { return !answers_.empty(); }));
  EXPECT_EQ(answers_[0], "1:one");
  EXPECT_EQ(tickets_.last, LogTicket(1));
}

TEST_F(JournalReadThread, TooManyReadsAreRefused) {
  for (std::size_t i = 0; i < limits::kLogReadsPending + 1; ++i) ask(2, 1);
  ASSERT_TRUE(loop_.run_until([&] { return !answers_.empty(); }));
  EXPECT_EQ(answers_[0], "too many reads of the log are waiting");
  shard_->flush();
  ASSERT_TRUE(loop_.run_until([&] { return answers_.size() == limits::kLogReadsPending + 1; }));
}

TEST_F(JournalReadThread, AShardThatIsGoneHearsNothing) {
  shard_->append(entry(2, "one"));
  ask(2, 1);
  shard_->flush();
  shard_.reset();
  journal_->stop();
  bool is_done = false;
  loop_.post([&] { is_done = true; });
  ASSERT_TRUE(loop_.run_until([&] { return is_done; }));
  EXPECT_TRUE(answers_.empty());
}

}  // namespace
}  // namespace leat
