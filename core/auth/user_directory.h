#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/options/options.h"
#include "core/session/accounts.h"
#include "core/session/authenticator.h"

namespace leat {

// What to compare a client's words with, and who the client is when they match.
struct AuthCandidate {
  std::string_view configured;  // password or token
  std::string_view given;
  Identity identity;
};

// The users of one configuration generation, by the rules of the NATS authorization block: users by
// name, one user, a token, or nobody. Immutable, shared between shards, read on any thread.
class UserDirectory {
 public:
  UserDirectory(const ServerOptions& options, const AccountTable& accounts);

  bool requires_auth() const { return requires_auth_; }
  // What INFO says: where a user was configured for those without credentials, they need none.
  bool auth_required() const { return requires_auth_ && !shows_no_auth_user_; }
  bool anonymous_allowed() const {
    return !requires_auth_ || !no_auth_user_.empty() || open_global_;
  }

  // Who the credentials claim to be; the views point into this object and into `credentials`.
  // Failure (kDenied): nobody of that kind exists. A candidate that needs no comparison has two
  // empty texts.
  Result<AuthCandidate> candidate(const Credentials& credentials) const;

 private:
  struct User {
    std::string password;
    Identity identity;
    bool plain_connections = true;  // may connect as STANDARD
  };

  void add(const UserOptions& user, const AccountOptions* account, const AccountTable& accounts);
  Identity global_identity(std::string_view user) const;
  Result<AuthCandidate> anonymous() const;

  std::unordered_map<std::string, User> users_;
  std::string single_user_;
  std::string single_password_;
  std::string token_;
  std::string no_auth_user_;
  Identity global_;  // without a user
  bool requires_auth_ = false;
  bool shows_no_auth_user_ = false;  // configured, so that INFO does not ask for credentials
  // Only the system account has users: everybody else is let into the global account.
  bool open_global_ = false;
};

}  // namespace leat
