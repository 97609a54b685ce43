#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/base/ids.h"
#include "proto/api/errors.h"

namespace leat {

struct PubAck {
  std::string_view stream{};
  std::string_view domain{};  // empty: not shown
  StreamSeq seq{};
  bool is_duplicate = false;
};

// Room that every PubAck fits into, beside six bytes for each byte of the names.
inline constexpr std::size_t kPubAckBytes = 80;

// Writes the answer to a stored publish into `out` and returns it as a view, which is empty if
// `out` is too small. Allocates nothing.
std::string_view format_pub_ack(const PubAck& ack, std::span<char> out);

// The answer to a publish that was refused.
std::string pub_ack_error(std::string_view stream, const ApiError& error);

}  // namespace leat
