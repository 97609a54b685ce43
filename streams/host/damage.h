#pragma once

#include <string>

#include "core/base/ids.h"

namespace leat {

// What the disk has taken from a stream, in words for a person: the whole of it, which then stays
// away, or some of its messages. Kept by the StreamSet for the life of the process.
struct StreamDamage {
  AccountId account;
  GroupId uid;
  std::string stream;
  std::string text;
  bool is_offline = false;  // nothing of it is served
};

}  // namespace leat
