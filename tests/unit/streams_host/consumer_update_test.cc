// Wrong here: an update of a consumer that holds only for what is delivered later.
#include <utility>

#include "core/base/duration.h"
#include "tests/unit/streams_host/world.h"

namespace leat {
namespace {

class ConsumerUpdateTest : public World {
 protected:
  void SetUp() override {
    make_stream(orders());
    config_ = durable("u");
    config_.ack_wait = 20 * kSecond;
    make_consumer("u", config_);
    publish("s.a", "m1");
    EXPECT_EQ(pull("u", R"({"batch":1})").size(), 1u);
  }
  void update() { make_consumer("u", config_); }
  bool wait_for_message() { return !pull("u", R"({"batch":1,"expires":60000000000})").empty(); }

  ConsumerConfig config_;
};

TEST_F(ConsumerUpdateTest, ALowerAckWaitHoldsForWhatIsOut) {
  EXPECT_FALSE(wait_for_message());
  config_.ack_wait = 1 * kSecond;
  update();
  shard_.advance(1100 * kMs);
  EXPECT_EQ(client_->take().size(), 1u);
}

TEST_F(ConsumerUpdateTest, ALowerMaxDeliverHoldsForWhatIsOut) {
  EXPECT_FALSE(wait_for_message());
  config_.max_deliver = 1;
  update();
  shard_.advance(25 * kSecond);
  EXPECT_TRUE(client_->take().empty());
  EXPECT_EQ(info("u").num_ack_pending, 0u);
}

// What says that it is in progress is kept for a quarter of the ack wait, which may have got
// shorter.
TEST_F(ConsumerUpdateTest, ProgressThatWasKeptIsInTimeForALowerAckWait) {
  const std::string ack = "$JS.ACK.S.u.1.1.1.1.0";
  shard_.advance(6 * kSecond);
  publish(ack, "+WPI");
  shard_.advance(500 * kMs);
  publish(ack, "+WPI");  // soon after the last one: kept
  config_.ack_wait = 2 * kSecond;
  update();
  shard_.advance(1 * kSecond);
  EXPECT_FALSE(wait_for_message());
  shard_.advance(1200 * kMs);  // it was said to be in progress after the update
  EXPECT_TRUE(client_->take().empty());
}

TEST_F(ConsumerUpdateTest, AStartTimeThatNoClockReachesIsAtAnEnd) {
  for (const auto& [time, count] : {std::pair{kEarliestTime, 1u}, std::pair{kLatestTime, 0u}}) {
    ConsumerConfig config = durable("t" + std::to_string(count));
    config.deliver_policy = DeliverPolicy::kByStartTime;
    config.opt_start_time = time;
    make_consumer(config.durable_name, config);
    EXPECT_EQ(pull(config.durable_name, R"({"batch":1,"no_wait":true})").at(0).headers.empty(),
              count == 1);
  }
}

}  // namespace
}  // namespace leat
