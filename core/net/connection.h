#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/env/owned_timer.h"
#include "core/net/listener.h"
#include "core/net/tcp_socket.h"
#include "core/runtime/shard.h"
#include "core/session/byte_stream.h"

namespace leat {

class ConnectionSet;

// One TCP connection of a client. Held by its ConnectionSet until it is closed, and by the handlers
// that the loop still has for it; used on its shard's thread.
//
//   open --close(kFlush)--> flushing --all written or kCloseFlushNs--> lingering --peer's end or
//   kCloseLingerNs--> closed          close(kAtOnce), errors and the peer's end lead there directly
//
// The handler is told on_closed when flushing ends or the socket breaks, always from a fresh task
// of the shard, never from inside a call of its own; then it is destroyed. Between calls at most
// one wait for reading and one for writing are under way.
class Connection final : public ByteStream, public std::enable_shared_from_this<Connection> {
 public:
  Connection(Shard& shard, AcceptedSocket socket, ConnectionSet& owner);
  ~Connection() override;

  // Asks `acceptor` for the handler and begins to read.
  void start(ConnectionAcceptor& acceptor);
  // The shard is going away: closes at once and tells the handler inside the call.
  void abandon();

  // ByteStream
  void write(std::vector<Bytes> pieces) override;
  void pause_reading() override;
  void resume_reading() override;
  void close(Close how) override;
  const PeerAddress& peer() const override { return peer_; }

 private:
  friend class ConnectionSet;
  using End = ByteStreamHandler::End;
  enum class Stage { kOpen, kFlushing, kLingering, kClosed };

  void wait_readable();
  void on_readable();
  void read_for_handler();
  void drain();
  void adapt_read_size(std::size_t asked, std::size_t got);
  void write_some();
  void wait_writable();
  void report_written();
  void finish_flush();
  void break_off(End end);
  void close_socket();
  void tell_closed(End end);
  void arm_deadline(DurationNs after);

  Shard& shard_;
  ConnectionSet* owner_;   // null once this has left it
  std::size_t place_ = 0;  // in the owner's list
  TcpSocket socket_;
  PeerAddress peer_;
  std::unique_ptr<ByteStreamHandler> handler_;  // null once it was told on_closed
  Stage stage_ = Stage::kOpen;
  bool is_paused_ = false;
  bool is_waiting_readable_ = false;
  bool end_is_posted_ = false;
  OwnedTimer deadline_;

  // Reading. The buffer has a block only while a part of a message is left in it.
  ByteBuffer buffer_;
  std::size_t read_size_;
  int small_reads_ = 0;  // in a row
  std::size_t drained_bytes_ = 0;

  // Writing: the pieces under way, the first unwritten byte of the first unwritten piece.
  std::vector<Bytes> pieces_;
  std::size_t piece_ = 0;
  std::size_t offset_ = 0;
  std::size_t written_ = 0;
  bool is_writing_ = false;  // from write() until on_written
};

}  // namespace leat
