#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/ids.h"
#include "core/base/result.h"

namespace leat {

// What blocks and index rows of the store begin with, little endian:
//
//   0 version u8 | 1 zero | 2 messages u16 | 4 CRC-32C of all other bytes u32 | 8 first sequence
//   u64
//
// What follows it is of its kind.
struct StoredHead {
  static constexpr std::size_t kFirstOffset = 8;
  static constexpr std::size_t kBytes = 16;
  static constexpr std::size_t kMessageCountMax = 0xFFFF;

  std::size_t count = 0;
  StreamSeq first;
};

struct StoredHeadKind {
  std::string_view name;  // as errors say it
  std::uint8_t version = 0;
  std::size_t header_bytes = 0;  // with what is of its kind
};

// Writes the head at the start of `value`, which is whole but for it.
void write_stored_head(char* value, std::size_t size_bytes, const StoredHeadKind& kind,
                       const StoredHead& head);

// kCorruption: too short, or not the bytes that were written. kUnsupported: another version's.
Result<StoredHead> read_stored_head(std::string_view value, const StoredHeadKind& kind);

}  // namespace leat
