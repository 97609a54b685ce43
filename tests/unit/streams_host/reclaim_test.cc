// Wrong here: messages that left between others keep their room for ever, or take with them what is
// still in the stream or still remembered.
#include "core/base/limits.h"
#include "storage/api/block_format.h"
#include "tests/unit/streams_host/world.h"

namespace leat {
namespace {

constexpr std::uint64_t kPerBlock = limits::kBlockMessages;

class InteriorReclaimTest : public World {
 protected:
  void SetUp() override {
    StreamConfig config;
    config.name = "S";
    config.subjects = {"s.>"};
    config.allow_direct = true;
    config.duplicate_window = kSecond;
    make_stream(std::move(config));
  }
  // Messages up to this one; all but each `keep_each`-th of the second block can be dropped.
  void fill(std::uint64_t last, std::uint64_t keep_each) {
    for (std::uint64_t i = stream().machine().last_sequence().value + 1; i <= last; ++i) {
      const bool is_dropped = i > kPerBlock && i <= 2 * kPerBlock && i % keep_each != 0;
      const std::string headers = is_dropped && i == kPerBlock + 1
                                      ? "NATS/1.0\r\nNats-Msg-Id: first\r\n\r\n"
                                      : std::string();
      publish(is_dropped ? "s.drop" : "s.keep", "m" + std::to_string(i), {}, headers);
    }
  }
  void drop() {
    stream().propose(PurgeCommand{.filter = "s.drop"}, [](const CommandOutcome&) {});
    shard_.run();
  }
  void store() {
    stream().must_store();
    shard_.run();
  }
  std::string payload(std::uint64_t sequence) {
    const std::vector<Got> got =
        publish("$JS.API.DIRECT.GET.S", "{\"seq\":" + std::to_string(sequence) + "}", "_INBOX.d");
    return got.size() == 1 ? got[0].payload : std::to_string(got.size()) + " answers";
  }
  std::size_t messages_in_block(std::uint64_t first) {
    Result<Bytes> value = store_.read_block(kUid, StreamSeq(first));
    if (!value) return 0;
    return BlockReader::open(std::move(*value))->message_count();
  }
  std::vector<std::uint64_t> rows() {
    std::vector<std::uint64_t> firsts;
    EXPECT_TRUE(store_.scan_index_rows(kUid, StreamSeq(0), [&](StreamSeq first, std::string_view) {
      firsts.push_back(first.value);
      return Status();
    }));
    return firsts;
  }
  void expect_kept(std::uint64_t last, std::uint64_t keep_each) {
    for (std::uint64_t i = 1; i <= last; ++i) {
      const bool is_dropped = i > kPerBlock && i <= 2 * kPerBlock && i % keep_each != 0;
      ASSERT_EQ(stream().machine().contains(StreamSeq(i)), !is_dropped) << i;
      if (i % 37 == 0 && !is_dropped) {
        ASSERT_EQ(payload(i), "m" + std::to_string(i));
      }
    }
  }
};

constexpr std::uint64_t kNever = ~std::uint64_t{0};

TEST_F(InteriorReclaimTest, ABlockThatNothingIsLeftInIsDeletedAndItsIdsAreNotForgotten) {
  const std::uint64_t last = 3 * kPerBlock;
  fill(last, kNever);
  ASSERT_EQ(messages_in_block(kPerBlock + 1), kPerBlock);
  drop();
  store();
  EXPECT_EQ(messages_in_block(kPerBlock + 1), 0u);
  EXPECT_EQ(messages_in_block(1), kPerBlock);
  EXPECT_EQ(messages_in_block(2 * kPerBlock + 1), kPerBlock);
  for (int start = 0; start < 2; ++start) {
    expect_kept(last, kNever);
    EXPECT_EQ(rows(), (std::vector<std::uint64_t>{1, kPerBlock + 1, 2 * kPerBlock + 1}));
    const std::string again = "NATS/1.0\r\nNats-Msg-Id: first\r\n\r\n";
    EXPECT_EQ(publish("s.drop", "again", "_INBOX.1", again)[0].payload,
              R"({"stream":"S","seq":513,"duplicate": true})");
    crash_and_restart();
  }
  shard_.advance(2 * kSecond);
  publish("s.keep", "later", {}, "NATS/1.0\r\nNats-Msg-Id: later\r\n\r\n");  // the old id leaves
  store();
  EXPECT_EQ(rows().size(), 3u);
  EXPECT_EQ(rows()[1], 2 * kPerBlock + 1) << "the row of the empty block has gone";
  crash_and_restart();
  expect_kept(last, kNever);
}

TEST_F(InteriorReclaimTest, ABlockThatIsLessThanHalfAliveIsRewritten) {
  const std::uint64_t last = 4 * kPerBlock;
  fill(last, 8);
  drop();
  for (int set = 0; set < 12; ++set) store();
  EXPECT_EQ(messages_in_block(kPerBlock + 1), kPerBlock / 8);
  EXPECT_EQ(messages_in_block(1), kPerBlock);
  expect_kept(last, 8);
  for (int start = 0; start < 2; ++start) {
    crash_and_restart();
    expect_kept(last, 8);
  }
}

TEST_F(InteriorReclaimTest, ABlockIsNotRewrittenWithWhatIsRemovedBehindItsWriteSet) {
  const std::uint64_t last = 3 * kPerBlock;
  fill(last, 8);
  drop();
  for (int set = 0; set < 12; ++set) store();
  // The rest leaves too, and nothing of that is stored before the crash.
  stream().propose(PurgeCommand{.filter = "s.keep", .seq = StreamSeq(2 * kPerBlock + 1)},
                   [](const CommandOutcome&) {});
  shard_.run();
  crash_and_restart();
  EXPECT_EQ(stream().machine().message_count(), kPerBlock);
  EXPECT_EQ(payload(last), "m" + std::to_string(last));
}

TEST_F(InteriorReclaimTest, WhatLeftBeforeItsBlockWasFullIsNeverWritten) {
  for (int i = 0; i < 100; ++i) publish("s.drop", "x");
  publish("s.keep", "kept");
  drop();
  const std::size_t before = rows().size();
  store();
  EXPECT_EQ(rows().size(), before + 1);
  EXPECT_EQ(messages_in_block(1), 1u);
  for (int i = 0; i < 100; ++i) publish("s.drop", "x");
  drop();
  store();
  EXPECT_EQ(rows().size(), before + 1);
  crash_and_restart();
  EXPECT_EQ(stream().machine().message_count(), 1u);
  EXPECT_EQ(stream().machine().last_sequence(), StreamSeq(201));
  EXPECT_EQ(payload(101), "kept");
}

}  // namespace
}  // namespace leat
