#pragma once

#include <memory>
#include <string>
#include <utility>

#include "core/base/ids.h"
#include "core/base/lifetime.h"
#include "core/base/result.h"
#include "core/base/rng.h"
#include "core/session/authenticator.h"
#include "core/session/permission_check.h"

namespace leat {

// Who one connection is: the nonce that it was given, the question that the authenticator is asked
// about it, and the answer with its permissions. A member of the connection, used on the shard's
// thread; every protocol whose clients log in has one. Until somebody asks it holds no memory of
// its own.
class Login {
 public:
  explicit Login(Authenticator& authenticator) : authenticator_(authenticator) {}

  // Makes the nonce of INFO, where the authenticator wants one.
  void make_nonce(const RandomSource& random);
  const std::string& nonce() const { return nonce_; }
  bool is_required() const { return authenticator_.auth_required(); }
  bool is_optional() const { return authenticator_.anonymous_allowed(); }

  // Asks who speaks these words; `done(Result<Identity>)` is called on the shard's thread, perhaps
  // inside the call. Never after the connection has gone, and not after another question: an answer
  // that comes late is about somebody else.
  template <typename Done>
  void ask(Credentials words, Done done) {
    words.nonce = nonce_;
    question_ = std::make_unique<Lifetime<Login>>(*this);
    authenticator_.authenticate(std::move(words), [self = question_->ref(), done = std::move(done)](
                                                      Result<Identity> identity) mutable {
      if (!self) return;
      self->question_.reset();
      done(std::move(identity));
    });
  }
  // The connection is this one from now on. Whoever stays the same under another configuration
  // keeps the replies that it may still answer.
  enum class Change : bool { kAnother, kSame };
  void become(Identity identity, Change change);

  const Identity* identity() const { return identity_.get(); }         // null: not known yet
  AccountId account() const { return account_; }                       // none: the same
  PermissionCheck* permissions() const { return permissions_.get(); }  // null: all is allowed
  bool filters_deliveries() const { return filters_deliveries_; }

 private:
  Authenticator& authenticator_;
  std::string nonce_;
  std::unique_ptr<Lifetime<Login>> question_;  // null: nothing is asked
  std::unique_ptr<Identity> identity_;
  std::unique_ptr<PermissionCheck> permissions_;
  AccountId account_;
  bool filters_deliveries_ = false;
};

}  // namespace leat
