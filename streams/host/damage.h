#pragma once

#include <cstdint>
#include <string>

#include "core/base/ids.h"

namespace leat {

// What the disk has taken from a stream, in words for a person. Kept by the StreamSet for the life
// of the process.
struct StreamDamage {
  AccountId account{};
  GroupId uid{};
  std::string stream{};
  std::string text{};
  enum class Extent : std::uint8_t {
    kMessages,  // some messages, which have left the stream; it goes on without them
    kEnd,       // what came after the messages that are here: they can be read, nothing changes
    kAll,       // nothing of it is served
  };
  Extent extent = Extent::kMessages;
};

}  // namespace leat
