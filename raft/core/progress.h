#pragma once

#include "core/base/ids.h"

namespace leat {

// What a leader knows of one member's log. Owned by the Raft of the leader; rebuilt on each term.
struct Progress {
  NodeId node;
  LogIndex match;  // agrees and is durable there up to here
  LogIndex next;   // the next entry to send

  void acknowledge(LogIndex index) {
    if (index > match) match = index;
    if (next <= match) next = match.next();
  }
};

}  // namespace leat
