#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/session/byte_stream.h"
#include "tests/sim/sim_loop.h"

namespace leat::sim {

// What a client received on one of its subscriptions.
struct Delivery {
  std::string subject;
  std::string reply;
  std::string headers;
  std::string payload;
};

// A client of the simulated server that speaks the text protocol over a pipe of bytes cut at random
// places and delayed by random times. It lives on one shard of the server and dies with it.
class SimClient final : public ByteStream {
 public:
  using MessageHandler = std::function<void(const Delivery&)>;

  SimClient(SimLoop& loop, SimShard& shard);
  ~SimClient() override;

  // Hands the server's end to its acceptor; false when it was refused.
  bool connect(ConnectionAcceptor& acceptor);
  bool is_open() const { return handler_ != nullptr; }
  // The connection is gone, with all that is on its way in either direction.
  void reset() { close(Close::kAtOnce); }

  void subscribe(const std::string& subject, MessageHandler on_message);
  void publish(const std::string& subject, std::string_view reply, std::string_view headers,
               std::string_view payload);
  // A request with an inbox of its own; the first answer goes to `on_answer`.
  void request(const std::string& subject, std::string_view headers, std::string_view payload,
               MessageHandler on_answer);

  // The server's end.
  void write(std::vector<Bytes> pieces) override;
  void pause_reading() override { is_paused_ = true; }
  void resume_reading() override;
  void close(Close how) override;
  const PeerAddress& peer() const override { return peer_; }

  const std::string& last_error() const { return last_error_; }

 private:
  void send(std::string text);
  void schedule_input();
  void hand_over();
  void parse();
  bool parse_one();
  void take_message(std::string_view line, bool has_headers);

  SimLoop& loop_;
  SimShard& shard_;
  std::string inbox_;  // where answers to requests go, with its last dot
  std::shared_ptr<bool> alive_;
  std::unique_ptr<ByteStreamHandler> handler_;
  PeerAddress peer_{"127.0.0.1", 40000};
  bool is_paused_ = false;
  bool is_input_scheduled_ = false;
  std::string to_server_;
  ByteBuffer server_buffer_;
  std::string from_server_;
  std::size_t parsed_ = 0;  // of from_server_
  std::map<std::uint64_t, MessageHandler> subscriptions_;
  std::unordered_map<std::string, MessageHandler> requests_;
  std::uint64_t next_sid_ = 1;
  std::uint64_t next_request_ = 1;
  std::string last_error_;
};

}  // namespace leat::sim
