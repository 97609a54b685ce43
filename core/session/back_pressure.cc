#include "core/session/back_pressure.h"

#include <algorithm>
#include <utility>

#include "core/base/limits.h"

namespace leat {

bool BackPressure::unstall(Stall why) {
  if ((stalls_ & why) == 0) return false;
  stalls_ = static_cast<std::uint8_t>(stalls_ & ~why);
  return stalls_ == 0;
}

void BackPressure::settle_reading(ByteStream& stream) {
  if (is_stalled() == is_reading_paused_) return;
  is_reading_paused_ = is_stalled();
  if (is_reading_paused_) {
    stream.pause_reading();
  } else {
    stream.resume_reading();
  }
}

void BackPressure::receiver_is_slow() {
  ++slow_receivers_;
  stall(kReceivers);
}

bool BackPressure::is_too_much_forwarded() const {
  return token_bytes_ + forward_bytes_ >= limits::kForwardedBytes;
}

void BackPressure::forwarded(ShardSet shards, std::size_t bytes) {
  forward_shards_.add(shards);
  forward_bytes_ += bytes;
  if (is_too_much_forwarded()) stall(kForward);
}

ShardSet BackPressure::take_due_token() {
  if (is_token_out_ || forward_bytes_ < limits::kForwardedBytes / 2) return {};
  is_token_out_ = true;
  token_bytes_ = std::exchange(forward_bytes_, 0);
  return std::exchange(forward_shards_, {});
}

bool BackPressure::token_came_back() {
  is_token_out_ = false;
  token_bytes_ = 0;
  return !is_too_much_forwarded() && unstall(kForward);
}

bool BackPressure::hold(const Origin& publisher, PublisherBrake& brake) {
  const bool is_known = std::any_of(held_.begin(), held_.end(), [&](const Publisher& known) {
    return known.connection == publisher.connection;
  });
  if (is_known) return false;
  held_.push_back({publisher.shard, publisher.connection});
  brake.hold(publisher.shard, publisher.connection);
  return true;
}

void BackPressure::release_all(PublisherBrake& brake) {
  for (const Publisher& publisher : held_) brake.release(publisher.shard, publisher.connection);
  held_.clear();
}

}  // namespace leat
