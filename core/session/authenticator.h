#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/base/task.h"
#include "core/session/permissions.h"
#include "proto/client/connect.h"

namespace leat {

// What a CONNECT and the transport say about who is there.
struct Credentials : ConnectCredentials {
  std::string nonce;  // the one this connection was given in INFO
  std::string client_host;
  // Identity::matched_hash of a connection that is let in already and is looked at again.
  std::string matched_hash;
};

// Who a connection is from then on. Permissions are shared between connections of a user and are
// immutable; a reload makes new ones.
struct Identity {
  AccountId account;
  std::string account_name;
  std::string user;
  std::shared_ptr<const PermissionSet> permissions;  // null: everything is allowed
  std::int64_t payload_bytes_max = -1;               // -1: the server's limit holds
  std::int64_t subscriptions_max = -1;
  std::string matched_hash;  // the bcrypt hash that the password fits; else empty
};

using IdentityCallback = InlineFunction<void(Result<Identity>)>;

// Decides who a connection is. One per shard; core/auth implements it over the configuration.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  virtual bool auth_required() const = 0;  // as INFO states it
  virtual bool nonce_wanted() const = 0;   // INFO carries a nonce
  // Whether a connection that sends something else before CONNECT is let in (no auth, or a
  // no_auth_user that the configuration names).
  virtual bool anonymous_allowed() const = 0;
  // Answers on the shard's thread, perhaps inside the call, perhaps later (bcrypt runs elsewhere).
  virtual void authenticate(Credentials credentials, IdentityCallback done) = 0;
};

}  // namespace leat
