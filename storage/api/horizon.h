#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <string_view>

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
  // Whether the store finds room for its flushes may have changed.
  virtual void store_room_changed() = 0;
};

// What the log says about itself and the store before it drops its oldest segments. A store that
// comes back with less than `flushed` has lost what the log no longer has; a log that comes back
// without a segment from `kept_from` on has lost what the store may not have.
struct Witness {
  StoreTicket flushed = {};
  std::uint64_t kept_from = 0;  // number of the oldest segment that stays; 0: not said
  friend bool operator==(const Witness&, const Witness&) = default;
};

// The payload of a witness record. Version 1 ended behind the ticket.
//   | version 1 (= 2) | 0 7 | ticket 8 | kept from 8 |
Bytes encode_witness(const Witness& witness);
Result<Witness> decode_witness(std::string_view payload);

}  // namespace leat
