#pragma once

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "core/base/ids.h"
#include "core/base/ring.h"

namespace leat {

// A message that was delivered and not yet acknowledged.
struct PendingDelivery {
  StreamSeq stream_seq{};
  ConsumerSeq consumer_seq{};  // of the first delivery
  WallNs base = 0;             // when it was booked, or when a nak lets it come again
  std::uint32_t deliveries = 0;
  // kWaiting: it comes again at base + ack wait; kNaked: at base.
  enum class Phase : std::uint8_t { kWaiting = 0, kNaked = 1 };
  Phase phase = Phase::kWaiting;
};

// The pending deliveries of one consumer, ordered by stream sequence and, since first deliveries
// ascend in both, by consumer sequence too. New ones come at the end, removed ones leave a hole
// until the holes are half of it. Part of the consumer's state; remembers which pages changed.
class PendingDeliveries {
 public:
  // Sequences of a state page.
  static constexpr std::uint64_t kPageSequences = 1024;
  static std::uint64_t page_of(StreamSeq sequence) { return sequence.value / kPageSequences; }

  std::uint64_t count() const { return count_; }
  bool empty() const { return count_ == 0; }

  // `delivery` is behind all others.
  void append(const PendingDelivery& delivery);
  const PendingDelivery* find(StreamSeq sequence) const;
  // Changes what changes when a message is delivered again, naked or in progress; it is there.
  void update(const PendingDelivery& delivery);
  // False when it was not there.
  bool erase(StreamSeq sequence);
  void clear();

  // The first one at or behind `from`; null when there is none.
  const PendingDelivery* at_or_after(StreamSeq from) const;

  // Pages that changed since the last call, by number; the caller writes all that lie in them.
  std::set<std::uint64_t> take_dirty_pages();

 private:
  struct Slot {
    PendingDelivery delivery;
    bool is_live = true;
  };
  std::size_t position(StreamSeq sequence) const;
  void mark(StreamSeq sequence);
  void compact();

  Ring<Slot> slots_;
  std::uint64_t count_ = 0;
  std::set<std::uint64_t> dirty_;
  std::uint64_t last_marked_ = ~std::uint64_t{0};
};

}  // namespace leat
