#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "consumers/core/pending.h"
#include "consumers/core/stream_view.h"
#include "core/base/ids.h"

namespace leat {

class ConsumerState;

// When a pending delivery comes due.
struct Deadline {
  WallNs due = 0;
  std::uint64_t order = 0;  // of two with the same due time the one that came first
  StreamSeq sequence{};
  PendingDelivery::Phase phase = PendingDelivery::Phase::kWaiting;
};

// What the leader alone knows of one consumer: when deliveries come due, and, of a consumer that is
// not booked, how far it has sent. Derived from the state when leading begins, neither hashed nor
// stored, and gone with the term. Owned by the selector, which moves it; while it follows a state,
// apply tells it what it has to know. On the stream's thread.
class LeadCursor {
 public:
  LeadCursor() = default;
  ~LeadCursor() { unfollow(); }
  LeadCursor(const LeadCursor&) = delete;
  LeadCursor& operator=(const LeadCursor&) = delete;

  // Apply's changes of `state` are told here from now on, and to nobody else; everything is made
  // anew from it. The state may go before the cursor does.
  void follow(const ConsumerState& state, const StreamView& stream);

  // --- deadlines, as a heap; one holds as long as its delivery still says the same
  bool has_due(WallNs now) const { return !heap_.empty() && heap_.front().due <= now; }
  // The first one, taken out; there is one.
  Deadline pop_deadline();
  // When the first that holds comes due; 0: none.
  WallNs next_deadline();
  // Makes all anew from the state.
  void rebuild_deadlines();
  // Counts how often all were made anew: what was found due before is to be found again.
  std::uint64_t rebuilt() const { return rebuilt_; }

  // --- of a consumer that is not booked
  ConsumerSeq next_consumer() const { return next_consumer_; }
  StreamSeq next_stream() const { return next_stream_; }
  std::size_t latest_position() const { return latest_position_; }
  WallNs at() const { return at_; }
  // Matching messages that were not sent.
  std::uint64_t num_pending() const { return num_pending_; }
  // Whether this message, which matches, is among them.
  bool is_counted(StreamSeq sequence) const;
  // A message was sent; the next one is looked for from `next_stream` on.
  void sent(StreamSeq sequence, StreamSeq next_stream, WallNs now);

 private:
  friend class ConsumerState;
  friend class ConsumerMachine;  // apply

  void unfollow();
  void state_gone() { state_ = nullptr; }
  // --- what apply tells
  void delivery_changed(const PendingDelivery& delivery);
  void recount(const StreamView& stream);
  void stored() { ++num_pending_; }
  void removed();
  void state_moved();
  void purged_all();

  bool holds(const Deadline& deadline) const;
  void push(const Deadline& deadline);

  const ConsumerState* state_ = nullptr;  // null: none yet, or it is gone
  std::vector<Deadline> heap_;
  std::uint64_t order_ = 0;
  std::uint64_t rebuilt_ = 0;
  ConsumerSeq next_consumer_{1};
  StreamSeq next_stream_{1};
  WallNs at_ = 0;
  std::size_t latest_position_ = 0;
  std::uint64_t num_pending_ = 0;
};

}  // namespace leat
