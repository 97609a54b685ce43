#include "consumers/core/consumer_state.h"

#include <algorithm>

#include "core/base/duration.h"

namespace leat {

ConsumerState::ConsumerState(Identity identity, ConsumerConfig config)
    : identity_(std::move(identity)), config_(std::move(config)), filters_(config_.filters()) {}

bool ConsumerState::is_undelivered(StreamSeq sequence) const {
  if (sequence <= latest_limit_) {
    return std::binary_search(latest_.begin() + static_cast<std::ptrdiff_t>(latest_position_),
                              latest_.end(), sequence);
  }
  return sequence >= next_stream_;
}

bool ConsumerState::is_counted(StreamSeq sequence) const {
  if (is_booked()) return is_undelivered(sequence);
  if (sequence > latest_limit_) return sequence >= std::max(lead_stream_, next_stream_);
  return std::binary_search(latest_.begin() + static_cast<std::ptrdiff_t>(lead_latest_position_),
                            latest_.end(), sequence);
}

bool ConsumerState::needs(StreamSeq sequence) const {
  return is_undelivered(sequence) || is_out(sequence);
}

StreamSeq ConsumerState::first_needed() const {
  StreamSeq first = next_stream_;
  if (latest_position_ < latest_.size()) first = std::min(first, latest_[latest_position_]);
  if (const PendingDelivery* pending = pending_.at_or_after(StreamSeq())) {
    first = std::min(first, pending->stream_seq);
  }
  if (!given_up_.empty()) first = std::min(first, given_up_.begin()->first);
  return first;
}

ConsumerPosition ConsumerState::delivered() const {
  if (is_booked()) {
    return {.consumer_seq = next_consumer_.previous(),
            .stream_seq = next_stream_.previous(),
            .at = delivered_at_};
  }
  return {.consumer_seq = std::max(lead_consumer_, next_consumer_).previous(),
          .stream_seq = std::max(lead_stream_, next_stream_).previous(),
          .at = std::max(lead_at_, delivered_at_)};
}

ConsumerPosition ConsumerState::ack_floor() const {
  if (is_booked()) return floor_;
  // What is not acknowledged counts as acknowledged when it is sent; no ack has a time.
  ConsumerPosition floor = delivered();
  floor.at = 0;
  return floor;
}

std::uint64_t ConsumerState::num_redelivered() const {
  return config_.max_deliver == 1 ? 0 : redelivered_pending_ + given_up_.size();
}

DurationNs ConsumerState::ack_wait(std::uint32_t deliveries) const {
  if (config_.backoff.empty()) return config_.ack_wait;
  const std::size_t step = std::max<std::uint32_t>(deliveries, 1) - 1;
  return config_.backoff[std::min(step, config_.backoff.size() - 1)];
}

WallNs ConsumerState::due(const PendingDelivery& delivery) const {
  if (delivery.phase == PendingDelivery::Phase::kNaked) return delivery.base;
  return time_after(delivery.base, ack_wait(delivery.deliveries));
}

}  // namespace leat
