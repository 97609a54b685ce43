#include "core/config/config.h"

#include <algorithm>

#include "core/base/duration.h"
#include "core/base/quote.h"
#include "core/config/blocks.h"
#include "core/subject/subject.h"
#include "proto/api/reserved_subjects.h"

namespace leat {
namespace {

using Rules = std::vector<ConfigRule<ServerOptions>>;

const Rules& block_rules() {
  static const Rules rules = {
      {{"authorization"}, read_authorization},
      {{"accounts"}, read_accounts},
      {{"jetstream"}, read_jetstream},
  };
  return rules;
}

const Rules& all_rules() {
  static const Rules rules = [] {
    Rules all;
    for (const Rules* part : {&process_rules(), &limit_rules(), &block_rules(), &unbuilt_rules()}) {
      all.insert(all.end(), part->begin(), part->end());
    }
    return all;
  }();
  return rules;
}

void read_tree(ConfigReader& reader, const ConfigValue& root, ServerOptions& options) {
  apply_rules<ServerOptions>(all_rules(), reader, root, options);
  // Accounts are judged together with the authorization block, wherever that one stands.
  for (const ConfigField& field : root.fields) {
    if (config_name(field.key) == "accounts") check_accounts(reader, field, options);
  }
}

bool user_exists(const ServerOptions& options, const std::string& name) {
  const auto has = [&](const std::vector<UserOptions>& users) {
    return std::any_of(users.begin(), users.end(),
                       [&](const UserOptions& user) { return user.user == name; });
  };
  if (has(options.authorization.users)) return true;
  return std::any_of(options.accounts.begin(), options.accounts.end(),
                     [&](const AccountOptions& account) { return has(account.users); });
}

bool any_users(const ServerOptions& options) {
  return !options.authorization.users.empty() ||
         std::any_of(options.accounts.begin(), options.accounts.end(),
                     [](const AccountOptions& account) { return !account.users.empty(); });
}

Status check_no_auth_user(const ServerOptions& options) {
  const std::string& name = options.no_auth_user;
  if (name.empty() || user_exists(options, name)) return {};
  if (!any_users(options)) {
    return failure(ErrorKind::kInvalid,
                   "no_auth_user: " + go_quote(name) + " present, but users/nkeys are not defined");
  }
  return failure(ErrorKind::kInvalid,
                 "no_auth_user: " + go_quote(name) +
                     " not present as user or nkey in authorization block or account "
                     "configuration");
}

Status check_system_account(const ServerOptions& options) {
  const std::string& name = options.system_account;
  if (options.system_account_disabled) return {};
  const bool known = name == "$SYS" || name == "$G" ||
                     std::any_of(options.accounts.begin(), options.accounts.end(),
                                 [&](const AccountOptions& a) { return a.name == name; });
  if (known) return {};
  return failure(ErrorKind::kInvalid, "error resolving system account: account missing");
}

// Sizes that have no "unlimited": a negative one is a slip of the pen.
Status check_sizes(const LimitOptions& limits) {
  const std::pair<const char*, std::int64_t> sizes[] = {
      {"max_control_line", limits.control_line_bytes_max},
      {"max_pending", limits.pending_bytes_max},
      {"max_closed_clients", limits.closed_clients_max},
      {"ping_interval", limits.ping_interval_ns},
      {"ping_max", limits.pings_outstanding_max},
      {"write_deadline", limits.write_deadline_ns}};
  for (const auto& [name, size] : sizes) {
    if (size < 0) {
      return failure(ErrorKind::kInvalid, std::string(name) + " value can not be negative");
    }
  }
  return {};
}

Status check_jetstream(const ServerOptions& options) {
  const std::string& domain = options.jetstream.domain;
  if (domain.find_first_of(".*>") != std::string::npos) {
    return failure(ErrorKind::kInvalid, "invalid domain name: may not contain ., * or >");
  }
  const std::string api = "$JS." + domain + ".API.>";
  if (!domain.empty() && !is_valid_subject(api)) {
    return failure(ErrorKind::kInvalid,
                   "invalid domain name: derived " + go_quote(api) + " is not a valid subject");
  }
  if (is_reserved_domain(options.jetstream.domain)) {
    return failure(ErrorKind::kInvalid,
                   "invalid domain name: " + go_quote(options.jetstream.domain) + " is reserved");
  }
  return {};
}

}  // namespace

LoadedConfig load_config(const std::string& path, const ConfigEnvironment& world) {
  LoadedConfig loaded;
  Result<ConfigValue> root = parse_config_file(path, world);
  if (!root) {
    loaded.errors.push_back(root.error().text);
    return loaded;
  }
  ConfigReader reader;
  read_tree(reader, *root, loaded.options);
  loaded.options.config_file = path;
  loaded.options.config_digest = config_digest(*root);
  loaded.warnings = reader.warnings();
  loaded.errors = reader.errors();
  if (root->fields.empty()) {
    loaded.warnings.push_back(path + ": config has no values or is empty");
  }
  return loaded;
}

Status check_options(const ServerOptions& options) {
  if (options.lame_duck_grace_ns >= options.lame_duck_duration_ns) {
    return failure(ErrorKind::kInvalid, "lame duck grace period (" +
                                            format_duration(options.lame_duck_grace_ns) +
                                            ") should be strictly lower than lame duck duration (" +
                                            format_duration(options.lame_duck_duration_ns) + ")");
  }
  if (options.limits.payload_bytes_max > options.limits.pending_bytes_max) {
    return failure(ErrorKind::kInvalid, "max_payload (" +
                                            std::to_string(options.limits.payload_bytes_max) +
                                            ") cannot be higher than max_pending (" +
                                            std::to_string(options.limits.pending_bytes_max) + ")");
  }
  if (options.server_name.find(' ') != std::string::npos) {
    return failure(ErrorKind::kInvalid, "server name cannot contain spaces");
  }
  if (options.shards < 1 || options.shards > limits::kShards) {
    return failure(ErrorKind::kInvalid,
                   "shards must be between 1 and " + std::to_string(limits::kShards));
  }
  LEAT_TRY(check_sizes(options.limits));
  LEAT_TRY(check_no_auth_user(options));
  LEAT_TRY(check_system_account(options));
  return check_jetstream(options);
}

std::string config_messages(const LoadedConfig& loaded) {
  std::string out;
  for (const std::vector<std::string>* part : {&loaded.warnings, &loaded.errors}) {
    for (const std::string& line : *part) {
      if (!out.empty()) out += '\n';
      out += line;
    }
  }
  return out;
}

}  // namespace leat
