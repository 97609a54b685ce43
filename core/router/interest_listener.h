#pragma once

#include <string_view>

#include "core/base/ids.h"

namespace leat {

// Told when the first subscriber of a watched literal subject comes or the last one goes, on any
// shard. Used by push consumers for their deliver subject and queue group.
class InterestListener {
 public:
  virtual ~InterestListener() = default;
  virtual void interest_changed(AccountId account, std::string_view subject) = 0;
};

}  // namespace leat
