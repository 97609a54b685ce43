#include "core/net/connection.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "core/base/check.h"
#include "core/base/limits.h"
#include "core/net/connection_set.h"

namespace leat {

namespace {

using ErrorCode = boost::system::error_code;

// Pieces of one sendmsg; more go out with the next.
constexpr std::size_t kPiecesPerWrite = 256;
// Reads that fill less than a quarter, in a row, before less is asked for.
constexpr int kSmallReadsToShrink = 2;

bool is_later(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

}  // namespace

Connection::Connection(Shard& shard, AcceptedSocket socket, ConnectionSet& owner)
    : shard_(shard),
      owner_(&owner),
      socket_(shard.loop()),
      peer_(socket.peer()),
      deadline_(shard),
      buffer_(limits::kReadBytesMin),
      read_size_(limits::kReadBytesMin) {
  move_into(socket_, std::move(socket));  // failing, start() finds it not open
}

Connection::~Connection() { LEAT_CHECK(handler_ == nullptr) << peer_.host; }

void Connection::start(ConnectionAcceptor& acceptor) {
  if (!socket_.is_open()) {
    stage_ = Stage::kClosed;
    tell_closed(End::kOrderly);
    return;
  }
  handler_ = acceptor.accept(*this);
  if (handler_ == nullptr) {
    break_off(End::kOrderly);
    return;
  }
  wait_readable();
}

void Connection::abandon() {
  deadline_.cancel();
  close_socket();
  owner_ = nullptr;
  if (handler_ == nullptr) return;
  const auto handler = std::move(handler_);
  handler->on_closed(End::kOrderly);
}

void Connection::pause_reading() { is_paused_ = true; }

void Connection::resume_reading() {
  if (!std::exchange(is_paused_, false)) return;
  // Never reads inside the call: the caller is in the middle of something of its own.
  wait_readable();
}

void Connection::wait_readable() {
  if (is_waiting_readable_ || stage_ == Stage::kClosed) return;
  if (is_paused_ && stage_ == Stage::kOpen) return;
  is_waiting_readable_ = true;
  socket_.async_wait(TcpSocket::wait_read, [self = shared_from_this()](const ErrorCode& error) {
    self->is_waiting_readable_ = false;
    if (!error) self->on_readable();
  });
}

void Connection::on_readable() {
  switch (stage_) {
    case Stage::kOpen:
      if (!is_paused_) read_for_handler();
      return;
    case Stage::kFlushing:
    case Stage::kLingering:
      drain();
      return;
    case Stage::kClosed:
      return;
  }
}

// One read for each readiness: the others on this shard have their turn in between.
void Connection::read_for_handler() {
  char* into = buffer_.writable(read_size_);
  const std::size_t room = std::min(buffer_.writable_size(), limits::kReadBytesMax);
  const ssize_t got = ::recv(socket_.native_handle(), into, room, 0);
  if (got < 0 && is_later(errno)) {
    wait_readable();
    return;
  }
  if (got <= 0) {
    break_off(got == 0 ? End::kOrderly : End::kReadFailed);
    return;
  }
  buffer_.commit(static_cast<std::size_t>(got));
  handler_->on_received(buffer_);
  adapt_read_size(room, static_cast<std::size_t>(got));
  if (buffer_.filled().empty()) buffer_ = ByteBuffer(read_size_);
  wait_readable();
}

void Connection::adapt_read_size(std::size_t asked, std::size_t got) {
  if (got == asked) {
    read_size_ = std::min(limits::kReadBytesMax, std::max(read_size_, asked) * 2);
    small_reads_ = 0;
  } else if (got < read_size_ / 4) {
    if (++small_reads_ < kSmallReadsToShrink) return;
    read_size_ = std::max(limits::kReadBytesMin, read_size_ / 2);
    small_reads_ = 0;
  } else {
    small_reads_ = 0;
  }
}

// Nobody reads what still comes; it is taken from the system so that closing does not reset the
// connection under our last words.
void Connection::drain() {
  std::array<char, 16 * 1024> scratch;
  const ssize_t got = ::recv(socket_.native_handle(), scratch.data(), scratch.size(), 0);
  if (got > 0) drained_bytes_ += static_cast<std::size_t>(got);
  const bool is_over = got == 0 || (got < 0 && !is_later(errno));
  if (is_over || drained_bytes_ > limits::kCloseDrainBytes) {
    break_off(End::kOrderly);
    return;
  }
  wait_readable();
}

void Connection::write(std::vector<Bytes> pieces) {
  if (stage_ != Stage::kOpen) return;
  LEAT_CHECK(!is_writing_);
  pieces_ = std::move(pieces);
  piece_ = 0;
  offset_ = 0;
  written_ = 0;
  is_writing_ = true;
  write_some();
}

void Connection::write_some() {
  while (piece_ < pieces_.size()) {
    std::array<iovec, kPiecesPerWrite> vectors;
    const std::size_t count = std::min(kPiecesPerWrite, pieces_.size() - piece_);
    for (std::size_t i = 0; i < count; ++i) {
      const std::string_view piece = pieces_[piece_ + i].view().substr(i == 0 ? offset_ : 0);
      vectors[i] = {.iov_base = const_cast<char*>(piece.data()),
                    .iov_len = piece.size()};  // NOLINT
    }
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = count;
    const ssize_t sent = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && is_later(errno)) {
      wait_writable();
      return;
    }
    if (sent < 0) {
      break_off(End::kWriteFailed);
      return;
    }
    written_ += static_cast<std::size_t>(sent);
    std::size_t left = static_cast<std::size_t>(sent);
    while (piece_ < pieces_.size() && left >= pieces_[piece_].size() - offset_) {
      left -= pieces_[piece_].size() - offset_;
      pieces_[piece_] = Bytes();
      ++piece_;
      offset_ = 0;
    }
    offset_ += left;
  }
  pieces_.clear();
  report_written();
}

void Connection::wait_writable() {
  socket_.async_wait(TcpSocket::wait_write, [self = shared_from_this()](const ErrorCode& error) {
    if (!error && self->stage_ != Stage::kClosed) self->write_some();
  });
}

// Reported in the same turn but not inside write(), whose caller may be amid its own queue.
void Connection::report_written() {
  shard_.at_turn_end([self = shared_from_this()] {
    if (self->stage_ == Stage::kClosed || self->stage_ == Stage::kLingering) return;
    self->is_writing_ = false;
    if (self->stage_ == Stage::kFlushing) {
      self->finish_flush();
    } else {
      self->handler_->on_written(self->written_);
    }
  });
}

void Connection::close(Close how) {
  if (stage_ == Stage::kClosed || stage_ == Stage::kLingering) return;
  if (how == Close::kAtOnce) {
    break_off(End::kOrderly);
    return;
  }
  if (stage_ == Stage::kFlushing) return;
  stage_ = Stage::kFlushing;
  wait_readable();  // a paused connection may have the peer's end waiting
  if (is_writing_) {
    arm_deadline(limits::kCloseFlushNs);
  } else {
    finish_flush();
  }
}

void Connection::finish_flush() {
  stage_ = Stage::kLingering;
  ErrorCode error;
  socket_.shutdown(TcpSocket::shutdown_send, error);
  if (error) {
    break_off(End::kOrderly);
    return;
  }
  tell_closed(End::kOrderly);
  arm_deadline(limits::kCloseLingerNs);
}

void Connection::break_off(End end) {
  if (stage_ == Stage::kClosed) return;
  deadline_.cancel();
  close_socket();
  tell_closed(end);
}

void Connection::close_socket() {
  stage_ = Stage::kClosed;
  ErrorCode ignored;
  socket_.close(ignored);  // waits under way end with an error and see the stage
  pieces_.clear();
}

void Connection::tell_closed(End end) {
  if (std::exchange(end_is_posted_, true) && stage_ != Stage::kClosed) return;
  shard_.post([self = shared_from_this(), end] {
    if (self->handler_ != nullptr) {
      const auto handler = std::move(self->handler_);
      handler->on_closed(end);
    }
    // A lingering connection stays in the set, so that its socket counts and is closed with it.
    if (self->stage_ == Stage::kClosed && self->owner_ != nullptr) {
      std::exchange(self->owner_, nullptr)->remove(*self);
    }
  });
}

void Connection::arm_deadline(DurationNs after) {
  deadline_.arm(shard_.clock().steady_ns() + after, [this] { break_off(End::kOrderly); });
}

}  // namespace leat
