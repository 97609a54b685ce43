#pragma once

#include <memory>
#include <string>
#include <utility>

#include "core/session/accounts.h"
#include "core/session/authenticator.h"

namespace leat::sim {

// Lets everybody into the global account.
class OpenAuthenticator final : public Authenticator {
 public:
  explicit OpenAuthenticator(std::shared_ptr<const AccountTable> accounts)
      : accounts_(std::move(accounts)) {}
  bool auth_required() const override { return false; }
  bool nonce_wanted() const override { return false; }
  bool anonymous_allowed() const override { return true; }
  void authenticate(Credentials /*credentials*/, IdentityCallback done) override {
    Identity identity;
    identity.account = accounts_->global();
    identity.account_name = std::string(accounts_->name_of(identity.account));
    done(std::move(identity));
  }

 private:
  std::shared_ptr<const AccountTable> accounts_;
};

}  // namespace leat::sim
