#include "streams/host/expiry_timer.h"

#include <algorithm>
#include <optional>

#include "core/base/limits.h"
#include "streams/host/stream.h"
#include "streams/host/stream_leader.h"

namespace leat {

ExpiryTimer::ExpiryTimer(StreamLeader& leader)
    : leader_(leader), stream_(leader.stream()), timer_(stream_.context().scheduler) {}

void ExpiryTimer::clock_was_set() {
  timer_.cancel();
  rearm();
}

void ExpiryTimer::rearm() {
  if (is_proposed_) return;
  const std::optional<WallNs> next = stream_.machine().next_expiry();
  // A timer that comes too early looks again; one that would come too late is replaced.
  if (next && timer_.is_armed() && due_ <= *next) return;
  timer_.cancel();
  if (!next) return;
  due_ = *next;
  SteadyNs when = stream_.steady_at(due_);
  if (last_fired_ != 0) when = std::max(when, last_fired_ + limits::kExpiryIntervalNs);
  timer_.arm(when, [this] { fire(); });
}

void ExpiryTimer::fire() {
  const std::optional<WallNs> next = stream_.machine().next_expiry();
  // A timer may come a little before the wall clock has got there.
  const WallNs up_to = std::max(stream_.now(), due_);
  if (!next || *next > up_to) {
    rearm();
    return;
  }
  last_fired_ = stream_.context().clock.steady_ns();
  is_proposed_ = true;
  const auto on_outcome = [this](const CommandOutcome& outcome) {
    is_proposed_ = false;
    // Cut short by the bound of one apply: the rest follows at once.
    if (outcome.is_applied() && outcome.reply->count >= limits::kMessagesPerApply) last_fired_ = 0;
    rearm();
  };
  stream_.propose(ExpireCommand{.up_to = up_to}, leader_.while_leading(on_outcome));
}

}  // namespace leat
