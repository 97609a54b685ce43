#pragma once

#include <cstddef>
#include <cstdint>

// Every bound of the house, each with its reason. A queue, cache or loop without a name here has
// no bound, which is a defect. Configurable limits have their defaults here.

namespace leat::limits {

// Client protocol (defaults of the NATS configuration).
inline constexpr std::size_t kControlLineBytes = 4096;
inline constexpr std::size_t kPayloadBytes = 1024 * 1024;
inline constexpr std::size_t kPendingBytes = 64 * 1024 * 1024;
inline constexpr int kConnections = 64 * 1024;
inline constexpr int kPingsOutstanding = 2;
// A header block longer than this cannot be stored (error 10097).
inline constexpr std::size_t kStoredHeaderBytes = 64 * 1024 - 1;
// Decimal sizes in control lines have at most this many digits; more is a protocol error.
inline constexpr int kSizeDigits = 9;

// One turn of the machines: no apply touches more messages before others have their turn.
inline constexpr std::uint32_t kMessagesPerApply = 4096;

// One log entry gathers the commands of a turn up to this size, so that replay and replication
// move in pieces of bounded memory.
inline constexpr std::size_t kEntryBytes = 1024 * 1024;

// Storage: a block closes at this size of messages, or this many of them.
inline constexpr std::size_t kBlockBytes = 64 * 1024;
inline constexpr std::size_t kBlockMessages = 512;

}  // namespace leat::limits
