#include "core/session/session.h"

#include <utility>

#include "core/base/log.h"
#include "core/session/session_log.h"
#include "proto/json/json_reader.h"

namespace leat {

Session::Session(SessionSet& set, ByteStream& stream, ConnectionId cid)
    : set_(&set),
      stream_(&stream),
      cid_(cid),
      timer_(set.hosts_.scheduler),
      start_(set.hosts_.clock.wall_ns()) {
  last_activity_ = start_;
  settings_changed();
}

Session::~Session() {
  if (state_ != State::kDetached) on_closed(End::kOrderly);
}

void Session::start(Admission admission) {
  Authenticator& authenticator = set_->hosts_.authenticator;
  if (authenticator.nonce_wanted()) nonce_ = make_nonce(set_->hosts_.random);
  // As bytes of their own, so that a connection that says nothing holds no output buffer.
  out_.append(Bytes::copy_of("INFO " + info_text(InfoKind::kFirst) + " \r\n"));
  answered();
  if (admission == Admission::kRefuse) {
    close_with_error("maximum connections exceeded", CloseReason::kMaxConnectionsExceeded);
    return;
  }
  is_counted_ = true;
  if (authenticator.auth_required()) {
    auth_deadline_ = now() + settings().auth_timeout_ns;
    set_timer(auth_deadline_);
  } else {
    set_timer(now() + settings().ping_interval_ns);
  }
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
  while (stalls_ == 0 && !is_closing() && take_operation(*input_)) {
  }
  is_processing_ = false;
  if (was_active_) {
    last_active_ = now();
    last_activity_ = set_->hosts_.clock.wall_ns();
  }
  if (is_closing()) input_->consume(input_->filled().size());
  update_reading();
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
      last_active_ = now();  // no ping of ours is due; monitoring calls it idle all the same
      return handle_ping();
    case ClientVerb::kPong:
      return handle_pong();
    case ClientVerb::kConnect:
      return handle_connect(operation.argument);
    case ClientVerb::kInfo: {
      // Of no use from a client, but it has to be what it says.
      const Result<JsonDocument> info = parse_json(operation.argument);
      const bool is_info = info && (info->root().kind() == JsonKind::kObject ||
                                    info->root().kind() == JsonKind::kNull);
      if (!is_info) close(CloseReason::kProtocolViolation);
      return;
    }
    case ClientVerb::kError:
      LEAT_LOG(kError) << log_prefix() << "Client Error " << operation.argument;
      return close(CloseReason::kParseError);
    case ClientVerb::kOk:
      return;
  }
}

void Session::stall(Stall why) {
  stalls_ = static_cast<std::uint8_t>(stalls_ | why);
  update_reading();
}

void Session::unstall(Stall why) {
  if ((stalls_ & why) == 0) return;
  stalls_ = static_cast<std::uint8_t>(stalls_ & ~why);
  if (stalls_ == 0) process_input();
}

// The stream reads exactly while nothing stalls; settled once, when the input has been worked off.
void Session::update_reading() {
  if (is_processing_ || is_closing()) return;
  const bool wants_pause = stalls_ != 0;
  if (wants_pause == is_reading_paused_) return;
  is_reading_paused_ = wants_pause;
  if (wants_pause) {
    stream_->pause_reading();
  } else {
    stream_->resume_reading();
  }
}

void Session::stall_for_receiver() {
  ++slow_receivers_;
  stall(kStallReceivers);
}

void Session::unstall_for_receiver() {
  if (--slow_receivers_ == 0) unstall(kStallReceivers);
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
  if (is_counted_) set_->hosts_.ledger.leave();
  state_ = State::kDetached;
}

// Everything that others see of this connection ends; its output may still be on the way.
void Session::tear_down() {
  is_torn_down_ = true;
  set_->closed(snapshot(SessionSet::Detail::kWithSubscriptions));
  remove_all_subscriptions();
  for (const StalledPublisher& publisher : stalled_) {
    set_->release(publisher.shard, publisher.connection);
  }
  stalled_.clear();
  if (std::exchange(is_counted_, false)) set_->hosts_.ledger.leave();
  set_timer(now() + limits::kCloseFlushNs);
}

ConnectionSnapshot Session::snapshot(SessionSet::Detail detail) const {
  ConnectionSnapshot shot;
  shot.cid = cid_;
  shot.ip = stream_->peer().host;
  shot.port = stream_->peer().port;
  shot.start = start_;
  shot.last_activity = last_activity_;
  shot.stop = is_closing() ? set_->hosts_.clock.wall_ns() : 0;
  shot.reason = reason_;
  shot.rtt_ns = rtt_ns_;
  shot.pending_bytes = out_.pending_bytes();
  shot.in = in_count_;
  shot.out = out_count_;
  shot.subscription_count = subscriptions_.size();
  if (connect_ != nullptr) {
    shot.name = connect_->name;
    shot.lang = connect_->lang;
    shot.version = connect_->version;
  }
  if (identity_ != nullptr) {
    shot.account_id = identity_->account;
    shot.account = identity_->account_name;
    shot.user = identity_->user;
  }
  if (detail == SessionSet::Detail::kWithSubscriptions) {
    subscriptions_.for_each([&](const Subscription& subscription) {
      shot.subscriptions.push_back({.subject = subscription.subject,
                                    .queue = subscription.queue,
                                    .sid = subscription.sid,
                                    .messages = subscription.messages,
                                    .deliveries_max = subscription.deliveries_max});
    });
  }
  return shot;
}

}  // namespace leat
