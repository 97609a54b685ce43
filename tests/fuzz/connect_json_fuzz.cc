// What would be wrong: what a stranger sends as CONNECT brings the server down.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "proto/client/connect.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  leat::ConnectOptions options;
  (void)leat::read_connect({reinterpret_cast<const char*>(data), size}, options);
  return 0;
}
