#pragma once

#include <map>

#include "consumers/core/consumer_state.h"
#include "consumers/core/pending.h"
#include "core/base/ids.h"
#include "proto/record/entry.h"

namespace leat {

// `+WPI` that came soon after the last one of the same message: kept until a quarter of its ack
// wait has passed, so that a client which says it all the time costs few entries. It is late by at
// most half an ack wait and never lost, so no message comes again earlier than its client expects.
// Owned by its consumer, on the stream's shard; bounded by the pending deliveries.
class ProgressNotes {
 public:
  // True: kept. False: nothing speaks against proposing it now.
  bool keep(const ConsumerState& state, const AckItem& item, WallNs now) {
    if (!is_too_soon(state, item.stream_seq, now)) return false;
    kept_.insert_or_assign(item.stream_seq, item);
    return true;
  }
  // The message was acked, naked or ended: what it was before does not count any more.
  void forget(StreamSeq sequence) { kept_.erase(sequence); }
  bool empty() const { return kept_.empty(); }

  // Gives those whose time has come to `take`; what is no longer pending is forgotten.
  template <typename Take>
  void take_due(const ConsumerState& state, WallNs now, Take&& take) {
    for (auto kept = kept_.begin(); kept != kept_.end();) {
      if (is_too_soon(state, kept->first, now)) {
        ++kept;
        continue;
      }
      if (state.pending().find(kept->first) != nullptr) take(kept->second);
      kept = kept_.erase(kept);
    }
  }

 private:
  static bool is_too_soon(const ConsumerState& state, StreamSeq sequence, WallNs now) {
    const PendingDelivery* pending = state.pending().find(sequence);
    return pending != nullptr && pending->phase == PendingDelivery::Phase::kWaiting &&
           now < pending->base + state.ack_wait(pending->deliveries) / 4;
  }

  std::map<StreamSeq, AckItem> kept_;
};

}  // namespace leat
