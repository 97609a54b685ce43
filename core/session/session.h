#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/env/owned_timer.h"
#include "core/router/message.h"
#include "core/router/router.h"
#include "core/router/sink.h"
#include "core/session/authenticator.h"
#include "core/session/byte_stream.h"
#include "core/session/close_reason.h"
#include "core/session/connection_snapshot.h"
#include "core/session/out_queue.h"
#include "core/session/permission_check.h"
#include "core/session/session_set.h"
#include "core/session/subscription_table.h"
#include "proto/client/connect.h"
#include "proto/client/parser.h"

namespace leat {

// One client connection. Owned by its byte stream, known to its SessionSet, used on the shard's
// thread.
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
  bool is_closing() const { return state_ == State::kClosing || state_ == State::kDetached; }

 private:
  friend class SessionSet;

  enum class State : std::uint8_t { kOpen, kAuthenticating, kRunning, kClosing, kDetached };
  // Why no input is taken, one bit each.
  enum Stall : std::uint8_t {
    kStallAuthentication = 1,
    kStallBarrier = 2,    // a PONG waits for other shards, and more than that has to wait for it
    kStallReceivers = 4,  // subscribers of what this connection publishes are slow
    kStallForward = 8,    // too much is under way to other shards
  };

  // Called by the set.
  void end_turn();  // may destroy this
  void close(CloseReason reason);
  void check_write(SteadyNs now);
  void stall_for_receiver();
  void unstall_for_receiver();
  void detach();  // the set is going away
  void send_no_responders(std::string_view subject, std::string_view reply);
  enum class InfoKind { kFirst, kConnected, kLameDuck };
  void announce(InfoKind kind);
  void settings_changed();
  ConnectionSnapshot snapshot(SessionSet::Detail detail) const;

  // Input.
  void process_input();
  bool may_begin(char first);
  bool take_operation(ByteBuffer& buffer);
  void handle(const ClientOperation& operation, const ByteBuffer& buffer);
  void refuse(ParseOutcome outcome);
  void stall(Stall why);
  void unstall(Stall why);
  void update_reading();

  // CONNECT and who this is.
  void handle_connect(std::string_view json);
  void authenticate();
  void identified(Result<Identity> identity);
  void ask_again();  // called by the set after a reload
  void rechecked(Result<Identity> identity);
  void take_identity(Identity identity);
  void finish_connect();
  void authorization_violation();
  Credentials credentials() const;
  std::string info_text(InfoKind kind) const;

  // PUB, HPUB.
  void publish(const ClientOperation& operation, const ByteBuffer& buffer);
  bool may_publish(const ClientOperation& operation);
  std::string_view routed_subject(std::string_view subject, std::string& room) const;
  void forwarded(ShardSet shards, std::size_t bytes);
  void forward_token();
  void token_came_back();

  // SUB, UNSUB.
  void subscribe(const ClientOperation& operation);
  bool may_subscribe(const ClientOperation& operation);
  std::size_t subscriptions_max() const;
  void unsubscribe(const ClientOperation& operation);
  void remove_subscription(SubscriptionTable::Slot slot);
  void remove_finished();
  void remove_all_subscriptions();
  void drop_forbidden_subscriptions();

  // PING, PONG and the timer.
  void handle_ping();
  void handle_pong();
  void barrier_passed();
  void pong();
  void set_timer(SteadyNs when);
  void on_timer();
  void ping_if_quiet();

  // Output and the end.
  ByteBuffer& answers();
  void answered();
  void error(std::string_view text);
  void close_with_error(std::string_view text, CloseReason reason);
  void output_grew(const Origin& origin);
  bool is_behind() const;  // above three quarters of what may be pending
  void write_next();
  void resume_publishers();
  void tear_down();

  const SessionSettings& settings() const { return *set_->settings_; }
  SteadyNs now() const { return set_->hosts_.clock.steady_ns(); }

  SessionSet* set_;
  ByteStream* stream_;
  ConnectionId cid_;
  State state_ = State::kOpen;
  std::uint8_t stalls_ = 0;
  CloseReason reason_ = CloseReason::kNone;
  // What holds of the connection's life.
  bool is_dirty_ = false;          // the set will call end_turn
  bool is_torn_down_ = false;      // nothing is subscribed or counted any more
  bool is_stream_closed_ = false;  // close() was called on it
  bool is_reading_paused_ = false;
  bool is_processing_ = false;
  bool is_counted_ = false;  // in the ledger
  // What holds of CONNECT; the flags of its options stand in connect_ and here for speed.
  bool is_connected_ = false;  // CONNECT was received and accepted
  bool has_had_pong_ = false;  // after CONNECT
  bool is_verbose_ = true;
  bool is_pedantic_ = true;
  bool has_echo_ = true;
  bool has_headers_ = false;
  bool has_no_responders_ = false;
  bool filters_deliveries_ = false;
  bool is_barrier_pending_ = false;
  bool is_ping_deferred_ = false;
  bool is_token_out_ = false;
  bool was_active_ = false;  // since input was last taken

  ClientParser parser_;
  ByteBuffer* input_ = nullptr;  // the stream's; set by the first read
  OutQueue out_;
  SubscriptionTable subscriptions_;
  std::vector<SubscriptionTable::Slot> finished_;

  std::unique_ptr<ConnectOptions> connect_;  // null before CONNECT
  std::uint32_t connect_count_ = 0;
  std::unique_ptr<Identity> identity_;  // null before authentication
  std::unique_ptr<PermissionCheck> permissions_;
  AccountId account_;
  std::string nonce_;

  // Barriers (DESIGN section 4) and what is under way to other shards.
  ShardSet touched_;                              // since the last PING
  ShardSet forward_shards_;                       // since the last token
  std::size_t forward_bytes_ = 0;                 // the same
  std::size_t token_bytes_ = 0;                   // covered by the token that is out
  ByteBuffer held_{limits::kSmallOutBlockBytes};  // answers behind a PONG that waits

  // Back-pressure.
  struct StalledPublisher {
    ShardId shard;
    ConnectionId connection;
  };
  std::vector<StalledPublisher> stalled_;  // because this connection is slow
  int slow_receivers_ = 0;                 // of what this connection publishes

  OwnedTimer timer_;
  SteadyNs auth_deadline_ = 0;  // 0: none
  SteadyNs write_began_ = 0;
  SteadyNs ping_sent_ = 0;
  SteadyNs last_active_ = 0;
  SteadyNs rtt_measured_ = 0;
  DurationNs rtt_ns_ = 0;
  int pings_out_ = 0;
  WallNs start_ = 0;
  WallNs last_activity_ = 0;          // as monitoring shows it: deliveries count
  std::uint64_t active_through_ = 0;  // the delivery that it is the time of
  TrafficCount in_count_;
  TrafficCount out_count_;
};

}  // namespace leat
