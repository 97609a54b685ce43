// What would be wrong: bytes from a client make the parser read outside them, or how they were cut
// into reads changes what they say.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/check.h"
#include "proto/client/parser.h"

namespace {

// The operations of `input`, told apart by verb and size, read in pieces of `piece` bytes.
std::string read_in_pieces(std::string_view input, std::size_t piece) {
  leat::ClientParser parser;
  parser.rules().headers_allowed = true;
  parser.rules().control_line_bytes_max = 64;
  parser.rules().payload_bytes_max = 64;
  std::string seen;
  std::string held;
  for (std::size_t at = 0; at < input.size(); at += piece) {
    held += input.substr(at, piece);
    while (true) {
      const leat::ParseOutcome outcome = parser.parse(held);
      if (outcome == leat::ParseOutcome::kNeedMore) {
        held.erase(0, parser.consumed_bytes());
        break;
      }
      seen += static_cast<char>('0' + static_cast<int>(outcome));
      if (outcome != leat::ParseOutcome::kOperation) return seen;
      LEAT_CHECK(parser.consumed_bytes() > 0);
      seen += static_cast<char>('a' + static_cast<int>(parser.operation().verb));
      if (parser.operation().verb == leat::ClientVerb::kPublish) {
        seen += parser.operation().frame;
      }
      held.erase(0, parser.consumed_bytes());
    }
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (input.empty()) return 0;
  const std::string whole = read_in_pieces(input, input.size());
  LEAT_CHECK(read_in_pieces(input, 1) == whole);
  LEAT_CHECK(read_in_pieces(input, 7) == whole);
  return 0;
}
