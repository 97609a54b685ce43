#pragma once

#include <cstddef>
#include <string_view>

#include "core/base/ids.h"
#include "streams/host/stream_listener.h"

namespace leat {

// To whom a consumer delivers: the pulls that wait at it, or its deliver subject. Owned by its
// consumer, on the stream's shard. The pump asks in this order for each message:
//
//   wants_message() -> choose, read, prepare -> next(size) -> send -> sent(size)
class ConsumerEndpoint {
 public:
  virtual ~ConsumerEndpoint() = default;
  // Somebody waits, and may be sent something now.
  virtual bool wants_message() = 0;
  // The subject that gets a message of this size; empty when nobody is left who takes it. Valid
  // until sent().
  virtual std::string_view next(std::size_t message_bytes) = 0;
  virtual void sent(std::size_t message_bytes) = 0;
  // Everything there is was delivered.
  virtual void end_of_stream() = 0;
  // A new turn of the pump: what was known of interest may have changed.
  virtual void begin_turn() = 0;
  // Whether the consumer is in use, so that it is not inactive.
  virtual bool is_in_use() = 0;
  // The consumer is gone, or no longer served here.
  using End = StreamListener::Stop;
  virtual void end(End why) = 0;
};

}  // namespace leat
