#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "consumers/core/filter_set.h"
#include "consumers/core/lead_cursor.h"
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

// The replicated state of one consumer: changed by the stream's apply only, on the stream's thread;
// read by the consumer's host. What the leader knows beyond it is a LeadCursor.
class ConsumerState {
 public:
  struct Identity {
    ConsumerId id{};
    std::string name{};
    WallNs created = 0;
  };
  ConsumerState(Identity identity, ConsumerConfig config);
  ~ConsumerState();
  ConsumerState(const ConsumerState&) = delete;
  ConsumerState& operator=(const ConsumerState&) = delete;

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
  // Matching messages that were not delivered once; only of a booked consumer. What is left for
  // another one is counted by whoever leads, or with count_undelivered().
  std::uint64_t num_pending() const { return num_pending_; }
  // More was delivered or removed than num_pending() promised: what was stored was wrong, and has
  // to be counted anew.
  bool is_miscounted() const { return is_miscounted_; }
  // The same, counted; not cheap.
  std::uint64_t count_undelivered(const StreamView& stream) const;

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

  // What the leader here knows beyond the state; null: no selector is at work.
  const LeadCursor* lead() const { return lead_; }

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
  // A place in the two sequences that are delivered: the list of last_per_subject, then the stream.
  struct Place {
    StreamSeq next_stream;
    std::size_t latest_position = 0;
  };
  // How many messages from there on match.
  std::uint64_t count_from(const StreamView& stream, const Place& place) const;
  // Of a message within the list of last_per_subject: whether it is there from `position` on. None
  // of one behind it.
  std::optional<bool> is_among_latest(StreamSeq sequence, std::size_t position) const;

  friend class ConsumerMachine;  // apply
  friend class ConsumerPages;    // load and store
  friend class Selector;         // reads
  friend class LeadCursor;       // reads

  Identity identity_;
  ConsumerConfig config_;
  FilterSet filters_;
  ConsumerSeq next_consumer_{1};
  StreamSeq next_stream_{1};
  ConsumerPosition floor_;
  WallNs delivered_at_ = 0;
  std::uint64_t num_pending_ = 0;
  bool is_miscounted_ = false;
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

  // Not state.
  std::uint64_t wake_mark_ = 0;         // the call of apply that named it last
  mutable LeadCursor* lead_ = nullptr;  // is told of changes; null: nobody leads here
};

}  // namespace leat
