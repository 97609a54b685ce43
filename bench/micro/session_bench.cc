// The price of one message from the bytes of its PUB to the bytes of its MSG: parser, session,
// router, session, out queue; no socket.
#include "core/session/session.h"

#include <benchmark/benchmark.h>

#include <string>

#include "tests/unit/core_session/session_world.h"

namespace leat {
namespace {

void publish_to_subscribers(benchmark::State& state) {
  testing::SessionWorld world;
  constexpr std::string_view kQuiet = R"({"verbose":false,"pedantic":false})";
  testing::MemoryStream& publisher = world.connect_with(kQuiet);
  std::vector<testing::MemoryStream*> subscribers;
  for (int i = 0; i < state.range(1); ++i) {
    subscribers.push_back(&world.connect_with(kQuiet));
    world.say(*subscribers.back(), "SUB orders.*.created 1\r\n");
  }
  const std::string payload(static_cast<std::size_t>(state.range(0)), 'x');
  std::string input;
  std::size_t messages = 0;
  for (; input.size() < 32 * 1024; ++messages) {
    input +=
        "PUB orders.europe.created " + std::to_string(payload.size()) + "\r\n" + payload + "\r\n";
  }
  for (auto _ : state) {
    world.say(publisher, input);
    for (testing::MemoryStream* subscriber : subscribers) subscriber->output.clear();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(messages));
}
BENCHMARK(publish_to_subscribers)->ArgsProduct({{16, 1024}, {0, 1, 4}});

}  // namespace
}  // namespace leat
