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
  candidate->identity.matched_hash = std::string(candidate->configured);
  // The same password has fitted the same hash before.
  if (credentials.matched_hash == candidate->configured) {
    done(std::move(candidate->identity));
    return;
  }
  check_hash(*candidate, credentials, std::move(done));
}

void ConfigAuthenticator::check_hash(AuthCandidate& candidate, Credentials& credentials,
                                     IdentityCallback done) {
  PasswordPool::Check check;
  check.configured = std::string(candidate.configured);
  check.given = std::string(candidate.given);
  check.home = &home_;
  check.urgency = credentials.matched_hash.empty() ? PasswordPool::Urgency::kLogin
                                                   : PasswordPool::Urgency::kRecheck;
  auto question = std::make_unique<Question>(Question{.directory = directory_,
                                                      .credentials = std::move(credentials),
                                                      .identity = std::move(candidate.identity),
                                                      .done = std::move(done)});
  // The question is moved into the check only when the pool has taken it.
  Question* asked = question.get();
  check.answer = [this, held = std::move(question)](bool matches) {
    if (held->directory != directory_) {  // a reload came between: what was checked may be gone
      authenticate(std::move(held->credentials), std::move(held->done));
    } else if (matches) {
      held->done(std::move(held->identity));
    } else {
      held->done(violation());
    }
  };
  if (!pool_.submit(check)) asked->done(failure(ErrorKind::kLimit, "too many password checks"));
}

}  // namespace leat
