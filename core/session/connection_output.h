#pragma once

#include <cstddef>
#include <utility>

#include "core/base/ids.h"
#include "core/session/byte_stream.h"
#include "core/session/out_queue.h"

namespace leat {

// The output of one connection: what waits to be written (OutQueue), the one write that is under
// way, and the end of the stream. A member of the connection, on the shard's thread. Of its calls
// write_next() and close() may end the stream, and with it the owner, inside: they come last.
class ConnectionOutput {
 public:
  explicit ConnectionOutput(ByteStream& stream) : stream_(stream) {}

  ByteStream& stream() const { return stream_; }
  OutQueue& queue() { return queue_; }
  const OutQueue& queue() const { return queue_; }
  std::size_t pending_bytes() const { return queue_.pending_bytes(); }
  bool is_writing() const { return queue_.is_writing(); }
  // Whether write_next() would begin a write.
  bool can_write() const { return !is_closed_ && !is_writing() && queue_.has_output(); }
  bool is_empty() const { return !is_writing() && !queue_.has_output(); }

  void write_next(SteadyNs now) {
    write_began_ = now;
    stream_.write(queue_.next_write());
  }
  void written() { queue_.written(); }
  // Whether a write is under way that began `deadline_ns` ago or earlier.
  bool is_late(SteadyNs now, DurationNs deadline_ns) const {
    return is_writing() && now - write_began_ >= deadline_ns;
  }

  // Closes the stream, unless that was done before.
  void close(ByteStream::Close how) {
    if (!std::exchange(is_closed_, true)) stream_.close(how);
  }
  bool is_closed() const { return is_closed_; }

 private:
  ByteStream& stream_;
  OutQueue queue_;
  SteadyNs write_began_ = 0;
  bool is_closed_ = false;
};

}  // namespace leat
