#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/base/ids.h"

namespace leat {

// The reply subject of a delivered message, to which its acknowledgement is published:
//
//   $JS.ACK.<stream>.<consumer>.<delivered>.<sseq>.<cseq>.<ts>.<pending>             9 tokens
//   $JS.ACK.<domain|_>.<account hash>.<stream>.<consumer>.<the same five>[.more]    11 or more
//
// Both are read; the first is written. The views point into the subject that was read.
struct AckSubject {
  std::string_view stream{};
  std::string_view consumer{};
  std::uint64_t delivered = 0;  // how often this message was delivered, from 1
  StreamSeq stream_seq{};
  ConsumerSeq consumer_seq{};
  WallNs timestamp = 0;  // when the message was stored
  std::uint64_t pending = 0;
};

// Nothing when the subject has neither form, or holds something that is not a number.
std::optional<AckSubject> parse_ack_subject(std::string_view subject);

// The five numbers and the dots between them need at most this many bytes.
inline constexpr std::size_t kAckNumbersBytes = 5 * 20 + 4;

// Writes the numbers, to follow a prefix `$JS.ACK.<stream>.<consumer>.` that the caller keeps per
// consumer; returns the bytes written. Allocates nothing.
std::size_t format_ack_numbers(const AckSubject& ack, std::span<char, kAckNumbersBytes> out);

// Writes the whole subject into `out` and returns it as a view, empty if `out` is too small.
// Allocates nothing.
std::string_view format_ack_subject(const AckSubject& ack, std::span<char> out);

}  // namespace leat
