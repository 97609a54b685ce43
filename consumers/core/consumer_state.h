#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "consumers/core/filter_set.h"
#include "consumers/core/pending.h"
#include "core/base/ids.h"
#include "proto/api/consumer_config.h"

namespace leat {

// A position of a consumer, as the API shows it.
struct ConsumerPosition {
  ConsumerSeq consumer_seq{};
  StreamSeq stream_seq{};
  WallNs at = 0;  // of the last change; 0: none yet
};

// When a pending delivery comes due. Kept in a heap beside the state, derived from it.
struct Deadline {
  WallNs due = 0;
  std::uint64_t order = 0;  // of two with the same due time the one that came first
  StreamSeq sequence{};
  PendingDelivery::Phase phase = PendingDelivery::Phase::kWaiting;
};

// The heap's top is what comes due first.
inline bool comes_later(const Deadline& a, const Deadline& b) {
  return a.due != b.due ? a.due > b.due : a.order > b.order;
}

// The replicated state of one consumer: changed by the stream's apply only, on the stream's thread;
// read by the consumer's host. The exception is the leader's own cursor of a consumer that is not
// booked, which the selector moves and which is neither hashed nor stored.
class ConsumerState {
 public:
  struct Identity {
    ConsumerId id{};
    std::string name{};
    WallNs created = 0;
  };
  ConsumerState(Identity identity, ConsumerConfig config);

  ConsumerId id() const { return identity_.id; }
  const std::string& name() const { return identity_.name; }
  WallNs created() const { return identity_.created; }
  const ConsumerConfig& config() const { return config_; }
  const FilterSet& filters() const { return filters_; }

  // False for ack policy `none`: deliveries are not booked, the leader's cursor stands for them.
  bool is_booked() const { return config_.ack_policy != AckPolicy::kNone; }

  // The next numbers to be given out, as replicated.
  ConsumerSeq next_consumer() const { return next_consumer_; }
  StreamSeq next_stream() const { return next_stream_; }
  const PendingDeliveries& pending() const { return pending_; }
  // Matching messages that were not delivered once, from the state's cursor; of a consumer that is
  // not booked from the leader's.
  std::uint64_t num_pending() const { return num_pending_; }

  // Whether this message, which is in the stream and matches, was not delivered once.
  bool is_undelivered(StreamSeq sequence) const;
  // Whether this message was delivered and not acknowledged, whatever the filters are now.
  bool is_out(StreamSeq sequence) const {
    return pending_.find(sequence) != nullptr || given_up_.contains(sequence);
  }
  // Whether interest retention must keep this message, which matches, for it.
  bool needs(StreamSeq sequence) const;
  // No message before it is needed.
  StreamSeq first_needed() const;

  // For the API: of a consumer that is not booked as the leader sees it.
  ConsumerPosition delivered() const;
  ConsumerPosition ack_floor() const;
  std::uint64_t num_redelivered() const;

  // How long a message may stay pending after this many deliveries.
  DurationNs ack_wait(std::uint32_t deliveries) const;
  WallNs due(const PendingDelivery& delivery) const;
  bool is_exhausted(std::uint32_t deliveries) const {
    return config_.max_deliver > 0 && deliveries >= config_.max_deliver;
  }

 private:
  // Whether this message is among num_pending().
  bool is_counted(StreamSeq sequence) const;

  friend class ConsumerMachine;  // apply
  friend class Selector;         // the leader's cursor and the heap
  friend class ConsumerPages;    // load and store

  Identity identity_;
  ConsumerConfig config_;
  FilterSet filters_;
  ConsumerSeq next_consumer_{1};
  StreamSeq next_stream_{1};
  ConsumerPosition floor_;
  WallNs delivered_at_ = 0;
  std::uint64_t num_pending_ = 0;
  PendingDeliveries pending_;
  // Messages that reached max_deliver and were not acknowledged: deliveries by sequence.
  std::map<StreamSeq, std::uint32_t> given_up_;
  std::uint64_t redelivered_pending_ = 0;  // of the pending ones, those with more than one delivery
  // deliver policy last_per_subject: messages up to `latest_limit_` that are still to come,
  // ascending from `latest_position_` on.
  std::vector<StreamSeq> latest_;
  std::size_t latest_position_ = 0;
  StreamSeq latest_limit_;
  std::uint64_t generation_ = 0;  // counts the changes of the filters
  bool is_dirty_ = true;

  // Not state: the leader's.
  ConsumerSeq lead_consumer_{1};
  StreamSeq lead_stream_{1};
  WallNs lead_at_ = 0;
  std::size_t lead_latest_position_ = 0;
  std::vector<Deadline> deadlines_;
  std::uint64_t deadline_order_ = 0;
  std::uint64_t deadline_generation_ = 0;  // counts how often the heap was made anew
  std::uint64_t wake_mark_ = 0;            // the call of apply that named it last
};

}  // namespace leat
