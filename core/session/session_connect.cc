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
  if (!set_->hosts_.authenticator.anonymous_allowed()) {
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
  auth_deadline_ = 0;
  remove_all_subscriptions();
  is_verbose_ = options.verbose;
  is_pedantic_ = options.pedantic;
  has_echo_ = options.echo;
  has_headers_ = options.headers && settings().server.headers;
  has_no_responders_ = options.no_responders;
  connect_ = std::make_unique<ConnectOptions>(std::move(options));
  ++connect_count_;
  if (!connect_->account.empty()) {
    authorization_violation();
    return;
  }
  authenticate();
}

Credentials Session::credentials() const {
  Credentials credentials;
  if (connect_ != nullptr) {
    credentials.user = connect_->user;
    credentials.password = connect_->password;
    credentials.token = connect_->token;
    credentials.jwt = connect_->jwt;
    credentials.nkey = connect_->nkey;
    credentials.signature = connect_->signature;
  }
  credentials.nonce = nonce_;
  credentials.client_host = stream_->peer().host;
  return credentials;
}

void Session::authenticate() {
  state_ = State::kAuthenticating;
  stall(kStallAuthentication);
  set_->hosts_.authenticator.authenticate(credentials(),
                                          [set = set_, cid = cid_](Result<Identity> identity) {
                                            if (Session* session = set->find(cid))
                                              session->identified(std::move(identity));
                                          });
}

void Session::identified(Result<Identity> identity) {
  if (state_ != State::kAuthenticating) return;
  if (!identity) {
    authorization_violation();
    return;
  }
  state_ = State::kRunning;
  take_identity(*std::move(identity));
  if (connect_ != nullptr) finish_connect();
  unstall(kStallAuthentication);
}

void Session::take_identity(Identity identity) {
  account_ = identity.account;
  permissions_ = identity.permissions == nullptr
                     ? nullptr
                     : std::make_unique<PermissionCheck>(identity.permissions);
  filters_deliveries_ = permissions_ != nullptr && permissions_->filters_deliveries();
  identity_ = std::make_unique<Identity>(std::move(identity));
  settings_changed();
}

void Session::settings_changed() {
  ParserRules& rules = parser_.rules();
  rules.control_line_bytes_max = settings().control_line_bytes_max;
  rules.payload_bytes_max = settings().payload_bytes_max;
  if (identity_ != nullptr && identity_->payload_bytes_max >= 0) {
    rules.payload_bytes_max = identity_->payload_bytes_max;
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
  if (is_verbose_) {
    write_ok(answers());
    answered();
  }
  if (std::exchange(is_connected_, true)) return;
  // Until the first PONG an estimate: INFO went out at the start, CONNECT is the answer to it.
  rtt_ns_ = std::max<DurationNs>(set_->hosts_.clock.wall_ns() - start_, 1);
  const DurationNs first = std::min(settings().ping_interval_ns, kFirstPingNs);
  const auto spread = static_cast<std::uint64_t>(first / 5 + 1);
  set_timer(now() + first + static_cast<DurationNs>(set_->hosts_.random() % spread));
}

void Session::authorization_violation() {
  const std::string user = connect_ != nullptr ? connect_->user : std::string();
  LEAT_LOG(kError) << log_prefix() << "authentication error"
                   << (user.empty() ? user : " - User " + go_quote(user));
  close_with_error("Authorization Violation", CloseReason::kAuthenticationViolation);
}

// After a reload: the same credentials under the new configuration. An answer that comes after
// another CONNECT is about somebody else.
void Session::ask_again() {
  Credentials same = credentials();
  same.matched_hash = identity_->matched_hash;
  set_->hosts_.authenticator.authenticate(
      std::move(same), [set = set_, cid = cid_, count = connect_count_](Result<Identity> identity) {
        Session* session = set->find(cid);
        if (session == nullptr || session->connect_count_ != count) return;
        session->rechecked(std::move(identity));
      });
}

void Session::rechecked(Result<Identity> identity) {
  if (state_ != State::kRunning) return;
  if (!identity) {
    authorization_violation();
    return;
  }
  if (identity->account != account_) {
    close(CloseReason::kAuthenticationViolation);
    return;
  }
  const std::unique_ptr<PermissionCheck> before = std::move(permissions_);
  take_identity(*std::move(identity));
  if (before != nullptr && permissions_ != nullptr) permissions_->take_replies_of(*before);
  drop_forbidden_subscriptions();
  if (subscriptions_.size() > subscriptions_max()) {
    close_with_error("maximum subscriptions exceeded", CloseReason::kMaxSubscriptionsExceeded);
  }
}

std::string Session::info_text(InfoKind kind) const {
  const ServerInfo& server = settings().server;
  InfoFields info;
  info.server_id = server.server_id;
  info.server_name = server.server_name;
  info.version = server.version;
  info.git_commit = server.git_commit;
  info.go = server.go;
  info.host = server.host;
  info.port = server.port;
  info.headers = server.headers;
  info.auth_required = set_->hosts_.authenticator.auth_required();
  info.tls_required = server.tls_required;
  info.tls_verify = server.tls_verify;
  info.tls_available = server.tls_available;
  info.max_payload = parser_.rules().payload_bytes_max;
  info.jetstream = server.jetstream;
  info.client_id = cid_.value;
  info.client_ip = stream_->peer().host;
  info.cluster = server.cluster;
  info.domain = server.domain;
  info.connect_urls = server.connect_urls;
  info.api_level = server.api_level;
  info.xkey = server.xkey;
  switch (kind) {
    case InfoKind::kFirst:
      info.nonce = nonce_;
      break;
    case InfoKind::kConnected:
      info.connect_info = true;
      info.remote_account = identity_->account_name;
      info.account_is_system = account_ == settings().accounts->system();
      break;
    case InfoKind::kLameDuck:
      info.lame_duck = true;
      break;
  }
  return info_json(info);
}

// Only to clients that have said that they understand more than the first INFO, and not before
// they have had the answer to their first PING.
void Session::announce(InfoKind kind) {
  if (is_closing() || !has_had_pong_ || connect_->protocol < 1) return;
  write_info(answers(), info_text(kind));
  answered();
}

}  // namespace leat
