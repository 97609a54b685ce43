// The life of a connection, and the way of its input.
#include "core/session/session.h"

#include <sstream>
#include <utility>

#include "core/base/log.h"
#include "core/session/session_log.h"
#include "proto/json/json_reader.h"

namespace leat {

Session::Session(SessionSet& set, ByteStream& stream, ConnectionId cid)
    : set_(&set),
      cid_(cid),
      login_(set.hosts().authenticator),
      subscriptions_(set.hosts().router, *this, set.running_counts().subscriptions),
      output_(stream),
      start_(set.hosts().clock.wall_ns()),
      last_activity_(start_),
      timer_(set.hosts().scheduler) {
  settings_changed();
}

Session::~Session() {
  if (state_ != State::kDetached) on_closed(End::kOrderly);
}

void Session::start(Admission admission) {
  login_.make_nonce(hosts().random);
  // As bytes of their own, so that a connection that says nothing holds no output buffer.
  output_.queue().append(Bytes::copy_of("INFO " + info_text(InfoKind::kFirst) + " \r\n"));
  answered();
  if (admission == Admission::kRefuse) {
    close_with_error("maximum connections exceeded", CloseReason::kMaxConnectionsExceeded);
    return;
  }
  is_counted_ = true;
  if (login_.is_required()) {
    awaits_connect_ = true;
    set_timer(now() + settings().auth_timeout_ns);
  } else {
    set_timer(now() + settings().ping_interval_ns);
  }
}

WeakRef<Session> Session::ref() {
  if (lifetime_ == nullptr) lifetime_ = std::make_unique<Lifetime<Session>>(*this);
  return lifetime_->ref();
}

void Session::on_received(ByteBuffer& buffer) {
  input_ = &buffer;
  if (is_closing()) {
    buffer.consume(buffer.filled().size());
    return;
  }
  process_input();
}

void Session::process_input() {
  if (input_ == nullptr || is_processing_) return;
  is_processing_ = true;
  was_active_ = false;
  while (!back_pressure_.is_stalled() && !is_closing() && take_operation(*input_)) {
  }
  is_processing_ = false;
  if (was_active_) {
    keep_alive_.heard(now());
    last_activity_ = hosts().clock.wall_ns();
  }
  if (is_closing()) input_->consume(input_->filled().size());
  settle_reading();
}

// One operation of the input. False: more input is needed first.
bool Session::take_operation(ByteBuffer& buffer) {
  const std::string_view input = buffer.filled();
  if (input.empty()) return false;
  if (state_ == State::kOpen && parser_.at_start() && !may_begin(input.front())) return true;
  const ParseOutcome outcome = parser_.parse(input);
  switch (outcome) {
    case ParseOutcome::kOperation:
      handle(parser_.operation(), buffer);
      buffer.consume(parser_.consumed_bytes());
      return true;
    case ParseOutcome::kNeedMore:
      buffer.consume(parser_.consumed_bytes());
      // The rest of a large payload is received in one piece of memory.
      if (parser_.wanted_bytes() > buffer.filled().size()) {
        buffer.writable(parser_.wanted_bytes() - buffer.filled().size());
      }
      return false;
    case ParseOutcome::kUnknownOperation:
    case ParseOutcome::kBadArguments:
    case ParseOutcome::kControlLine:
    case ParseOutcome::kPayload:
      refuse(outcome);
      return true;
  }
  return false;
}

void Session::refuse(ParseOutcome outcome) {
  switch (outcome) {
    case ParseOutcome::kUnknownOperation:
      return close_with_error("Unknown Protocol Operation", CloseReason::kProtocolViolation);
    case ParseOutcome::kControlLine:
      return close_with_error("maximum control line exceeded",
                              CloseReason::kMaxControlLineExceeded);
    case ParseOutcome::kPayload:
      return close_with_error("Maximum Payload Violation", CloseReason::kMaxPayloadExceeded);
    case ParseOutcome::kBadArguments:
    case ParseOutcome::kOperation:
    case ParseOutcome::kNeedMore:
      return close(CloseReason::kProtocolViolation);
  }
}

void Session::handle(const ClientOperation& operation, const ByteBuffer& buffer) {
  if (log_enabled(LogLevel::kTrace)) SessionTrace(*this, settings()).received(operation);
  switch (operation.verb) {
    case ClientVerb::kPublish:
      was_active_ = true;
      return publish(operation, buffer);
    case ClientVerb::kSubscribe:
      was_active_ = true;
      return subscribe(operation);
    case ClientVerb::kUnsubscribe:
      was_active_ = true;
      return unsubscribe(operation);
    case ClientVerb::kPing:
      keep_alive_.heard(now());  // no ping is due; monitoring calls it idle all the same
      return handle_ping();
    case ClientVerb::kPong:
      return keep_alive_.ponged(now());
    case ClientVerb::kConnect:
      return handle_connect(operation.argument);
    case ClientVerb::kInfo:
      return handle_info(operation.argument);
    case ClientVerb::kError:
      LEAT_LOG(kError) << log_prefix() << "Client Error " << operation.argument;
      return close(CloseReason::kParseError);
    case ClientVerb::kOk:
      return;
  }
}

// Of no use from a client, but it has to be what it says.
void Session::handle_info(std::string_view json) {
  const Result<JsonDocument> info = parse_json(json);
  const bool is_info =
      info && (info->root().kind() == JsonKind::kObject || info->root().kind() == JsonKind::kNull);
  if (!is_info) close(CloseReason::kProtocolViolation);
}

void Session::stall(Stall why) {
  back_pressure_.stall(why);
  settle_reading();
}

// Once, when the input has been worked off.
void Session::settle_reading() {
  if (!is_processing_ && !is_closing()) back_pressure_.settle_reading(output_.stream());
}

void Session::stall_for_receiver() {
  back_pressure_.receiver_is_slow();
  settle_reading();
}

void Session::unstall_for_receiver() {
  if (back_pressure_.receiver_caught_up()) process_input();
}

void Session::on_closed(End end) {
  if (state_ == State::kDetached) return;
  if (state_ != State::kClosing) {
    state_ = State::kClosing;
    reason_ = end == End::kReadFailed    ? CloseReason::kReadError
              : end == End::kWriteFailed ? CloseReason::kWriteError
                                         : CloseReason::kClientClosed;
  }
  if (!is_torn_down_) tear_down();
  timer_.cancel();
  set_->remove(*this);
  state_ = State::kDetached;
}

void Session::detach() {
  timer_.cancel();
  if (is_counted_) hosts().ledger.leave();
  state_ = State::kDetached;
}

// Everything that others see of this connection ends; its output may still be on the way.
void Session::tear_down() {
  is_torn_down_ = true;
  set_->closed(snapshot(SessionSet::Detail::kWithSubscriptions));
  interest_changed(subscriptions_.remove_all());
  back_pressure_.release_all(*set_);
  if (std::exchange(is_counted_, false)) hosts().ledger.leave();
  set_timer(now() + limits::kCloseFlushNs);
}

ConnectionSnapshot Session::snapshot(SessionSet::Detail detail) const {
  ConnectionSnapshot shot;
  shot.cid = cid_;
  shot.ip = output_.stream().peer().host;
  shot.port = output_.stream().peer().port;
  shot.start = start_;
  shot.last_activity = last_activity_;
  shot.stop = is_closing() ? hosts().clock.wall_ns() : 0;
  shot.reason = reason_;
  shot.rtt_ns = keep_alive_.rtt_ns();
  shot.pending_bytes = output_.pending_bytes();
  shot.in = in_count_;
  shot.out = out_count_;
  shot.subscription_count = subscriptions_.size();
  if (connect_ != nullptr) {
    shot.name = connect_->name;
    shot.lang = connect_->lang;
    shot.version = connect_->version;
  }
  if (const Identity* identity = login_.identity()) {
    shot.account_id = identity->account;
    shot.account = identity->account_name;
    shot.user = identity->user;
  }
  if (detail == SessionSet::Detail::kWithSubscriptions) {
    shot.subscriptions = subscriptions_.snapshot();
  }
  return shot;
}

std::string Session::log_prefix() const {
  std::ostringstream prefix;
  prefix << output_.stream().peer().host << ":" << output_.stream().peer().port << " - cid:" << cid_
         << " - ";
  if (is_connected_ && !(connect_->version + connect_->lang + connect_->name).empty()) {
    prefix << "\"v" << connect_->version << ":" << connect_->lang;
    if (!connect_->name.empty()) prefix << ":" << connect_->name;
    prefix << "\" - ";
  }
  if (const Identity* identity = login_.identity()) {
    prefix << "\"" << identity->account_name;
    if (!identity->user.empty()) prefix << "/" << identity->user;
    prefix << "\" - ";
  }
  return prefix.str();
}

}  // namespace leat
