#include "streams/host/held_publishers.h"

#include <algorithm>
#include <utility>

#include "core/base/limits.h"
#include "streams/host/stream.h"

namespace leat {

HeldPublishers::HeldPublishers(Stream& stream)
    : stream_(stream), timer_(stream.context().scheduler) {}

HeldPublishers::~HeldPublishers() {
  timer_.cancel();
  release_all();
}

void HeldPublishers::hold(const Origin& origin) {
  PublisherBrake* brake = stream_.context().brake;
  if (brake == nullptr || origin.connection == ConnectionId()) return;
  const auto at = std::lower_bound(
      held_.begin(), held_.end(), origin.connection,
      [](const Origin& held, ConnectionId connection) { return held.connection < connection; });
  if (at != held_.end() && at->connection == origin.connection) return;
  held_.insert(at, origin);
  brake->hold(origin.shard, origin.connection);
  arm();
}

void HeldPublishers::look_again() {
  if (!held_.empty() && !stream_.is_overloaded()) release_all();
}

void HeldPublishers::arm() {
  if (timer_.is_armed()) return;
  const StreamContext& context = stream_.context();
  timer_.arm(context.clock.steady_ns() + limits::kHeldLookNs, [this] {
    look_again();
    if (!held_.empty()) arm();
  });
}

void HeldPublishers::release_all() {
  for (const Origin& held : std::exchange(held_, {})) {
    stream_.context().brake->release(held.shard, held.connection);
  }
}

}  // namespace leat
