#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "consumers/core/consumer_state.h"
#include "consumers/core/stream_view.h"
#include "core/base/ids.h"
#include "core/base/ring.h"
#include "proto/record/entry.h"

namespace leat {

// A delivery that may be made now.
struct Selection {
  StreamSeq stream_seq{};
  ConsumerSeq consumer_seq{};
  std::uint32_t deliveries = 0;     // 1: the first
  std::uint64_t pending_after = 0;  // the last token of the ack subject
  // What choosing it moves; the host has no use for it.
  StreamSeq next_stream{};
  WallNs due = 0;
};

enum class SelectOutcome : std::uint8_t {
  kMessage,  // `selection` is the next delivery
  kNothing,  // nothing now: see next_deadline(), and effects.woken
  kFull,     // max_ack_pending reached, and nothing to redeliver: as kNothing
  kMore,     // looked at limits::kMessagesPerSelect places; ask again next turn
};
struct SelectResult {
  SelectOutcome outcome = SelectOutcome::kNothing;
  Selection selection{};
};

// The leader's choice of what one consumer delivers next: redeliveries that are due, then new
// messages by the cursor. Runs ahead of apply by what was accepted and is not booked yet; made when
// this server becomes leader (all earlier entries applied) and dropped with the term. Owned by the
// consumer's host, used on the stream's thread. State and view outlive it.
//
//   choose(now) -> kMessage -> the host has somebody to send it to -> accept(selection) ... ->
//   take_booking() -> proposed as `book` -> apply
class Selector {
 public:
  Selector(const ConsumerState& state, const StreamView& stream);
  Selector(const Selector&) = delete;
  Selector& operator=(const Selector&) = delete;

  // The first message from `from` on that looks like being chosen once; none when there is none
  // near by. A hint for reading ahead: nothing is promised.
  StreamSeq following(StreamSeq from) const;

  // The next delivery; changes nothing that is seen from outside, so it may be asked again.
  SelectResult choose(WallNs now);
  // The delivery that choose() has just named is made.
  void accept(const Selection& selection, WallNs now);

  // What was accepted since the last call, as the command that books it. False when there is
  // nothing, or when the consumer is not booked. The items live until the next call.
  bool take_booking(BookCommand& command);
  // Deliveries that reached max_deliver without an ack, found by choose() and collect_due(); to be
  // proposed. False when there are none.
  bool take_give_up(GiveUpCommand& command);
  // The cursor of a consumer that is not booked, when it moved since the last call; proposed at
  // most once a second, but where the stream keeps messages by interest.
  bool take_cursor(CursorCommand& command);

  // Moves what is due into the queue of redeliveries. True when there is something new to deliver
  // or to give up. choose() does it by itself; a timer for next_deadline() calls this.
  bool collect_due(WallNs now);
  // When something comes due next; 0 = never.
  WallNs next_deadline() { return lead_.next_deadline(); }

  // Matching messages that were not chosen once.
  std::uint64_t num_pending() const;

  // After a booking was refused: everything that was accepted and not booked is chosen anew.
  void reset();

 private:
  void pop_redelivery();

  struct InFlight {
    ConsumerSeq consumer_seq{};
    StreamSeq stream_seq{};
    bool is_redelivery = false;
  };
  struct Redelivery {
    StreamSeq sequence;
    WallNs due = 0;
  };
  void forget_booked();
  bool choose_redelivery(Selection& selection);
  SelectResult choose_new();
  SelectResult choose_latest();
  bool is_full() const;
  std::size_t latest_position() const;
  void choose_anew();
  void forget_chosen();
  void follow_deadlines();

  const ConsumerState& state_;
  const StreamView& stream_;
  LeadCursor lead_;
  ConsumerSeq next_consumer_;
  StreamSeq next_stream_;
  StreamSeq next_stream_latest_;         // in the list of last_per_subject
  StreamSeq scanned_;                    // nothing before it is left to be chosen
  std::uint64_t generation_ = 0;         // of the state's filters
  std::uint64_t deadlines_rebuilt_ = 0;  // as lead_ counts it
  Ring<InFlight> in_flight_;             // accepted, not applied
  std::set<StreamSeq> in_flight_again_;
  std::uint64_t first_in_flight_ = 0;
  // Due, in the order of delivery, from redeliveries_begin_ on.
  std::vector<Redelivery> redeliveries_;
  std::size_t redeliveries_begin_ = 0;
  std::vector<BookItem> accepted_;  // since take_booking()
  ConsumerSeq accepted_from_;
  std::vector<BookItem> booking_;
  std::vector<StreamSeq> give_ups_;  // to be proposed
  std::vector<StreamSeq> giving_up_;
  ConsumerSeq cursor_taken_;
};

}  // namespace leat
