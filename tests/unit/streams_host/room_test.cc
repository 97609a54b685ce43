// Wrong here: on a full disk a publish is lost instead of refused, or what is stored cannot be
// read.
#include <gmock/gmock.h>

#include "core/base/limits.h"
#include "tests/unit/streams_host/world.h"

namespace leat {
namespace {

using ::testing::HasSubstr;

class RoomTest : public World {
 protected:
  void SetUp() override {
    make_stream(orders());
    make_consumer("booked", durable("booked"));
    make_consumer("free", durable("free", AckPolicy::kNone));
    for (const char* payload : {"m1", "m2", "m3"}) publish("s.a", payload);
  }
  void room(DiskRoom room) { log_.disk_room = room; }
  std::string publish_answer() {
    const std::vector<Got> got = publish("s.a", "late", "_INBOX.p");
    return got.size() == 1 ? got[0].payload : std::to_string(got.size()) + " answers";
  }
};

TEST_F(RoomTest, WithoutRoomPublishesAreRefusedAndAllElseGoesOn) {
  room(DiskRoom::kShort);
  EXPECT_THAT(publish_answer(), HasSubstr(R"("err_code":10023,"description":"insufficient)"));
  EXPECT_EQ(stream().machine().message_count(), 3u);
  const std::vector<Got> got = pull("booked", R"({"batch":1})");
  ASSERT_EQ(got.size(), 1u);
  publish(got[0].reply, "+ACK");
  EXPECT_EQ(info("booked").ack_floor.stream_seq, StreamSeq(1));
  EXPECT_EQ(pull("free", R"({"batch":1})").size(), 1u);
  EXPECT_EQ(direct(R"({"seq":2})").size(), 1u);
  room(DiskRoom::kEnough);
  EXPECT_THAT(publish_answer(), HasSubstr(R"("seq":4)"));
}

TEST_F(RoomTest, OnAFullDiskNothingIsBookedAndItComesWhenThereIsRoom) {
  room(DiskRoom::kExhausted);
  EXPECT_TRUE(pull("booked", R"({"batch":1,"expires":60000000000})").empty());
  EXPECT_EQ(pull("free", R"({"batch":2})").size(), 2u);
  EXPECT_EQ(direct(R"({"last_by_subj":"s.a"})").size(), 1u);
  shard_.advance(10 * kSecond);
  EXPECT_TRUE(client_->take().empty());
  room(DiskRoom::kEnough);
  shard_.advance(limits::kDiskRoomIntervalMs * kMs);
  EXPECT_EQ(payloads(client_->take()), std::vector<std::string>{"m1"});
}

TEST_F(RoomTest, OnAFullDiskWhoDoesNotWaitIsTold) {
  room(DiskRoom::kExhausted);
  EXPECT_EQ(payloads(pull("booked", R"({"batch":1,"no_wait":true})")),
            std::vector<std::string>{"NATS/1.0 404 No Messages\r\n\r\n"});
}

TEST_F(RoomTest, RemovalsAreAlwaysTakenIn) {
  room(DiskRoom::kExhausted);
  bool is_done = false;
  stream().propose(PurgeCommand{}, [&](const CommandOutcome&) { is_done = true; });
  shard_.run();
  EXPECT_TRUE(is_done);
  EXPECT_EQ(stream().machine().message_count(), 0u);
}

TEST_F(RoomTest, AReaderDoesNotWaitForWhatAFullDiskDoesNotTake) {
  log_.sync_by_itself(nullptr);
  stream().propose(PurgeCommand{}, [](const CommandOutcome&) {});
  int read = 0;
  stream().when_readable([&read](Fate) { ++read; });
  shard_.run();
  EXPECT_EQ(read, 0);
  room(DiskRoom::kExhausted);
  stream().when_readable([&read](Fate) { ++read; });
  EXPECT_EQ(read, 1);
}

TEST_F(RoomTest, AStopDoesNotWaitForAFullDisk) {
  room(DiskRoom::kExhausted);
  log_.sync_by_itself(nullptr);
  stream().propose(PurgeCommand{}, [](const CommandOutcome&) {});
  bool is_stopped = false;
  hosts_->streams.stop([&] { is_stopped = true; });
  shard_.run();
  EXPECT_TRUE(is_stopped);
}

}  // namespace
}  // namespace leat
