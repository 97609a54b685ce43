#pragma once

#include <cstdint>
#include <string_view>

#include "core/router/message.h"
#include "proto/api/js_subject.h"

namespace leat {

// Whatever a subscriber stores with its subscription to find it again, such as a slot number.
using SinkCookie = std::uint64_t;

// Takes messages of its subscriptions: a client session, a stream, a host's own inbox.
// Called on the shard's thread, inside publish(); must not publish or change subscriptions of the
// same router from inside the call except through Scheduler::post or at_turn_end.
class Sink {
 public:
  virtual ~Sink() = default;
  // False: not taken (closed, denied, its own echo). Then a queue group asks its next member, and
  // the message does not count as delivered.
  virtual bool deliver(const RoutedMessage& message, SinkCookie cookie) = 0;
};

// The one sink per shard of a kind of JetStream traffic that belongs to a stream of that shard.
class StreamTrafficSink {
 public:
  virtual ~StreamTrafficSink() = default;
  virtual void deliver(const JsSubject& subject, const RoutedMessage& message) = 0;
};

}  // namespace leat
