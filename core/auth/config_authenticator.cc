#include "core/auth/config_authenticator.h"

#include <utility>

#include "core/auth/password.h"

namespace leat {
namespace {

tl::unexpected<Error> violation() { return failure(ErrorKind::kDenied, "authorization violation"); }

}  // namespace

ConfigAuthenticator::ConfigAuthenticator(std::shared_ptr<const UserDirectory> directory,
                                         PasswordPool& pool, RemotePost& home)
    : directory_(std::move(directory)), pool_(pool), home_(home) {}

void ConfigAuthenticator::reload(std::shared_ptr<const UserDirectory> directory) {
  directory_ = std::move(directory);
}

void ConfigAuthenticator::authenticate(Credentials credentials, IdentityCallback done) {
  Result<AuthCandidate> candidate = directory_->candidate(credentials);
  if (!candidate) {
    done(violation());
    return;
  }
  if (!is_bcrypt_hash(candidate->configured)) {
    if (password_matches(candidate->configured, candidate->given)) {
      done(std::move(candidate->identity));
    } else {
      done(violation());
    }
    return;
  }
  // The answer is moved into the check only when the pool has taken it.
  auto waiting = std::make_unique<IdentityCallback>(std::move(done));
  IdentityCallback* callback = waiting.get();
  PasswordPool::Check check;
  check.configured = std::string(candidate->configured);
  check.given = std::string(candidate->given);
  check.home = &home_;
  check.answer = [held = std::move(waiting),
                  identity = std::move(candidate->identity)](bool matches) mutable {
    if (matches) {
      (*held)(std::move(identity));
    } else {
      (*held)(violation());
    }
  };
  if (!pool_.submit(check)) (*callback)(failure(ErrorKind::kLimit, "too many password checks"));
}

}  // namespace leat
