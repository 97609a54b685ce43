#include "core/monitor/snapshot.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace leat {
namespace {

void add(SessionCounts& to, const SessionCounts& from) {
  to.in.messages += from.in.messages;
  to.in.bytes += from.in.bytes;
  to.out.messages += from.out.messages;
  to.out.bytes += from.out.bytes;
  to.connections += from.connections;
  to.subscriptions += from.subscriptions;
  to.slow_consumers_pending += from.slow_consumers_pending;
  to.slow_consumers_deadline += from.slow_consumers_deadline;
  to.stale_connections += from.stale_connections;
  to.stalled_publishers += from.stalled_publishers;
}

void add(AccountTraffic& to, const AccountTraffic& from) {
  to.connections += from.connections;
  to.subscriptions += from.subscriptions;
  to.in.messages += from.in.messages;
  to.in.bytes += from.in.bytes;
  to.out.messages += from.out.messages;
  to.out.bytes += from.out.bytes;
  to.slow_consumers += from.slow_consumers;
}

template <typename Value>
void append(std::vector<Value>& to, std::vector<Value>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

void AccountPart::add(AccountPart more) {
  AccountFigures::add(more);
  messages += more.messages;
  bytes += more.bytes;
  append(stream_parts, more.stream_parts);
}

void MonitorSnapshot::add(MonitorSnapshot other) {
  leat::add(counts, other.counts);
  router_subscriptions += other.router_subscriptions;
  interest.add(other.interest);
  append(open, other.open);
  append(closed, other.closed);
  append(damages, other.damages);
  room = std::max(room, other.room);
  for (const auto& [account, part] : other.traffic) leat::add(traffic[account], part);
  for (auto& [name, part] : other.jetstream) jetstream[name].add(std::move(part));
}

AccountPart MonitorSnapshot::jetstream_sum() const {
  AccountPart sum;
  for (const auto& [name, part] : jetstream) {
    sum.AccountFigures::add(part);
    sum.messages += part.messages;
    sum.bytes += part.bytes;
  }
  return sum;
}

}  // namespace leat
