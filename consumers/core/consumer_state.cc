#include "consumers/core/consumer_state.h"

#include <algorithm>

#include "core/base/duration.h"

namespace leat {

ConsumerState::ConsumerState(Identity identity, ConsumerConfig config)
    : identity_(std::move(identity)), config_(std::move(config)), filters_(config_.filters()) {}

ConsumerState::~ConsumerState() {
  if (lead_ != nullptr) lead_->state_gone();
}

std::optional<bool> ConsumerState::is_among_latest(StreamSeq sequence, std::size_t position) const {
  if (sequence > latest_limit_) return std::nullopt;
  return std::binary_search(latest_.begin() + static_cast<std::ptrdiff_t>(position), latest_.end(),
                            sequence);
}

bool ConsumerState::is_undelivered(StreamSeq sequence) const {
  return is_among_latest(sequence, latest_position_).value_or(sequence >= next_stream_);
}

std::uint64_t ConsumerState::count_from(const StreamView& stream, const Place& place) const {
  std::uint64_t count = stream.count(filters_, std::max(place.next_stream, latest_limit_.next()));
  for (std::size_t i = place.latest_position; i < latest_.size(); ++i) {
    if (stream.contains(latest_[i])) ++count;
  }
  return count;
}

std::uint64_t ConsumerState::count_undelivered(const StreamView& stream) const {
  return count_from(stream, {.next_stream = next_stream_, .latest_position = latest_position_});
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
  return {.consumer_seq = next_consumer_.previous(),
          .stream_seq = next_stream_.previous(),
          .at = delivered_at_};
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
