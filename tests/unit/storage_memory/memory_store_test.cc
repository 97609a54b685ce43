// If this failed, streams in memory would acknowledge too early, or keep what retention removed.
#include <gtest/gtest.h>

#include <deque>

#include "storage/memory/memory_log_store.h"
#include "storage/memory/memory_message_store.h"

namespace leat {
namespace {

class ManualScheduler : public Scheduler {
 public:
  void post(Task task) override { tasks_.push_back(std::move(task)); }
  void at_turn_end(Task task) override { tasks_.push_back(std::move(task)); }
  TimerId call_at(SteadyNs, Task) override { return TimerId(1); }
  void cancel(TimerId) override {}
  void run() {
    while (!tasks_.empty()) {
      Task task = std::move(tasks_.front());
      tasks_.pop_front();
      task();
    }
  }

 private:
  std::deque<Task> tasks_;
};

struct Tickets : LogListener {
  void durable_through(LogTicket ticket) override { seen.push_back(ticket.value); }
  void must_store(std::span<const GroupId>) override {}
  std::vector<std::uint64_t> seen;
};

TEST(MemoryLogStore, AcknowledgesOnlyWhatWasFlushedAndOnlyLater) {
  ManualScheduler scheduler;
  Tickets tickets;
  MemoryLogStore log(scheduler);
  log.set_listener(tickets);
  EXPECT_EQ(log.append({.group = GroupId(2)}), LogTicket(1));
  EXPECT_EQ(log.append({.group = GroupId(2)}), LogTicket(2));
  scheduler.run();
  EXPECT_TRUE(tickets.seen.empty());
  log.flush();
  EXPECT_TRUE(tickets.seen.empty());
  EXPECT_GT(log.pending_bytes(), 0u);
  log.append({.group = GroupId(2)});
  scheduler.run();
  EXPECT_EQ(tickets.seen, (std::vector<std::uint64_t>{2}));
  log.flush();
  log.flush();
  scheduler.run();
  EXPECT_EQ(tickets.seen, (std::vector<std::uint64_t>{2, 3}));
  EXPECT_EQ(log.pending_bytes(), 0u);
}

WriteSet set_of(GroupId group, std::uint64_t first, std::string_view text) {
  WriteSet set{.group = group, .stored = LogIndex(first)};
  set.blocks.push_back({StreamSeq(first), Bytes::copy_of(text)});
  set.index_rows.push_back({StreamSeq(first), Bytes::copy_of(text)});
  set.pages.push_back({{StatePageKind::kStream, 0, 0}, Bytes::copy_of(text)});
  return set;
}

TEST(MemoryMessageStore, ReadsBackAndDropsBelowTheFloor) {
  ManualScheduler scheduler;
  MemoryMessageStore store(scheduler);
  int written = 0;
  store.write(set_of(GroupId(2), 1, "one"), [&] { ++written; });
  store.write(set_of(GroupId(2), 10, "ten"), [&] { ++written; });
  EXPECT_EQ(written, 0);
  scheduler.run();
  EXPECT_EQ(written, 2);
  EXPECT_EQ(store.read_block(GroupId(2), StreamSeq(1))->view(), "one");

  WriteSet third = set_of(GroupId(2), 20, "twenty");
  third.first_kept = StreamSeq(19);
  store.write(std::move(third), nullptr);
  EXPECT_EQ(store.read_block(GroupId(2), StreamSeq(1)).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(store.read_block(GroupId(2), StreamSeq(10))->view(), "ten");

  std::string read;
  store.read_block(GroupId(2), StreamSeq(20), [&](Result<Bytes> value) { read = value->view(); });
  EXPECT_EQ(read, "");
  scheduler.run();
  EXPECT_EQ(read, "twenty");
  EXPECT_EQ((*store.stored_row(GroupId(2)))->stored, LogIndex(20));
}

TEST(MemoryMessageStore, AnEmptyPageIsADeletedOne) {
  ManualScheduler scheduler;
  MemoryMessageStore store(scheduler);
  store.write(set_of(GroupId(2), 1, "one"), nullptr);
  WriteSet set{.group = GroupId(2)};
  set.pages.push_back({{StatePageKind::kStream, 0, 0}, {}});
  set.pages.push_back({{StatePageKind::kConsumer, 7, 0}, Bytes::copy_of("c")});
  store.write(std::move(set), nullptr);
  std::vector<StatePageKey> keys;
  ASSERT_TRUE(store.scan_state_pages(GroupId(2), [&](const StatePageKey& key, std::string_view) {
    keys.push_back(key);
    return Status();
  }));
  EXPECT_EQ(keys, (std::vector<StatePageKey>{{StatePageKind::kConsumer, 7, 0}}));
}

TEST(MemoryMessageStore, ADeletedStreamLeavesATombstone) {
  ManualScheduler scheduler;
  MemoryMessageStore store(scheduler);
  store.write(set_of(GroupId(2), 1, "one"), nullptr);
  store.write(set_of(GroupId(3), 1, "one"), nullptr);
  store.delete_stream(GroupId(2), nullptr);
  EXPECT_EQ(*store.groups(), (std::vector<GroupId>{GroupId(3)}));
  EXPECT_EQ(*store.deleted_groups(), (std::vector<GroupId>{GroupId(2)}));
  EXPECT_FALSE(*store.stored_row(GroupId(2)));
}

}  // namespace
}  // namespace leat
