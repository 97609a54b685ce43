#pragma once

#include <cstdint>
#include <vector>

#include "consumers/core/consumer_state.h"
#include "consumers/core/stream_view.h"
#include "core/base/check.h"
#include "core/base/ids.h"
#include "proto/record/entry.h"

namespace leat {

// Where a consumer begins, as its stream found it.
struct StartPosition {
  StreamSeq next_stream{1};
  // deliver policy last_per_subject: the sequences to begin with, ascending, and the last sequence
  // of the stream at that time.
  std::vector<StreamSeq> latest{};
  StreamSeq latest_limit{};
  std::uint64_t num_pending = 0;
};

// What a command or a removal has ended: the delivery as it was.
struct EndedDelivery {
  bool was_pending = false;
  PendingDelivery delivery{};
};

// What one ack did.
struct AckOutcome {
  bool is_answered = false;
  bool is_naked = false;
  bool is_terminated = false;
  PendingDelivery delivery{};  // of a nak or a termination, before it
};

// What a book did.
struct BookOutcome {
  bool is_refused = false;
  std::uint64_t taken = 0;
};

// The transitions of one consumer's state: what apply does to it. No state of its own; everything
// is deterministic, and nothing here fails.
class ConsumerMachine {
 public:
  static void start(ConsumerState& state, StartPosition position);
  // What is out follows it at once: it comes due by the new ack wait and backoff, is given up by
  // the new max_deliver, and comes again now where it went to another deliver subject.
  static void set_config(ConsumerState& state, ConsumerConfig config, WallNs stamp);

  // A message that matches was stored; false when it lies before the consumer's start.
  static bool stored(ConsumerState& state, StreamSeq sequence) {
    if (!is_counted(state, sequence)) return false;
    if (state.is_booked()) {
      ++state.num_pending_;
    } else if (state.lead_ != nullptr) {
      state.lead_->stored();
    }
    state.is_dirty_ = true;
    return true;
  }
  // A message that matches, or was delivered, has left the stream.
  static EndedDelivery removed(ConsumerState& state, StreamSeq sequence);
  // Everything below `first` was purged, so that nothing is left to deliver or to ack there.
  static void purged_below(ConsumerState& state, StreamSeq first);
  // All messages have gone at once; `next` is the next sequence of the stream.
  static void purged_all(ConsumerState& state, StreamSeq next);

  // Gone deliveries are appended to `gone` as {consumer sequence, stream sequence}.
  struct GonePair {
    ConsumerSeq consumer_seq;
    StreamSeq stream_seq;
  };
  struct BookContext {
    const StreamView& stream;
    WallNs stamp = 0;
    std::vector<GonePair>& gone;
  };
  static BookOutcome book(ConsumerState& state, BookView command, const BookContext& context);

  // Sequences that are acknowledged by it are appended to `acked`.
  static AckOutcome ack(ConsumerState& state, const AckItem& item, WallNs stamp,
                        std::vector<StreamSeq>& acked);
  // A delivery that reached max_deliver; not pending, or with deliveries left, it changes nothing.
  static EndedDelivery give_up(ConsumerState& state, StreamSeq sequence);
  // False when the command is behind the state, or the consumer is booked.
  static bool move_cursor(ConsumerState& state, const CursorCommand& command, WallNs stamp);

  // Counts what is left to deliver anew.
  static void recount(ConsumerState& state, const StreamView& stream);
  // Whether this call of apply names the consumer for the first time.
  static bool mark_woken(ConsumerState& state, std::uint64_t call) {
    if (state.wake_mark_ == call) return false;
    state.wake_mark_ = call;
    return true;
  }

 private:
  // Whether this message, which matches, was not delivered: by the leader's cursor where it is
  // ahead of the state's.
  static bool is_counted(const ConsumerState& state, StreamSeq sequence) {
    const bool leads = !state.is_booked() && state.lead_ != nullptr;
    return leads ? state.lead_->is_counted(sequence) : state.is_undelivered(sequence);
  }
  // A count of nothing came from the disk and is wrong: it must not go below zero.
  static void count_down(ConsumerState& state) {
    if (state.num_pending_ > 0) {
      --state.num_pending_;
    } else {
      state.is_miscounted_ = true;
    }
  }
  static void book_first(ConsumerState& state, StreamSeq sequence, ConsumerSeq number,
                         const BookContext& context);
  static void book_again(ConsumerState& state, StreamSeq sequence, ConsumerSeq number,
                         const BookContext& context);
  static void pass_latest(ConsumerState& state, StreamSeq sequence);
  // It comes due at another time now.
  static void delivery_changed(ConsumerState& state, const PendingDelivery& delivery) {
    if (state.lead_ != nullptr) state.lead_->delivery_changed(delivery);
  }
  static void come_again_now(ConsumerState& state, WallNs stamp);
  static bool forget(ConsumerState& state, StreamSeq sequence);
  static bool settle(ConsumerState& state, StreamSeq sequence, ConsumerSeq consumer_seq);
  static void ack_all(ConsumerState& state, const AckItem& item, std::vector<StreamSeq>& acked);
  static void nak(ConsumerState& state, PendingDelivery delivery, const AckItem& item,
                  WallNs stamp);
  static bool move_floor_to_end(ConsumerState& state);
  static void move_floor(ConsumerState& state, StreamSeq sequence, ConsumerSeq consumer_seq);
  static void raise_floor(ConsumerState& state, StreamSeq sequence, ConsumerSeq number);
};

}  // namespace leat
