#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace leat {

struct PeerAddress {
  std::string host;  // textual IP
  std::uint16_t port = 0;
};

// What a connection's owner (a session) gets from its byte stream, on the shard's thread.
class ByteStreamHandler {
 public:
  virtual ~ByteStreamHandler() = default;
  // Received bytes stand at the end of `buffer`; the handler consumes what it has parsed and leaves
  // the rest. Payloads are shared out of the buffer without a copy. It is the same buffer in every
  // call and stays valid until on_closed: a handler that stopped reading consumes what is left of
  // it on its own before it resumes.
  virtual void on_received(ByteBuffer& buffer) = 0;
  // The write under way has ended; `bytes` of it went out.
  virtual void on_written(std::size_t bytes) = 0;
  // The stream is closed, by either side; nothing is called after this. The handler may be
  // destroyed inside the call.
  enum class End { kOrderly, kReadFailed, kWriteFailed };
  virtual void on_closed(End end) = 0;
};

// One connection as its owner sees it: TCP in core/net, a pipe in the simulator. Owned by the edge
// that made it; valid until on_closed. All calls on the shard's thread.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  // Writes the pieces in order; one write is under way at a time (the caller gathers the rest).
  virtual void write(std::vector<Bytes> pieces) = 0;
  // Back-pressure: no on_received until resumed. Reading starts enabled.
  virtual void pause_reading() = 0;
  virtual void resume_reading() = 0;
  // Closes; with kFlush what is being written is given a short while first.
  enum class Close { kFlush, kAtOnce };
  virtual void close(Close how) = 0;
  virtual const PeerAddress& peer() const = 0;
};

// Makes the handler of a new connection. Called on the shard that will own it.
class ConnectionAcceptor {
 public:
  virtual ~ConnectionAcceptor() = default;
  // Null: refused (the stream is closed at once).
  virtual std::unique_ptr<ByteStreamHandler> accept(ByteStream& stream) = 0;
};

}  // namespace leat
