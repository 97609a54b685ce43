#pragma once

#include "core/base/ids.h"

namespace leat {

// Counts the write sets of the process in the order the store took them.
using StoreTicket = StrongId<struct StoreTicketTag>;

// How the store and the journal tell the hosts of a shard what trimming needs. Called on the
// shard's thread.
class HorizonListener {
 public:
  virtual ~HorizonListener() = default;
  // The group's oldest unstored entry or newest hard state stands in the segment next to leave: it
  // takes its write set soon.
  virtual void must_store(GroupId group) = 0;
};

}  // namespace leat
