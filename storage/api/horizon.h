#pragma once

#include <compare>
#include <span>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"

namespace leat {

// What trimming is about: the log may leave behind what the store has flushed, and nothing else.
//
//   write set --ticket--> memory table --flush--> FlushedGroup --> the log drops its oldest segment

// Counts the writes of the store in the order it took them; kept over restarts.
using StoreTicket = StrongId<struct StoreTicketTag>;

// Which hard state of its group this is: they ascend by term, and within a term by `index` (1 once
// a vote is given).
struct HardStatePlace {
  Term term;
  LogIndex index;
  friend auto operator<=>(const HardStatePlace&, const HardStatePlace&) = default;
};

// What the store holds of a group even after a crash: its log is needed from behind it only.
struct FlushedGroup {
  GroupId group = {};
  LogIndex stored = {};
  HardStatePlace hard_state = {};
  bool is_deleted = false;  // nothing of its log is needed any more
};

// Hears what a flush has made durable; called by the store's threads, in order. `through` is the
// newest ticket that is durable.
class FlushListener {
 public:
  virtual ~FlushListener() = default;
  virtual void flushed(std::span<const FlushedGroup> groups, StoreTicket through) = 0;
};

// The payload of a witness record: what the store had flushed when the log dropped a segment. A
// store that comes back with less has lost what the log no longer has.
//   | version 1 (= 1) | 0 7 | ticket 8 |
Bytes encode_witness(StoreTicket flushed);
Result<StoreTicket> decode_witness(std::string_view payload);

}  // namespace leat
