#include "core/auth/user_directory.h"

#include <algorithm>

namespace leat {
namespace {

bool plain_connections_allowed(const UserOptions& user) {
  const auto& types = user.connection_types;
  return types.empty() || std::find(types.begin(), types.end(), "STANDARD") != types.end();
}

Result<AuthCandidate> denied() { return failure(ErrorKind::kDenied, "authorization violation"); }

}  // namespace

UserDirectory::UserDirectory(const ServerOptions& options, const AccountTable& accounts)
    : single_user_(options.authorization.user),
      single_password_(options.authorization.password),
      token_(options.authorization.token),
      no_auth_user_(options.no_auth_user) {
  global_.account = accounts.global();
  global_.account_name = std::string(accounts.name_of(accounts.global()));

  bool only_system_users = options.authorization.users.empty();
  for (const UserOptions& user : options.authorization.users) add(user, nullptr, accounts);
  for (const AccountOptions& account : options.accounts) {
    for (const UserOptions& user : account.users) add(user, &account, accounts);
    if (!account.users.empty() && account.name != options.system_account) only_system_users = false;
  }
  const bool has_single = !single_user_.empty() || !token_.empty();
  requires_auth_ = !users_.empty() || has_single;
  shows_no_auth_user_ = !no_auth_user_.empty();
  open_global_ = !users_.empty() && only_system_users && !has_single && no_auth_user_.empty();
}

void UserDirectory::add(const UserOptions& user, const AccountOptions* account,
                        const AccountTable& accounts) {
  User entry{.password = user.password,
             .identity = global_,
             .plain_connections = plain_connections_allowed(user)};
  entry.identity.user = user.user;
  entry.identity.permissions = user.permissions;
  if (account != nullptr) {
    entry.identity.account = accounts.find(account->name);
    entry.identity.account_name = account->name;
    entry.identity.payload_bytes_max = account->payload_bytes_max;
    entry.identity.subscriptions_max = account->subscriptions_max;
  }
  users_.insert_or_assign(user.user, std::move(entry));
}

Identity UserDirectory::global_identity(std::string_view user) const {
  Identity identity = global_;
  identity.user = std::string(user);
  return identity;
}

Result<AuthCandidate> UserDirectory::anonymous() const {
  if (!requires_auth_ || open_global_) return AuthCandidate{{}, {}, global_};
  const auto user = users_.find(no_auth_user_);
  if (user == users_.end() || !user->second.plain_connections) return denied();
  return AuthCandidate{{}, {}, user->second.identity};
}

Result<AuthCandidate> UserDirectory::candidate(const Credentials& credentials) const {
  if (!requires_auth_) return anonymous();
  const bool says_nothing =
      credentials.user.empty() && credentials.password.empty() && credentials.token.empty();
  // A wrong credential never turns into the no_auth_user.
  if (says_nothing && anonymous_allowed()) return anonymous();
  if (!credentials.user.empty()) {
    const auto user = users_.find(credentials.user);
    if (user != users_.end()) {
      if (!user->second.plain_connections) return denied();
      return AuthCandidate{user->second.password, credentials.password, user->second.identity};
    }
    if (!single_user_.empty() && credentials.user == single_user_) {
      return AuthCandidate{single_password_, credentials.password, global_identity(single_user_)};
    }
  }
  if (!token_.empty() && !credentials.token.empty()) {
    return AuthCandidate{token_, credentials.token, global_};
  }
  return denied();
}

}  // namespace leat
