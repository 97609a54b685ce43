#include "streams/host/expiry_timer.h"

#include <algorithm>
#include <optional>

#include "core/base/limits.h"
#include "streams/host/stream.h"

namespace leat {

ExpiryTimer::~ExpiryTimer() {
  if (timer_) stream_.context().scheduler.cancel(timer_);
}

void ExpiryTimer::rearm() {
  if (is_proposed_) return;
  const std::optional<WallNs> next = stream_.machine().next_expiry();
  if (next && timer_ && due_ == *next) return;
  const StreamContext& context = stream_.context();
  if (timer_) context.scheduler.cancel(timer_);
  timer_ = {};
  if (!next) return;
  due_ = *next;
  const SteadyNs now = context.clock.steady_ns();
  const DurationNs wait = std::max<DurationNs>(0, due_ - stream_.now());
  SteadyNs when = now + wait;
  if (last_fired_ != 0) when = std::max(when, last_fired_ + limits::kExpiryIntervalNs);
  timer_ = context.scheduler.call_at(when, [this] { fire(); });
}

void ExpiryTimer::fire() {
  timer_ = {};
  last_fired_ = stream_.context().clock.steady_ns();
  is_proposed_ = true;
  // A timer may come a little before the wall clock has got there.
  const ExpireCommand command{.up_to = std::max(stream_.now(), due_)};
  stream_.propose(command, [this](const CommandReply&) {
    is_proposed_ = false;
    last_fired_ = 0;
    rearm();
  });
}

}  // namespace leat
