// Who may connect: the authorization block, the accounts and their users.

#include <algorithm>
#include <cmath>
#include <set>

#include "core/base/duration.h"
#include "core/server/config_blocks.h"

namespace leat {
namespace {

constexpr std::string_view kConnectionTypes[] = {
    "STANDARD", "WEBSOCKET", "LEAFNODE", "LEAFNODE_WS", "MQTT", "MQTT_WS", "IN_PROCESS"};

std::string upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c & ~0x20);
  }
  return text;
}

void read_connection_types(ConfigReader& reader, const ConfigField& field, UserOptions& user) {
  std::vector<const ConfigValue*> values;
  if (field.value.kind == ConfigKind::kArray) {
    for (const ConfigValue& item : field.value.items) values.push_back(&item);
  } else {
    values.push_back(&field.value);
  }
  for (const ConfigValue* value : values) {
    const std::optional<std::string> text = reader.text(*value);
    if (!text) continue;
    const std::string type = upper(*text);
    if (std::find(std::begin(kConnectionTypes), std::end(kConnectionTypes), type) ==
        std::end(kConnectionTypes)) {
      reader.error(field.value.at, "invalid connection types [\"" + type + "\"]");
      continue;
    }
    user.connection_types.push_back(type);
  }
}

const std::vector<ConfigRule<UserOptions>>& user_rules() {
  static const std::vector<ConfigRule<UserOptions>> rules = {
      {{"user", "username"}, store_text(&UserOptions::user)},
      {{"pass", "password"}, store_text(&UserOptions::password)},
      {{"permission", "permissions", "authorization"},
       [](ConfigReader& reader, const ConfigField& field, UserOptions& user) {
         user.permissions = read_permissions(reader, field.value);
       }},
      {{"allowed_connection_types", "connection_types", "clients"}, read_connection_types},
      {{"nkey"}, refuse<UserOptions>("nkey users")},
      {{"proxy_required"}, refuse_if_on<UserOptions>("trusted proxies")},
  };
  return rules;
}

void give_defaults(std::vector<UserOptions>& users,
                   const std::shared_ptr<const PermissionSet>& defaults) {
  for (UserOptions& user : users) {
    if (!user.permissions) user.permissions = defaults;
  }
}

// ---- authorization

void read_timeout(ConfigReader& reader, const ConfigField& field, AuthorizationOptions& into) {
  const ConfigValue& value = field.value;
  if (value.kind == ConfigKind::kInteger || value.kind == ConfigKind::kFloat) {
    const double seconds =
        value.kind == ConfigKind::kFloat ? value.real : static_cast<double>(value.integer);
    constexpr double kSecondsMax = 1e9;  // decades; keeps the product inside 64 bits
    if (!(std::fabs(seconds) <= kSecondsMax)) {
      reader.error(value.at, "error parsing authorization config, 'timeout' value is too big");
      return;
    }
    into.timeout_ns = static_cast<DurationNs>(seconds * static_cast<double>(kSecondNs));
    return;
  }
  if (value.kind != ConfigKind::kString) {
    reader.error(value.at, "error parsing authorization config, 'timeout' wrong type");
    return;
  }
  const Result<DurationNs> parsed = parse_duration(value.text);
  if (parsed) {
    into.timeout_ns = *parsed;
    return;
  }
  reader.error(value.at, "error parsing authorization config, 'timeout' " + parsed.error().text);
}

const std::vector<ConfigRule<AuthorizationOptions>>& authorization_rules() {
  using Block = AuthorizationOptions;
  static const std::vector<ConfigRule<Block>> rules = {
      {{"user", "username"}, store_text(&Block::user)},
      {{"pass", "password"}, store_text(&Block::password)},
      {{"token"}, store_text(&Block::token)},
      {{"timeout"}, read_timeout},
      {{"users"},
       [](ConfigReader& reader, const ConfigField& field, Block& into) {
         into.users = read_users(reader, field.value);
       }},
      {{"default_permission", "default_permissions", "permissions"},
       [](ConfigReader& reader, const ConfigField& field, Block& into) {
         into.default_permissions = read_permissions(reader, field.value);
       }},
      {{"auth_callout", "auth_hook"}, refuse<Block>("authorization callouts")},
      {{"proxy_required"}, refuse_if_on<Block>("trusted proxies")},
  };
  return rules;
}

void check_authorization(ConfigReader& reader, const ConfigField& field,
                         const AuthorizationOptions& block) {
  const bool has_user = !block.user.empty() || !block.password.empty();
  if (has_user && !block.token.empty()) {
    reader.error(field.value.at, "Cannot have a user/pass and token");
  }
  if (!block.users.empty() && has_user) {
    reader.error(field.value.at, "Can not have a single user/pass and a users array");
  }
  if (!block.users.empty() && !block.token.empty()) {
    reader.error(field.value.at, "Can not have a token and a users array");
  }
  std::set<std::string> names;
  for (const UserOptions& user : block.users) {
    if (!names.insert(user.user).second) {
      reader.error(field.value.at, "Duplicate user \"" + user.user + "\" detected");
    }
  }
}

// ---- accounts

const std::vector<ConfigRule<AccountOptions>>& account_limit_rules() {
  using Block = AccountOptions;
  static const std::vector<ConfigRule<Block>> rules = {
      {{"max_connections", "max_conn"},
       [](ConfigReader& reader, const ConfigField& field, Block& account) {
         const auto count = reader.integer(field.value);
         if (!count) return;
         account.connections_max = *count;
         if (*count >= 0) reader.unbuilt(field, "limit of connections for an account");
       }},
      {{"max_subscriptions", "max_subs"}, store_integer(&Block::subscriptions_max)},
      {{"max_payload", "max_pay"}, store_integer(&Block::payload_bytes_max)},
      {{"max_leafnodes", "max_leafs"}, ignore_integer<Block>()},  // there are none
  };
  return rules;
}

void read_account_limits(ConfigReader& reader, const ConfigField& field, AccountOptions& account) {
  if (!reader.is_map(field.value)) return;
  apply_rules<AccountOptions>(
      account_limit_rules(), reader, field.value, account, [&](const ConfigField& inner) {
        reader.error(inner.value.at, "Unknown field \"" + inner.key + "\" parsing account limits");
      });
}

const std::vector<ConfigRule<AccountOptions>>& account_rules() {
  using Block = AccountOptions;
  static const std::vector<ConfigRule<Block>> rules = {
      {{"users"},
       [](ConfigReader& reader, const ConfigField& field, Block& account) {
         account.users = read_users(reader, field.value);
       }},
      {{"default_permissions"},
       [](ConfigReader& reader, const ConfigField& field, Block& account) {
         account.default_permissions = read_permissions(reader, field.value);
       }},
      {{"limits"}, read_account_limits},
      {{"jetstream"},
       [](ConfigReader& reader, const ConfigField& field, Block& account) {
         account.jetstream = read_account_jetstream(reader, field);
       }},
      {{"nkey"}, refuse<Block>("account nkeys")},
      {{"imports"}, refuse<Block>("imports")},
      {{"exports"}, refuse<Block>("exports")},
      {{"mappings", "maps"}, refuse<Block>("subject mappings")},
      {{"msg_trace", "trace_dest"}, refuse<Block>("message tracing")},
  };
  return rules;
}

AccountOptions read_account(ConfigReader& reader, const ConfigField& field) {
  AccountOptions account;
  account.name = field.key;
  apply_rules<AccountOptions>(account_rules(), reader, field.value, account);
  give_defaults(account.users, account.default_permissions);
  return account;
}

void read_account_names(ConfigReader& reader, const ConfigValue& list, ServerOptions& options) {
  for (const ConfigValue& item : list.items) {
    const std::optional<std::string> name = reader.text(item);
    if (!name) continue;
    const bool twice = std::any_of(options.accounts.begin(), options.accounts.end(),
                                   [&](const AccountOptions& a) { return a.name == *name; });
    if (twice) {
      reader.error(item.at, "Duplicate Account Entry: " + *name);
      continue;
    }
    options.accounts.emplace_back().name = *name;
  }
}

// Users are named once in the whole server, whatever their account.
void check_users(ConfigReader& reader, const ConfigField& field, const AccountOptions& account,
                 std::set<std::string>& names) {
  for (const UserOptions& user : account.users) {
    if (names.insert(user.user).second) continue;
    const ConfigValue* users = nullptr;
    for (const ConfigField& inner : field.value.fields) {
      if (config_name(inner.key) == "users") users = &inner.value;
    }
    reader.error(users != nullptr ? users->at : field.value.at,
                 "Duplicate user \"" + user.user + "\" detected");
  }
}

}  // namespace

std::vector<UserOptions> read_users(ConfigReader& reader, const ConfigValue& value) {
  std::vector<UserOptions> users;
  if (value.kind != ConfigKind::kArray) {
    reader.error(value.at, "Expected users field to be an array, got " + config_shown(value));
    return users;
  }
  for (const ConfigValue& item : value.items) {
    if (item.kind != ConfigKind::kMap) {
      reader.error(item.at, "Expected user entry to be a map/struct, got " + config_shown(item));
      continue;
    }
    UserOptions user;
    const std::size_t errors_before = reader.errors().size();
    apply_rules<UserOptions>(user_rules(), reader, item, user);
    if (reader.errors().size() != errors_before) continue;
    if (user.user.empty()) {
      const ConfigPosition& at = item.fields.empty() ? item.at : item.fields.front().value.at;
      reader.error(at, "User entry requires a user");
      continue;
    }
    users.push_back(std::move(user));
  }
  return users;
}

void read_authorization(ConfigReader& reader, const ConfigField& field, ServerOptions& options) {
  if (!reader.is_map(field.value)) return;
  AuthorizationOptions block;
  apply_rules<AuthorizationOptions>(authorization_rules(), reader, field.value, block);
  check_authorization(reader, field, block);
  give_defaults(block.users, block.default_permissions);
  options.authorization = std::move(block);
}

void read_accounts(ConfigReader& reader, const ConfigField& field, ServerOptions& options) {
  options.accounts.clear();
  if (field.value.kind == ConfigKind::kArray) {
    read_account_names(reader, field.value, options);
    return;
  }
  if (!reader.is_map(field.value)) return;
  for (const ConfigField& entry : field.value.fields) {
    if (entry.value.kind != ConfigKind::kMap) {
      if (entry.value.used_as_variable) continue;
      reader.error(entry.value.at, "Expected map entries for accounts");
    } else if (entry.key == "$G") {
      reader.error(entry.value.at, "\"$G\" is a Reserved Account");
    } else {
      options.accounts.push_back(read_account(reader, entry));
    }
  }
}

void check_accounts(ConfigReader& reader, const ConfigField& field, const ServerOptions& options) {
  std::set<std::string> names;
  for (const UserOptions& user : options.authorization.users) names.insert(user.user);
  bool any_user = false;
  for (const AccountOptions& account : options.accounts) {
    for (const ConfigField& entry : field.value.fields) {
      if (entry.key == account.name) check_users(reader, entry, account, names);
    }
    any_user = any_user || !account.users.empty();
  }
  if (!any_user) return;
  if (!options.authorization.user.empty()) {
    reader.error(field.value.at, "Can not have a single user/pass and accounts");
  }
  if (!options.authorization.token.empty()) {
    reader.error(field.value.at, "Can not have a token and accounts");
  }
}

}  // namespace leat
