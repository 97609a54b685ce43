#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/router/router.h"
#include "core/session/session_set.h"
#include "tests/support/virtual_shard.h"

namespace leat::testing {

inline constexpr DurationNs kSecond = 1'000'000'000;
inline constexpr std::string_view kQuiet = R"({"verbose":false,"pedantic":false})";

// A byte stream in memory: what the session writes gathers in `output`. A stream that is blocked
// takes a write and never finishes it.
class MemoryStream final : public ByteStream {
 public:
  explicit MemoryStream(Scheduler& scheduler) : scheduler_(scheduler) {}

  void write(std::vector<Bytes> pieces) override {
    LEAT_CHECK(!is_writing_ && !is_closed_);
    is_writing_ = true;
    for (const Bytes& piece : pieces) under_way_ += piece.view();
    if (!is_blocked) finish_write();
  }
  void pause_reading() override { is_paused = true; }
  void resume_reading() override { is_paused = false; }
  void close(Close how) override {
    LEAT_CHECK(!is_closed_);
    is_closed_ = true;
    if (how == Close::kAtOnce) was_cut_off = true;
    scheduler_.post([this] { end({}); });
  }
  const PeerAddress& peer() const override { return peer_; }

  void finish_write() {
    scheduler_.post([this] {
      if (handler == nullptr) return;
      const std::size_t bytes = under_way_.size();
      output += std::exchange(under_way_, {});
      is_writing_ = false;
      handler->on_written(bytes);
    });
  }
  // The end of the stream, by either side.
  void end(ByteStreamHandler::End how = ByteStreamHandler::End::kOrderly) {
    if (handler == nullptr) return;
    is_closed_ = true;
    handler->on_closed(how);
    handler.reset();
  }

  std::unique_ptr<ByteStreamHandler> handler;
  ByteBuffer input;
  std::string output;
  bool is_blocked = false;
  bool is_paused = false;
  bool was_cut_off = false;

 private:
  Scheduler& scheduler_;
  PeerAddress peer_{.host = "127.0.0.1", .port = 4321};
  std::string under_way_;
  bool is_writing_ = false;
  bool is_closed_ = false;
};

// Users by name; without any, everybody is let in as nobody. Answers at once, or when told.
class TestAuthenticator final : public Authenticator {
 public:
  bool auth_required() const override { return !users.empty() && anonymous.empty(); }
  bool nonce_wanted() const override { return wants_nonce; }
  bool anonymous_allowed() const override { return users.empty() || !anonymous.empty(); }
  void authenticate(Credentials credentials, IdentityCallback done) override {
    last = credentials;
    if (!answers_later) return done(identity_of(credentials));
    waiting.emplace_back(std::move(credentials), std::move(done));
  }
  void answer_all() {
    auto now = std::move(waiting);
    waiting.clear();
    for (auto& [credentials, done] : now) done(identity_of(credentials));
  }
  Result<Identity> identity_of(const Credentials& credentials) const {
    const std::string name = credentials.user.empty() ? anonymous : credentials.user;
    if (users.empty()) return nobody;
    const auto user = users.find(name);
    const bool is_right =
        user != users.end() && (credentials.user.empty() || credentials.password == "p");
    if (!is_right) return failure(ErrorKind::kDenied, "no");
    return user->second;
  }

  std::map<std::string, Identity> users;  // the password of all of them is "p"
  Identity nobody;
  std::string anonymous;  // a user for those who say nothing
  bool wants_nonce = false;
  bool answers_later = false;
  Credentials last;
  std::deque<std::pair<Credentials, IdentityCallback>> waiting;
};

// One shard with a router, sessions and clients on memory streams. Its mail goes to the scheduler.
class SessionWorld {
 public:
  SessionWorld() : SessionWorld(SessionSettings{}) {}
  explicit SessionWorld(SessionSettings settings) {
    settings.accounts = AccountTable::first({});
    settings.server.server_id = "NSERVER";
    settings.server.server_name = "test";
    settings.server.version = "2.15.2";
    settings.server.go = "go";
    settings.server.host = "127.0.0.1";
    settings.server.port = 4222;
    settings.server.api_level = 5;
    settings_ = std::make_shared<const SessionSettings>(settings);
    authenticator.nobody.account = settings_->accounts->global();
    authenticator.nobody.account_name = "$G";
    router = std::make_unique<Router>(shard, shard, 1);
    router->connect_shards({router.get()});
    sessions = std::make_unique<SessionSet>(
        SessionHosts{*router, shard, shard, shard, authenticator, ledger, &next_random}, settings_);
    sessions->connect_shards({sessions.get()});
  }

  MemoryStream& connect() {
    MemoryStream& stream = *streams_.emplace_back(std::make_unique<MemoryStream>(shard));
    stream.handler = sessions->accept(stream);
    shard.run();
    return stream;
  }
  // Connects, says CONNECT and forgets what was answered.
  MemoryStream& connect_with(std::string_view connect_json) {
    MemoryStream& stream = connect();
    say(stream, "CONNECT " + std::string(connect_json) + "\r\n");
    take(stream);
    return stream;
  }
  // What a client sends in one piece, and what comes back until all is quiet.
  std::string say(MemoryStream& stream, std::string_view text) {
    if (stream.handler != nullptr) {
      stream.input.append(text);
      if (!stream.is_paused) stream.handler->on_received(stream.input);
    }
    shard.run();
    return take(stream);
  }
  std::string take(MemoryStream& stream) {
    shard.run();
    return std::exchange(stream.output, {}) + (stream.handler == nullptr ? "<closed>" : "");
  }
  void add_user(const std::string& name, std::shared_ptr<const PermissionSet> permissions) {
    Identity identity = authenticator.nobody;
    identity.user = name;
    identity.permissions = std::move(permissions);
    authenticator.users[name] = identity;
  }
  const SessionSettings& settings() const { return *settings_; }

  VirtualShard shard;
  TestAuthenticator authenticator;
  ConnectionLedger ledger;
  std::unique_ptr<Router> router;
  std::unique_ptr<SessionSet> sessions;

 private:
  static std::uint64_t next_random() {
    static std::uint64_t state = 1;
    return state = state * 6364136223846793005ULL + 1442695040888963407ULL;
  }

  std::shared_ptr<const SessionSettings> settings_;
  std::vector<std::unique_ptr<MemoryStream>> streams_;
};

}  // namespace leat::testing
