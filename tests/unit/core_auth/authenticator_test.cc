// What would be wrong: somebody is let in who should not be, or into another account.
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "core/auth/config_authenticator.h"
#include "core/auth/password.h"
#include "core/base/limits.h"

namespace leat {
namespace {

// bcrypt of "s3cret" and of "token" with cost 4.
constexpr const char* kHash = "$2a$04$abcdefghijklmnopqrstuuLZYjhNQAOdpbzt4WxWlUHjv1wsyH5DG";
constexpr const char* kTokenHash = "$2b$04$ABCDEFGHIJKLMNOPQRSTUuP3mQpqkDUOKyOo18uiXDuj5lsylhKoO";

// The inbox of a shard, run by the test.
class Inbox final : public RemotePost {
 public:
  void post(Task task) override {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    arrived_.notify_all();
  }
  void run_one() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return !tasks_.empty(); });
    Task task = std::move(tasks_.front());
    tasks_.erase(tasks_.begin());
    lock.unlock();
    task();
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Task> tasks_;
};

// What a client says in CONNECT.
struct Said {
  std::string user = {};
  std::string password = {};
  std::string token = {};
  std::string matched_hash = {};

  Credentials credentials() const {
    Credentials out;
    out.user = user;
    out.password = password;
    out.token = token;
    out.matched_hash = matched_hash;
    return out;
  }
};

struct World {
  explicit World(ServerOptions server_options) : options(std::move(server_options)) {
    std::vector<std::string> names;
    for (const AccountOptions& account : options.accounts) names.push_back(account.name);
    accounts = AccountTable::first(names, options.system_account);
    authenticator = std::make_unique<ConfigAuthenticator>(
        std::make_shared<UserDirectory>(options, *accounts), pool, inbox);
  }

  // The account and user, "violation", or "later".
  std::string ask(const Said& said) {
    answer = "later";
    authenticator->authenticate(said.credentials(), [this](Result<Identity> identity) {
      answer = identity ? identity->account_name + "/" + identity->user : "violation";
      if (identity) matched_hash = identity->matched_hash;
    });
    return answer;
  }
  void reload(const ServerOptions& changed) {
    authenticator->reload(std::make_shared<UserDirectory>(changed, *accounts));
  }
  std::string ask_later(const Said& said) {
    EXPECT_EQ(ask(said), "later");
    inbox.run_one();
    return answer;
  }

  ServerOptions options;
  std::shared_ptr<const AccountTable> accounts;
  Inbox inbox;
  PasswordPool pool;
  std::unique_ptr<ConfigAuthenticator> authenticator;
  std::string answer;
  std::string matched_hash;
};

UserOptions user(const std::string& name, const std::string& password) {
  UserOptions options;
  options.user = name;
  options.password = password;
  return options;
}

AccountOptions account(const std::string& name, std::vector<UserOptions> users) {
  AccountOptions options;
  options.name = name;
  options.users = std::move(users);
  return options;
}

TEST(Authenticator, WithoutConfigurationEverybodyIsInTheGlobalAccount) {
  World world{ServerOptions()};
  EXPECT_FALSE(world.authenticator->auth_required());
  EXPECT_TRUE(world.authenticator->anonymous_allowed());
  EXPECT_EQ(world.ask({}), "$G/");
  // Clients may send what they have; nobody asked.
  EXPECT_EQ(world.ask({.user = "x", .password = "y", .token = "z"}), "$G/");
}

TEST(Authenticator, OneUser) {
  ServerOptions options;
  options.authorization.user = "a";
  options.authorization.password = "b";
  World world(options);
  EXPECT_TRUE(world.authenticator->auth_required());
  EXPECT_FALSE(world.authenticator->anonymous_allowed());
  EXPECT_EQ(world.ask({.user = "a", .password = "b"}), "$G/a");
  EXPECT_EQ(world.ask({.user = "a", .password = "bb"}), "violation");
  EXPECT_EQ(world.ask({.user = "a"}), "violation");
  EXPECT_EQ(world.ask({.user = "A", .password = "b"}), "violation");
  EXPECT_EQ(world.ask({}), "violation");
  EXPECT_EQ(world.ask({.token = "b"}), "violation");
}

TEST(Authenticator, TokenPlainAndHashed) {
  ServerOptions options;
  options.authorization.token = "t";
  World plain(options);
  EXPECT_EQ(plain.ask({.token = "t"}), "$G/");
  EXPECT_EQ(plain.ask({.token = "u"}), "violation");
  EXPECT_EQ(plain.ask({}), "violation");
  options.authorization.token = kTokenHash;
  World hashed(options);
  EXPECT_EQ(hashed.ask_later({.token = "token"}), "$G/");
  EXPECT_EQ(hashed.ask_later({.token = "tokem"}), "violation");
  EXPECT_EQ(hashed.ask_later({.token = kTokenHash}), "violation");
}

TEST(Authenticator, UsersOfAccountsAndTheirLimits) {
  ServerOptions options;
  options.authorization.users = {user("g", "g")};
  options.accounts = {account("A", {user("a", "pa"), user("h", kHash)}), account("B", {})};
  options.accounts[0].payload_bytes_max = 77;
  World world(options);
  EXPECT_EQ(world.ask({.user = "a", .password = "pa"}), "A/a");
  EXPECT_EQ(world.ask({.user = "g", .password = "g"}), "$G/g");
  EXPECT_EQ(world.ask({.user = "a", .password = "g"}), "violation");
  EXPECT_EQ(world.ask({.user = "nobody", .password = "pa"}), "violation");
  EXPECT_EQ(world.ask_later({.user = "h", .password = "s3cret"}), "A/h");
  EXPECT_EQ(world.ask_later({.user = "h", .password = "s3crets"}), "violation");
  EXPECT_EQ(world.ask({}), "violation");
  const UserDirectory directory(world.options, *world.accounts);
  const Credentials credentials = Said{.user = "a", .password = "pa"}.credentials();
  const Result<AuthCandidate> found = directory.candidate(credentials);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->identity.payload_bytes_max, 77);
  EXPECT_EQ(found->identity.account, world.accounts->find("A"));
}

TEST(Authenticator, NoAuthUserIsForThoseWhoSayNothing) {
  ServerOptions options;
  options.accounts = {account("A", {user("a", "pa")}), account("B", {user("b", "pb")})};
  options.no_auth_user = "b";
  World world(options);
  EXPECT_FALSE(world.authenticator->auth_required());
  EXPECT_TRUE(world.authenticator->anonymous_allowed());
  EXPECT_EQ(world.ask({}), "B/b");
  EXPECT_EQ(world.ask({.user = "a", .password = "pa"}), "A/a");
  EXPECT_EQ(world.ask({.user = "a", .password = "wrong"}), "violation");
  EXPECT_EQ(world.ask({.user = "x"}), "violation");
  EXPECT_EQ(world.ask({.token = "x"}), "violation");
  EXPECT_EQ(world.ask({.password = "x"}), "violation");
}

TEST(Authenticator, UsersOfTheSystemAccountAloneLeaveTheGlobalAccountOpen) {
  ServerOptions options;
  options.accounts = {account("$SYS", {user("admin", "p")})};
  World world(options);
  EXPECT_TRUE(world.authenticator->auth_required());
  EXPECT_TRUE(world.authenticator->anonymous_allowed());
  EXPECT_EQ(world.ask({}), "$G/");
  EXPECT_EQ(world.ask({.user = "admin", .password = "p"}), "$SYS/admin");
  EXPECT_EQ(world.ask({.user = "admin", .password = "q"}), "violation");
}

TEST(Authenticator, ConnectionTypesOfAUser) {
  ServerOptions options;
  options.authorization.users = {user("ws", "p"), user("std", "p")};
  options.authorization.users[0].connection_types = {"WEBSOCKET"};
  options.authorization.users[1].connection_types = {"WEBSOCKET", "STANDARD"};
  World world(options);
  EXPECT_EQ(world.ask({.user = "ws", .password = "p"}), "violation");
  EXPECT_EQ(world.ask({.user = "std", .password = "p"}), "$G/std");
}

TEST(Authenticator, ANewGenerationHoldsForTheNext) {
  ServerOptions options;
  options.authorization.token = "old";
  World world(options);
  options.authorization.token = "new";
  world.reload(options);
  EXPECT_EQ(world.ask({.token = "old"}), "violation");
  EXPECT_EQ(world.ask({.token = "new"}), "$G/");
}

TEST(Authenticator, WhoIsRemovedWhileTheHashIsCheckedIsNotLetIn) {
  ServerOptions options;
  options.authorization.users = {user("u", kHash), user("other", "p")};
  World world(options);
  EXPECT_EQ(world.ask({.user = "u", .password = "s3cret"}), "later");
  options.authorization.users.erase(options.authorization.users.begin());
  world.reload(options);
  world.inbox.run_one();
  EXPECT_EQ(world.answer, "violation");
}

TEST(Authenticator, AReloadWhileTheHashIsCheckedAsksForTheNewHash) {
  ServerOptions options;
  options.authorization.users = {user("u", kHash)};
  World world(options);
  EXPECT_EQ(world.ask({.user = "u", .password = "token"}), "later");
  options.authorization.users[0].password = kTokenHash;
  world.reload(options);
  world.inbox.run_one();  // the old hash does not fit, and that counts no more
  EXPECT_EQ(world.answer, "later");
  world.inbox.run_one();
  EXPECT_EQ(world.answer, "$G/u");
}

TEST(Authenticator, AHashThatFittedIsNotCheckedAgain) {
  ServerOptions options;
  options.authorization.users = {user("u", kHash), user("v", kTokenHash)};
  World world(options);
  EXPECT_EQ(world.ask_later({.user = "u", .password = "s3cret"}), "$G/u");
  EXPECT_EQ(world.matched_hash, kHash);
  EXPECT_EQ(world.ask({.user = "u", .password = "s3cret", .matched_hash = kHash}), "$G/u");
  EXPECT_EQ(world.ask_later({.user = "v", .password = "s3cret", .matched_hash = kHash}),
            "violation");
}

TEST(Authenticator, ThoseWhoAreInAreNotRefusedBecauseManyAre) {
  ServerOptions options;
  options.authorization.users = {user("u", kHash)};
  World world(options);
  for (std::size_t i = 0; i < limits::kPasswordChecksPending + 100; ++i) {
    ASSERT_EQ(world.ask({.user = "u", .password = "wrong", .matched_hash = kTokenHash}), "later");
  }
  // And somebody who wants in does not wait for all of them.
  EXPECT_EQ(world.ask({.user = "u", .password = "s3cret"}), "later");
  for (int i = 0; i < 1000 && world.answer != "$G/u"; ++i) world.inbox.run_one();
  EXPECT_EQ(world.answer, "$G/u");
}

TEST(Password, HashesAreKnownByTheirShape) {
  EXPECT_TRUE(is_bcrypt_hash("$2a$11$x"));
  EXPECT_TRUE(is_bcrypt_hash("$2y$04$"));
  EXPECT_FALSE(is_bcrypt_hash("$2c$11$x"));
  EXPECT_FALSE(is_bcrypt_hash("$2a$1$x"));
  EXPECT_FALSE(is_bcrypt_hash("x$2a$11$x"));
  EXPECT_FALSE(is_bcrypt_hash(""));
  EXPECT_TRUE(password_matches(kHash, "s3cret"));
  EXPECT_FALSE(password_matches(kHash, std::string_view("s3cret\0x", 8)));
  // Shaped like a hash and none: nothing matches it, not even itself.
  EXPECT_FALSE(password_matches("$2a$04$short", "$2a$04$short"));
  EXPECT_TRUE(password_matches("", ""));
  EXPECT_FALSE(password_matches("", "x"));
}

}  // namespace
}  // namespace leat
