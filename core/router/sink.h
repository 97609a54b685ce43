#pragma once

#include <cstdint>
#include <string_view>

#include "core/router/message.h"
#include "proto/api/js_subject.h"

namespace leat {

// Whatever a subscriber stores with its subscription to find it again, such as a slot number.
using SinkCookie = std::uint64_t;

// Takes messages of its subscriptions: a client session, a stream, a host's own inbox.
// Called on the shard's thread, inside publish(), whose match stays open meanwhile: a sink must not
// call the router from inside deliver(), neither to publish nor to answer, subscribe or ask. What
// follows from a message goes through Scheduler::post or at_turn_end. The router checks it.
class Sink {
 public:
  virtual ~Sink() = default;
  // False: not taken (closed, denied, its own echo). Then a queue group asks its next member, and
  // the message does not count as delivered.
  virtual bool deliver(const RoutedMessage& message, SinkCookie cookie) = 0;
};

// The one sink per shard of a kind of JetStream traffic that belongs to a stream of that shard. The
// same holds: it publishes and answers in a later task or at the end of the turn.
class StreamTrafficSink {
 public:
  virtual ~StreamTrafficSink() = default;
  virtual void deliver(const JsSubject& subject, const RoutedMessage& message) = 0;
};

}  // namespace leat
