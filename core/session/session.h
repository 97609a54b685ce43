#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/lifetime.h"
#include "core/env/owned_timer.h"
#include "core/router/router.h"
#include "core/router/sink.h"
#include "core/session/back_pressure.h"
#include "core/session/byte_stream.h"
#include "core/session/client_rules.h"
#include "core/session/client_subscriptions.h"
#include "core/session/close_reason.h"
#include "core/session/connection_output.h"
#include "core/session/connection_snapshot.h"
#include "core/session/keep_alive.h"
#include "core/session/login.h"
#include "core/session/pong_barrier.h"
#include "core/session/session_set.h"
#include "proto/client/connect.h"
#include "proto/client/parser.h"

namespace leat {

// The client protocol on one connection: what each operation does, and what its parts (login,
// subscriptions, barrier, back-pressure, keep-alive, output) have to do with each other. Owned by
// its byte stream, known to its SessionSet, used on the shard's thread.
//
//   open --CONNECT, or another first operation--> authenticating --identity--> running
//     `----------------------------- errors, limits, the server ------------------------> closing
//
// Input is taken while nothing stalls it. Everything to be written waits for the end of the turn,
// and closing happens there too: no call of the router or of another session ever closes a stream
// or changes a subscription inside. Kept small until CONNECT: idle strangers are cheap.
class Session final : public ByteStreamHandler, public Sink {
 public:
  Session(SessionSet& set, ByteStream& stream, ConnectionId cid);
  ~Session() override;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Sends INFO and starts the timer. With kRefuse the connection is one too many and is closed.
  enum class Admission { kAccept, kRefuse };
  void start(Admission admission);

  // ByteStreamHandler
  void on_received(ByteBuffer& buffer) override;
  void on_written(std::size_t bytes) override;
  void on_closed(End end) override;

  // Sink
  bool deliver(const RoutedMessage& message, SinkCookie cookie) override;

  ConnectionId cid() const { return cid_; }
  // What its log lines begin with: address, id, client and user as far as they are known.
  std::string log_prefix() const;
  bool is_running() const { return state_ == State::kRunning; }
  bool is_closing() const { return state_ == State::kClosing || state_ == State::kDetached; }
  bool is_writing() const { return output_.is_writing(); }
  ConnectionSnapshot snapshot(SessionSet::Detail detail) const;

  // --- What its set asks of it.
  void end_turn();  // may destroy this
  // The end begins; the rest happens at the end of the turn, outside of the router and of others.
  void close(CloseReason reason);
  void close_with_error(std::string_view text, CloseReason reason);
  // Closes it when the write under way takes too long.
  void check_write(SteadyNs now);
  // A subscriber of what it publishes is slow, and has caught up; they are counted.
  void stall_for_receiver();
  void unstall_for_receiver();
  void detach();  // the set is going away
  // Nobody took a request of this connection: its own plain subscription that waits for the answer
  // hears so, past its maximum, its permissions and echo.
  void send_no_responders(std::string_view subject, std::string_view reply);
  enum class InfoKind { kFirst, kConnected, kLameDuck };
  // Only to clients that have said that they understand more than the first INFO, and not before
  // they have had the answer to their first PING.
  void announce(InfoKind kind);
  // A reload: its settings are others, and its identity may be.
  void settings_changed();
  void ask_again();

 private:
  enum class State : std::uint8_t { kOpen, kAuthenticating, kRunning, kClosing, kDetached };
  using Stall = BackPressure::Stall;

  // Input (session.cc).
  void process_input();
  bool may_begin(char first);
  bool take_operation(ByteBuffer& buffer);
  void handle(const ClientOperation& operation, const ByteBuffer& buffer);
  void handle_info(std::string_view json);
  void refuse(ParseOutcome outcome);
  void stall(Stall why);
  void settle_reading();
  void tear_down();

  // CONNECT and who this is (session_connect.cc).
  void handle_connect(std::string_view json);
  void authenticate();
  void identified(Result<Identity> identity);
  void rechecked(Result<Identity> identity);
  void take_identity(Identity identity, Login::Change change);
  void finish_connect();
  void authorization_violation();
  Credentials credentials() const;
  std::string info_text(InfoKind kind) const;

  // PUB, SUB, UNSUB and deliveries (session_messages.cc).
  void publish(const ClientOperation& operation, const ByteBuffer& buffer);
  std::string_view routed_subject(std::string_view subject, std::string& buffer) const;
  void send_due_token();
  void subscribe(const ClientOperation& operation);
  void unsubscribe(const ClientOperation& operation);
  void interest_changed(bool has_changed);  // the other shards are being told
  void drop_forbidden_subscriptions();
  void output_grew(const Origin& origin);

  // PING, PONG, the timer and output (session_output.cc).
  void handle_ping();
  void barrier_passed();
  void pong();
  void set_timer(SteadyNs when);
  void on_timer();
  void ping_if_quiet();
  ByteBuffer& answers();
  void answered();
  void ok();
  void error(std::string_view text);
  bool is_behind() const;  // above three quarters of what may be pending
  void write_next();

  const SessionSettings& settings() const { return set_->settings(); }
  ClientRules rules() const { return ClientRules(login_, settings()); }
  const SessionHosts& hosts() const { return set_->hosts(); }
  SteadyNs now() const { return hosts().clock.steady_ns(); }
  // For callbacks that may come when this has gone.
  WeakRef<Session> ref();

  SessionSet* set_;
  ConnectionId cid_;
  State state_ = State::kOpen;
  CloseReason reason_ = CloseReason::kNone;
  // What holds of the connection's life.
  bool is_dirty_ = false;      // the set will call end_turn
  bool is_torn_down_ = false;  // nothing is subscribed or counted any more
  bool is_processing_ = false;
  bool is_counted_ = false;  // in the ledger
  bool was_active_ = false;  // since input was last taken
  // What holds of CONNECT; the flags of its options stand in connect_ and here for speed.
  bool awaits_connect_ = false;  // it has to come before the timer
  bool is_connected_ = false;    // CONNECT was received and accepted
  bool has_had_pong_ = false;    // after CONNECT
  bool is_verbose_ = true;
  bool is_pedantic_ = true;
  bool has_echo_ = true;
  bool has_headers_ = false;
  bool has_no_responders_ = false;

  ClientParser parser_;
  ByteBuffer* input_ = nullptr;              // the stream's; set by the first read
  std::unique_ptr<ConnectOptions> connect_;  // null before CONNECT
  Login login_;
  ClientSubscriptions subscriptions_;
  PongBarrier barrier_;
  BackPressure back_pressure_;
  KeepAlive keep_alive_;
  ConnectionOutput output_;

  WallNs start_ = 0;
  WallNs last_activity_ = 0;          // as monitoring shows it: deliveries count
  std::uint64_t active_through_ = 0;  // the delivery that it is the time of
  TrafficCount in_count_;
  TrafficCount out_count_;
  OwnedTimer timer_;
  std::unique_ptr<Lifetime<Session>> lifetime_;  // null: nobody has asked for a reference
};

}  // namespace leat
