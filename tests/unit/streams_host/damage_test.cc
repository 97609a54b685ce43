// Wrong here: a damaged index row takes its stream away although the block that it describes is
// there, or changes what the stream holds.
#include <algorithm>

#include "core/base/limits.h"
#include "streams/host/stream.h"
#include "tests/unit/streams_host/world.h"

namespace leat {
namespace {

class DamagedRowTest : public World {
 protected:
  static constexpr std::uint64_t kCount = 3 * limits::kBlockMessages + 20;

  static std::string headers_of(std::uint64_t i) {
    if (i % 3 != 0) return {};
    return "NATS/1.0\r\nNats-Msg-Id: id" + std::to_string(i) +
           (i % 2 == 0 ? "\r\nNats-TTL: 1h\r\n\r\n" : "\r\nNats-TTL: never\r\n\r\n");
  }

  // Some blocks with all that an index row tells, some messages gone from between; all stored.
  void fill() {
    StreamConfig config = orders();
    config.allow_msg_ttl = true;
    config.max_age = 2 * 3600 * kSecond;
    make_stream(config);
    for (std::uint64_t i = 1; i <= kCount; ++i) {
      client_->publish("s." + std::to_string(i % 7), "m" + std::to_string(i), {}, headers_of(i));
      if (i % 100 == 0) shard_.run();
    }
    shard_.run();
    make_consumer("c", filtered("c", "s.3"));
    pull("c", R"({"batch":50,"no_wait":true})");
    for (const std::uint64_t gone : {2, 100, 513, 700}) {
      stream().propose(DeleteMessageCommand{.seq = StreamSeq(gone)}, [](const CommandOutcome&) {});
    }
    shard_.run();
    stop_and_restart();
    for_each_row([this](StreamSeq first) { firsts_.push_back(first); });
    ASSERT_GE(firsts_.size(), 3u);
  }
  static ConsumerConfig filtered(std::string name, std::string filter) {
    ConsumerConfig config = durable(std::move(name));
    config.filter_subjects = {std::move(filter)};
    return config;
  }
  template <typename Visit>
  void for_each_row(const Visit& visit) {
    ASSERT_TRUE(store_.scan_index_rows(kUid, StreamSeq(0), [&](StreamSeq first, std::string_view) {
      visit(first);
      return Status();
    }));
  }

  // Everything that is known of the messages and of who reads them.
  std::string all() {
    const StreamMachine& machine = stream().machine();
    std::string out = std::to_string(machine.message_count()) + " " +
                      std::to_string(machine.bytes()) + " " +
                      std::to_string(machine.first_sequence().value) + " " +
                      std::to_string(machine.last_sequence().value) + " " +
                      std::to_string(machine.first_id().value) + "\n";
    for (std::uint64_t i = 1; i <= kCount; ++i) {
      const auto message = machine.message(StreamSeq(i));
      if (!message) continue;
      out += std::to_string(i) + " " + std::string(message->subject) + " " +
             std::to_string(message->size_bytes) + " " + std::to_string(message->time) + "\n";
    }
    const ConsumerInfo consumer = info("c");
    return out + std::to_string(consumer.num_pending) + " " +
           std::to_string(consumer.num_ack_pending);
  }
  std::string duplicate(std::uint64_t i) {
    return publish("s.0", "again", "_INBOX.1", headers_of(i))[0].payload;
  }

  std::vector<StreamSeq> firsts_;  // of the stored blocks
};

TEST_F(DamagedRowTest, ARowIsMadeAnewFromItsBlockAndWrittenAgain) {
  fill();
  const std::string before = all();
  for (const StreamSeq first : firsts_) store_.lost_rows.insert(first);
  crash_and_restart();
  EXPECT_EQ(all(), before);
  EXPECT_TRUE(hosts_->streams.damages().empty());
  EXPECT_EQ(duplicate(300), R"({"stream":"S","seq":300,"duplicate": true})");
  EXPECT_EQ(stream().machine().message(StreamSeq(301))->subject, "s.0");
  stop_and_restart();
  EXPECT_TRUE(store_.lost_rows.empty()) << "a row was not written again";
  EXPECT_EQ(all(), before);
  // Their TTLs are the same.
  shard_.advance(3600 * kSecond + kSecond);
  EXPECT_FALSE(stream().machine().contains(StreamSeq(300)));
  EXPECT_TRUE(stream().machine().contains(StreamSeq(303)));
  shard_.advance(2 * 3600 * kSecond);
  EXPECT_FALSE(stream().machine().contains(StreamSeq(301)));
  EXPECT_TRUE(stream().machine().contains(StreamSeq(303)));
}

TEST_F(DamagedRowTest, ARowThatIsGoneWithItsBlockIsNamedAndTheRestIsServed) {
  fill();
  for (const std::size_t which : {std::size_t{0}, std::size_t{1}}) {
    store_.lost = {firsts_[which]};
    store_.lost_rows = store_.lost;
    const std::uint64_t first = stream().machine().contains(firsts_[which])
                                    ? firsts_[which].value
                                    : firsts_[which].value + 1;
    const std::uint64_t last = firsts_[which + 1].value - 1;
    crash_and_restart();
    ASSERT_EQ(hosts_->streams.damages().size(), 1u);
    EXPECT_EQ(hosts_->streams.damages()[0].extent, StreamDamage::Extent::kMessages);
    EXPECT_EQ(hosts_->streams.damages()[0].text.find("messages " + std::to_string(first) + " to " +
                                                     std::to_string(last) + " ("),
              0u)
        << hosts_->streams.damages()[0].text;
    const StreamMachine& machine = stream().machine();
    EXPECT_FALSE(machine.contains(StreamSeq(first)));
    EXPECT_FALSE(machine.contains(StreamSeq(last)));
    std::uint64_t left = 0;
    std::uint64_t wanted = 0;
    for (std::uint64_t i = 1; i <= kCount; ++i) {
      const auto message = machine.message(StreamSeq(i));
      if (!message) continue;
      EXPECT_NE(message->subject, "$LOST");
      ++left;
      wanted += message->subject == "s.3";
    }
    EXPECT_EQ(machine.message_count(), left);
    const ConsumerInfo consumer = info("c");
    const std::vector<Got> got = pull("c", R"({"batch":2000,"no_wait":true})");
    const auto is_message = [](const Got& one) { return !one.reply.empty(); };
    EXPECT_EQ(std::count_if(got.begin(), got.end(), is_message),
              static_cast<std::ptrdiff_t>(consumer.num_pending));
    EXPECT_LE(consumer.num_pending + consumer.num_ack_pending, wanted);
    EXPECT_EQ(direct("{\"seq\":" + std::to_string(kCount) + "}")[0].payload,
              "m" + std::to_string(kCount));
    stop_and_restart();
    EXPECT_EQ(stream().machine().message_count(), left);
  }
}

}  // namespace
}  // namespace leat
