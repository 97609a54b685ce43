#pragma once

#include <memory>

#include "core/auth/password_pool.h"
#include "core/auth/user_directory.h"
#include "core/env/mailbox.h"
#include "core/session/authenticator.h"

namespace leat {

// Decides who a connection is from the configuration. One per shard, owned by the server, used on
// the shard's thread. Plain passwords are answered inside the call; bcrypt answers later.
class ConfigAuthenticator final : public Authenticator {
 public:
  // `home` is the inbox of this shard. Both outlive the authenticator.
  ConfigAuthenticator(std::shared_ptr<const UserDirectory> directory, PasswordPool& pool,
                      RemotePost& home);

  // A new generation: whoever connects from now on, or waits for an answer, is judged by it.
  void reload(std::shared_ptr<const UserDirectory> directory);

  bool auth_required() const override { return directory_->auth_required(); }
  bool nonce_wanted() const override { return false; }  // nobody signs: there are no nkey users
  bool anonymous_allowed() const override { return directory_->anonymous_allowed(); }
  void authenticate(Credentials credentials, IdentityCallback done) override;

 private:
  // What the pool was asked for, and by which generation.
  struct Question {
    std::shared_ptr<const UserDirectory> directory;
    Credentials credentials;
    Identity identity;
    IdentityCallback done;
  };

  // Takes what both hold; the candidate views into the credentials.
  void check_hash(AuthCandidate& candidate, Credentials& credentials, IdentityCallback done);

  std::shared_ptr<const UserDirectory> directory_;
  PasswordPool& pool_;
  RemotePost& home_;
};

}  // namespace leat
