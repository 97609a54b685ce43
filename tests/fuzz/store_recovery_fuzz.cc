// What would be wrong: a server that a store with any damage brings down, at its start or when it
// is used, instead of saying what is lost.
#include <algorithm>
#include <cstdint>
#include <string>

#include "core/base/check.h"
#include "core/base/encoding.h"
#include "tests/sim/world.h"

namespace leat::sim {
namespace {

constexpr DurationNs kWhile = 300'000'000;
constexpr int kMessages = 60;
constexpr std::size_t kFlipBytes = 8;
constexpr std::size_t kFlipsMax = 16;

void ask(SimClient& client, const std::string& subject, std::string_view body) {
  client.request(subject, "", body, [](const Delivery&) {});
}

// A stream with a consumer of which some is stored, and some in the journal alone.
void fill(World& world) {
  SimClient& client = world.connect();
  ask(client, "$JS.API.STREAM.CREATE.S",
      R"({"name":"S","subjects":["s.>"],"storage":"file","retention":"limits","max_msgs":50,)"
      R"("discard":"old","num_replicas":1,"allow_direct":true,"duplicate_window":60000000000})");
  world.loop().run_for(kWhile);
  ask(client, "$JS.API.CONSUMER.DURABLE.CREATE.S.c",
      R"({"stream_name":"S","config":{"durable_name":"c","ack_policy":"explicit"}})");
  world.loop().run_for(kWhile);
  for (int i = 0; i < kMessages; ++i) {
    const std::string text = std::to_string(i);
    client.request("s." + std::to_string(i % 7), "NATS/1.0\r\nNats-Msg-Id: " + text + "\r\n\r\n",
                   text, [](const Delivery&) {});
    if (i == kMessages / 2) {
      world.loop().run_for(kWhile);
      for (int stored = 0; stored < 4; ++stored) world.ask_to_store();
      world.loop().run_for(kWhile);
    }
  }
  client.subscribe("got", [&client](const Delivery& delivery) {
    if (delivery.reply.starts_with("$JS.ACK.")) client.publish(delivery.reply, "", "", "+ACK");
  });
  client.publish("$JS.API.CONSUMER.MSG.NEXT.S.c", "got", "", R"({"batch":20,"no_wait":true})");
  world.loop().run_for(kWhile);
  LEAT_CHECK(world.stored_sets() > 1) << "nothing was stored";
}

void use(World& world) {
  SimClient& client = world.connect();
  for (const char* subject : {"$JS.API.STREAM.INFO.S", "$JS.API.CONSUMER.INFO.S.c",
                              "$JS.API.STREAM.LIST", "$JS.API.CONSUMER.LIST.S"}) {
    ask(client, subject, "");
  }
  for (int i = 1; i <= kMessages; i += 3) {
    ask(client, "$JS.API.DIRECT.GET.S", "{\"seq\":" + std::to_string(i) + "}");
  }
  ask(client, "s.1", "more");
  client.publish("$JS.API.CONSUMER.MSG.NEXT.S.c", "nobody", "", R"({"batch":100,"no_wait":true})");
  world.loop().run_for(4 * kWhile);
  ask(client, "$JS.API.STREAM.PURGE.S", "");
  world.loop().run_for(kWhile);
}

void damage(World& world, const char* flip) {
  const auto place = static_cast<std::uint8_t>(flip[0]) % 6;
  const auto which = static_cast<std::uint8_t>(flip[1]);
  const std::uint32_t at = encoding::load<std::uint32_t>(flip + 2);
  const auto mask = static_cast<std::uint8_t>(flip[6] == 0 ? 1 : flip[6]);
  if (place == 0) return world.damage_journal({which, at, mask});
  world.damage(static_cast<SimStoreDisk::Rows>(place - 1), {which, at, mask});
}

}  // namespace
}  // namespace leat::sim

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace leat::sim;
  if (size < 2) return 0;
  const char* bytes = reinterpret_cast<const char*>(data);
  World world({.seed = data[0] % 8U, .shards = 1});
  if (!world.start()) return 0;
  fill(world);
  if (data[1] % 2 == 0) {
    world.stop();
  } else {
    world.crash(World::Crash::kKill);
  }
  const std::size_t flips = std::min((size - 2) / kFlipBytes, kFlipsMax);
  for (std::size_t i = 0; i < flips; ++i) damage(world, bytes + 2 + i * kFlipBytes);
  if (world.start()) use(world);
  world.crash(World::Crash::kPower);
  if (world.start()) use(world);
  return 0;
}
