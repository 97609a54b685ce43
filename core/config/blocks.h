#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/config/reader.h"
#include "core/options/options.h"

// The blocks of the configuration, one reader for each; `config.cc` puts them together.

namespace leat {

// { publish: ..., subscribe: ..., allow_responses: ... }
std::shared_ptr<const PermissionSet> read_permissions(ConfigReader& reader,
                                                      const ConfigValue& value);

void read_authorization(ConfigReader& reader, const ConfigField& field, ServerOptions& options);
void read_accounts(ConfigReader& reader, const ConfigField& field, ServerOptions& options);
// Users named twice, and accounts beside a single user or token. After both blocks were read.
void check_accounts(ConfigReader& reader, const ConfigField& field, const ServerOptions& options);
std::vector<UserOptions> read_users(ConfigReader& reader, const ConfigValue& value);

void read_jetstream(ConfigReader& reader, const ConfigField& field, ServerOptions& options);
std::optional<AccountJetStreamOptions> read_account_jetstream(ConfigReader& reader,
                                                              const ConfigField& field);

// host:port, or a port alone.
struct HostPort {
  std::string host;
  std::int64_t port = 0;
};
std::optional<HostPort> read_listen(ConfigReader& reader, const ConfigValue& value);

const std::vector<ConfigRule<ServerOptions>>& process_rules();  // names, files, logging, monitoring
const std::vector<ConfigRule<ServerOptions>>& limit_rules();
const std::vector<ConfigRule<ServerOptions>>& unbuilt_rules();

}  // namespace leat
