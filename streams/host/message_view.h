#pragma once

#include <string_view>

#include "core/base/ids.h"

namespace leat {

// A stored message as a reader finds it. `body` is the header block, then the payload, as one
// piece. The views live as long as what they were read from: at least until the end of the call.
struct MessageView {
  StreamSeq sequence;
  WallNs time = 0;
  std::string_view subject;
  std::string_view headers;
  std::string_view body;

  std::string_view payload() const { return body.substr(headers.size()); }
};

}  // namespace leat
