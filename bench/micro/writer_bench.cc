// The price of one delivery in the client protocol's writer, with the copy of its body.
#include "proto/client/writer.h"

#include <benchmark/benchmark.h>

#include <string>

namespace leat {
namespace {

void write_deliveries(benchmark::State& state) {
  const std::string body(static_cast<std::size_t>(state.range(0)), 'x');
  ByteBuffer out(64 * 1024);
  for (auto _ : state) {
    write_delivery(out, {.subject = "orders.europe.42", .sid = "7"}, body);
    if (out.filled().size() > 32 * 1024) out.consume(out.filled().size());
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(write_deliveries)->Arg(0)->Arg(16)->Arg(128)->Arg(1024)->Arg(16384);

void write_deliveries_with_reply_and_headers(benchmark::State& state) {
  const std::string body = "NATS/1.0\r\nKey: value\r\n\r\npayload";
  ByteBuffer out(64 * 1024);
  for (auto _ : state) {
    write_delivery(out,
                   {.subject = "orders.europe.42",
                    .sid = "7",
                    .reply = "$JS.ACK.ORDERS.worker.1.100.99.1753000000000000000.5",
                    .header_bytes = body.size() - 7},
                   body);
    if (out.filled().size() > 32 * 1024) out.consume(out.filled().size());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(write_deliveries_with_reply_and_headers);

}  // namespace
}  // namespace leat
