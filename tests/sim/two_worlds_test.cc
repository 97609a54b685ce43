// Wrong here: two servers of one process that share anything: random numbers, a log, a clock.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/sim/world.h"

namespace leat::sim {
namespace {

constexpr DurationNs kSlice = 5'000'000;
constexpr int kSlices = 400;

// One server with a client that makes a stream and publishes to it, and that loses power twice.
class Server {
 public:
  explicit Server(std::uint64_t seed) : world_({.seed = seed, .shards = 2}) {}

  void begin() {
    begin_life();
    client_->request("$JS.API.STREAM.CREATE.S", "",
                     R"({"name":"S","subjects":["s"],"storage":"file"})", [](const Delivery&) {});
  }
  void step(int slice) {
    if (slice == 150 || slice == 300) {
      world_.crash(World::Crash::kPower);
      begin_life();
    }
    client_->request("s", "", std::to_string(slice), [this](const Delivery& answer) {
      if (answer.payload.find("\"seq\"") != std::string::npos) ++acknowledged_;
    });
    world_.loop().run_for(kSlice);
  }
  std::string outcome() {
    std::string text = std::to_string(world_.loop().trace_hash()) + " " +
                       std::to_string(acknowledged_) + " acknowledged";
    for (const std::string& violation : world_.violations()) text += "; " + violation;
    return text;
  }
  int acknowledged() const { return acknowledged_; }

 private:
  void begin_life() {
    ASSERT_TRUE(world_.start());
    client_ = &world_.connect();
  }

  World world_;
  SimClient* client_ = nullptr;  // the world's, of this life
  int acknowledged_ = 0;
};

std::string alone(std::uint64_t seed) {
  Server server(seed);
  server.begin();
  for (int slice = 0; slice < kSlices; ++slice) server.step(slice);
  EXPECT_GT(server.acknowledged(), kSlices / 2);
  return server.outcome();
}

TEST(TwoWorlds, DoTogetherWhatEachDoesAlone) {
  const std::vector<std::string> expected = {alone(1), alone(2)};
  EXPECT_NE(expected[0], expected[1]);
  Server first(1);
  Server second(2);
  first.begin();
  second.begin();
  for (int slice = 0; slice < kSlices; ++slice) {
    first.step(slice);
    second.step(slice);
  }
  EXPECT_EQ(first.outcome(), expected[0]);
  EXPECT_EQ(second.outcome(), expected[1]);
}

}  // namespace
}  // namespace leat::sim
