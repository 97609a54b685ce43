// Who may connect: the authorization block, the accounts and their users.

#include <algorithm>
#include <cmath>
#include <set>
#include <span>

#include "core/base/duration.h"
#include "core/base/quote.h"
#include "core/config/blocks.h"

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
  const bool is_list = field.value.kind == ConfigKind::kArray;
  const std::span<const ConfigValue> values =
      is_list ? std::span(field.value.items) : std::span(&field.value, 1);
  std::string unknown;
  for (const ConfigValue& value : values) {
    if (value.kind != ConfigKind::kString) {
      reader.error(value.at, "error parsing allowed connection types: unsupported type " +
                                 std::string(is_list ? "in array " : "") +
                                 std::string(config_kind_name(value)));
      continue;
    }
    const std::string type = upper(value.text);
    if (std::find(std::begin(kConnectionTypes), std::end(kConnectionTypes), type) ==
        std::end(kConnectionTypes)) {
      unknown += (unknown.empty() ? "" : " ") + go_quote(type);
      continue;
    }
    user.connection_types.push_back(type);
  }
  if (!unknown.empty()) {
    reader.error(field.value.at, "invalid connection types [" + unknown + "]");
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

// The time in seconds; nothing where a message was written.
std::optional<double> timeout_seconds(ConfigReader& reader, const ConfigValue& value) {
  const auto wrong = [&](const std::string& why) {
    reader.error(value.at, "error parsing authorization config, 'timeout' " + why);
    return std::nullopt;
  };
  if (value.kind == ConfigKind::kFloat) return value.real;
  if (value.kind == ConfigKind::kInteger) return static_cast<double>(value.integer);
  if (value.kind != ConfigKind::kString) return wrong("wrong type");
  const Result<DurationNs> parsed = parse_duration(value.text);
  if (!parsed) return wrong(parsed.error().text);
  return static_cast<double>(*parsed) / static_cast<double>(kSecondNs);
}

void read_timeout(ConfigReader& reader, const ConfigField& field, AuthorizationOptions& into) {
  const std::optional<double> seconds = timeout_seconds(reader, field.value);
  if (!seconds) return;
  constexpr double kSecondsMax = 1e9;  // decades; keeps the product inside 64 bits
  if (!(std::fabs(*seconds) <= kSecondsMax)) {
    reader.error(field.value.at, "error parsing authorization config, 'timeout' value is too big");
    return;
  }
  constexpr double kUsualSecondsMax = 60;
  if (*seconds > kUsualSecondsMax) {
    reader.warning(field.value.at,
                   "invalid use of field " + go_quote(field.key) + ": timeout of " +
                       config_shown(field.value) + " (" + std::to_string(*seconds) +
                       " seconds) is high, consider keeping it under 60 seconds. possibly caused "
                       "by unquoted duration; use '1m' instead of 1m, for example");
  }
  into.timeout_ns = static_cast<DurationNs>(*seconds * static_cast<double>(kSecondNs));
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
         into.has_users = true;
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
  if (block.has_users && !block.user.empty()) {
    reader.error(field.value.at, "Can not have a single user/pass and a users array");
  }
  if (block.has_users && !block.token.empty()) {
    reader.error(field.value.at, "Can not have a token and a users array");
  }
  std::set<std::string> names;
  for (const UserOptions& user : block.users) {
    if (!names.insert(user.user).second) {
      reader.error(field.value.at, "Duplicate user " + go_quote(user.user) + " detected");
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
  if (field.value.kind != ConfigKind::kMap) {
    reader.error(field.value.at,
                 "Expected account limits to be a map/struct, got " + config_shown(field.value));
    return;
  }
  apply_rules<AccountOptions>(
      account_limit_rules(), reader, field.value, account, [&](const ConfigField& inner) {
        reader.error(inner.value.at,
                     "Unknown field " + go_quote(inner.key) + " parsing account limits");
      });
}

auto refuse_list(std::string_view feature, std::string name) {
  return [feature, name = std::move(name)](ConfigReader& reader, const ConfigField& field,
                                           AccountOptions& account) {
    if (field.value.kind == ConfigKind::kArray) {
      refuse<AccountOptions>(feature)(reader, field, account);
      return;
    }
    reader.error(field.value.at,
                 name + " should be an array, got " + std::string(config_kind_name(field.value)));
  };
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
      {{"imports"}, refuse_list("imports", "Imports")},
      {{"exports"}, refuse_list("exports", "Exports")},
      {{"mappings", "maps"},
       [](ConfigReader& reader, const ConfigField& field, Block& account) {
         if (reader.is_map(field.value)) refuse<Block>("subject mappings")(reader, field, account);
       }},
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
    if (*name == "$G") {
      reader.error(item.at, "\"$G\" is a Reserved Account");
      continue;
    }
    const bool twice = std::any_of(options.accounts.begin(), options.accounts.end(),
                                   [&](const AccountOptions& a) { return a.name == *name; });
    if (twice) {
      reader.error(item.at, "Duplicate Account Entry: " + *name);
      continue;
    }
    options.accounts.emplace_back().name = *name;
  }
}

// Users are named once in the whole server, whatever their account, and not beside a single one.
void check_users(ConfigReader& reader, const ConfigField& field, const AccountOptions& account,
                 const AuthorizationOptions& authorization, std::set<std::string>& names) {
  const ConfigValue* users = nullptr;
  for (const ConfigField& inner : field.value.fields) {
    if (config_name(inner.key) == "users") users = &inner.value;
  }
  if (users == nullptr || account.users.empty()) return;
  if (!authorization.user.empty()) {
    reader.error(users->at, "Can not have a single user/pass and accounts");
  }
  if (!authorization.token.empty()) {
    reader.error(users->at, "Can not have a token and accounts");
  }
  for (const UserOptions& user : account.users) {
    if (names.insert(user.user).second) continue;
    reader.error(users->at, "Duplicate user " + go_quote(user.user) + " detected");
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
    const bool is_named =
        std::any_of(item.fields.begin(), item.fields.end(), [](const ConfigField& field) {
          const std::string name = config_name(field.key);
          return name == "user" || name == "username" || name == "nkey";
        });
    const bool has_errors = reader.errors().size() != errors_before;
    if (user.user.empty()) {
      const ConfigPosition& at = item.fields.empty() ? item.at : item.fields.front().value.at;
      if (!has_errors || !is_named) reader.error(at, "User entry requires a user");
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
  for (const AccountOptions& account : options.accounts) {
    for (const ConfigField& entry : field.value.fields) {
      if (entry.key == account.name) {
        check_users(reader, entry, account, options.authorization, names);
      }
    }
  }
}

}  // namespace leat
