#pragma once

#include <cstdint>
#include <memory>

#include "core/auth/user_directory.h"
#include "core/options/options.h"
#include "core/runtime/server_identity.h"
#include "core/session/accounts.h"
#include "core/session/session_settings.h"

namespace leat {

// One generation of the configuration as the shards get it: made at start and by each reload,
// immutable, shared.
struct Generation {
  std::uint64_t number = 1;
  std::shared_ptr<const ServerOptions> options;
  std::shared_ptr<const AccountTable> accounts;
  std::shared_ptr<const SessionSettings> settings;
  std::shared_ptr<const UserDirectory> users;
};

// `previous`: null at start. `client_port` is the one that is bound.
std::shared_ptr<const Generation> make_generation(ServerOptions options,
                                                  const ServerIdentity& identity, int client_port,
                                                  const Generation* previous);

}  // namespace leat
