// CONNECT, who a connection is, and INFO.
#include <algorithm>
#include <utility>

#include "core/base/log.h"
#include "core/base/quote.h"
#include "core/session/session.h"
#include "proto/client/info.h"

namespace leat {

namespace {

constexpr DurationNs kFirstPingNs = 2'000'000'000;

}  // namespace

// Whether an operation that begins with `first` may be the first one of the connection. Somebody
// who does not say CONNECT is authenticated as nobody, where that is allowed.
bool Session::may_begin(char first) {
  if (first == 'C' || first == 'c') return true;
  if (!login_.is_optional()) {
    authorization_violation();
    return false;
  }
  authenticate();
  return state_ == State::kRunning;
}

void Session::handle_connect(std::string_view json) {
  ConnectOptions options = connect_ != nullptr ? *connect_ : ConnectOptions{};
  if (const Status read = read_connect(json, options); !read) {
    LEAT_LOG(kDebug) << log_prefix() << "CONNECT: " << read.error().text;
    close(CloseReason::kProtocolViolation);
    return;
  }
  awaits_connect_ = false;
  interest_changed(subscriptions_.remove_all());
  is_verbose_ = options.verbose;
  is_pedantic_ = options.pedantic;
  has_echo_ = options.echo;
  has_headers_ = options.headers && settings().server.headers;
  has_no_responders_ = options.no_responders;
  connect_ = std::make_unique<ConnectOptions>(std::move(options));
  if (!connect_->account.empty()) {
    authorization_violation();
    return;
  }
  authenticate();
}

Credentials Session::credentials() const {
  Credentials credentials;
  if (connect_ != nullptr) static_cast<ConnectCredentials&>(credentials) = *connect_;
  credentials.client_host = output_.stream().peer().host;
  return credentials;
}

void Session::authenticate() {
  state_ = State::kAuthenticating;
  stall(Stall::kAuthentication);
  login_.ask(credentials(), [this](Result<Identity> identity) { identified(std::move(identity)); });
}

void Session::identified(Result<Identity> identity) {
  if (state_ != State::kAuthenticating) return;
  if (!identity) {
    authorization_violation();
    return;
  }
  state_ = State::kRunning;
  take_identity(*std::move(identity), Login::Change::kAnother);
  if (connect_ != nullptr) finish_connect();
  if (back_pressure_.unstall(Stall::kAuthentication)) process_input();
}

void Session::take_identity(Identity identity, Login::Change change) {
  login_.become(std::move(identity), change);
  settings_changed();
}

void Session::settings_changed() {
  ParserRules& rules = parser_.rules();
  rules.control_line_bytes_max = settings().control_line_bytes_max;
  rules.payload_bytes_max = settings().payload_bytes_max;
  const Identity* identity = login_.identity();
  if (identity != nullptr && identity->payload_bytes_max >= 0) {
    rules.payload_bytes_max = identity->payload_bytes_max;
  }
  rules.headers_allowed = has_headers_;
}

void Session::finish_connect() {
  if (connect_->protocol < 0 || connect_->protocol > 1) {
    close_with_error("invalid client protocol", CloseReason::kBadClientProtocolVersion);
    return;
  }
  if (has_no_responders_ && !has_headers_) {
    close_with_error("no responders requires headers support",
                     CloseReason::kNoRespondersRequiresHeaders);
    return;
  }
  ok();
  if (std::exchange(is_connected_, true)) return;
  // Until the first PONG an estimate: INFO went out at the start, CONNECT is the answer to it.
  keep_alive_.estimate_rtt(std::max<DurationNs>(hosts().clock.wall_ns() - start_, 1));
  const DurationNs first = std::min(settings().ping_interval_ns, kFirstPingNs);
  const auto spread = static_cast<std::uint64_t>(first / 5 + 1);
  set_timer(now() + first + static_cast<DurationNs>(hosts().random() % spread));
}

void Session::authorization_violation() {
  const std::string user = connect_ != nullptr ? connect_->user : std::string();
  LEAT_LOG(kError) << log_prefix() << "authentication error"
                   << (user.empty() ? user : " - User " + go_quote(user));
  close_with_error("Authorization Violation", CloseReason::kAuthenticationViolation);
}

// After a reload: the same credentials under the new configuration.
void Session::ask_again() {
  Credentials same = credentials();
  same.matched_hash = login_.identity()->matched_hash;
  login_.ask(std::move(same),
             [this](Result<Identity> identity) { rechecked(std::move(identity)); });
}

void Session::rechecked(Result<Identity> identity) {
  if (state_ != State::kRunning) return;
  if (!identity) {
    authorization_violation();
    return;
  }
  if (identity->account != login_.account()) {
    close(CloseReason::kAuthenticationViolation);
    return;
  }
  take_identity(*std::move(identity), Login::Change::kSame);
  drop_forbidden_subscriptions();
  if (subscriptions_.size() > rules().subscriptions_max()) {
    close_with_error("maximum subscriptions exceeded", CloseReason::kMaxSubscriptionsExceeded);
  }
}

std::string Session::info_text(InfoKind kind) const {
  ConnectionInfo info;
  info.auth_required = login_.is_required();
  info.max_payload = parser_.rules().payload_bytes_max;
  info.client_id = cid_.value;
  info.client_ip = output_.stream().peer().host;
  switch (kind) {
    case InfoKind::kFirst:
      info.nonce = login_.nonce();
      break;
    case InfoKind::kConnected:
      info.connect_info = true;
      info.remote_account = login_.identity()->account_name;
      info.account_is_system = login_.account() == settings().accounts->system();
      break;
    case InfoKind::kLameDuck:
      info.lame_duck = true;
      break;
  }
  return info_json(settings().server, info);
}

void Session::announce(InfoKind kind) {
  if (is_closing() || !has_had_pong_ || connect_->protocol < 1) return;
  write_info(answers(), info_text(kind));
  answered();
}

}  // namespace leat
