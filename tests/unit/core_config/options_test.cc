// What would be wrong: a server that starts with other options than its file says, or starts at
// all where a mistake or a feature that is not built stands in it.
#include <gtest/gtest.h>

#include <span>

#include "core/config/config.h"

namespace leat {
namespace {

LoadedConfig load(const std::string& text) {
  return load_config(
      "c.conf", ConfigEnvironment{
                    .read_file = [&](const std::string&) -> Result<std::string> { return text; },
                    .variable = [](const std::string&) { return std::nullopt; }});
}

ServerOptions options_of(const std::string& text) {
  LoadedConfig loaded = load(text);
  EXPECT_TRUE(loaded.errors.empty()) << text << "\n" << config_messages(loaded);
  return loaded.options;
}

TEST(ConfigOptions, Process) {
  const ServerOptions options = options_of(R"(
    net: 127.0.0.1, port: -1, server_name: n1, http: "127.0.0.1:-1", http_base_path: /x
    server_tags: [ id:xyz, b ], server_metadata { a: "1" }, ports_file_dir: /tmp
    pidfile = p.pid; logfile: l.log; debug: true, trace: on, logtime: false, logtime_utc: true
    log_size_limit: 1MB, logfile_max_num: 3, max_traced_msg_len: 10, client_advertise: "h:1"
    disable_sublist_cache: true, prof_port: 6060, no_system_account: false, shards: 2
    feature_flags { js_ack_fc_v2: false }
  )");
  EXPECT_EQ(options.host, "127.0.0.1");
  EXPECT_EQ(options.port, -1);
  EXPECT_EQ(options.server_name, "n1");
  EXPECT_EQ(options.http.host, "127.0.0.1");
  EXPECT_EQ(options.http.port, -1);
  EXPECT_EQ(options.http.base_path, "/x");
  EXPECT_EQ(options.server_tags, (std::vector<std::string>{"id:xyz", "b"}));
  EXPECT_EQ(options.server_metadata.at("a"), "1");
  EXPECT_EQ(options.pid_file, "p.pid");
  EXPECT_EQ(options.log.file, "l.log");
  EXPECT_TRUE(options.log.debug && options.log.trace && options.log.utc);
  EXPECT_FALSE(options.log.time);
  EXPECT_EQ(options.log.file_bytes_max, 1024 * 1024);
  EXPECT_EQ(options.log.files_max, 3);
  EXPECT_EQ(options.shards, 2);
  EXPECT_EQ(options.config_file, "c.conf");
}

TEST(ConfigOptions, ListenKeepsHostAndPort) {
  EXPECT_EQ(options_of("listen: \"[::1]:4333\"").host, "::1");
  EXPECT_EQ(options_of("listen: localhost:4333").port, 4333);
  EXPECT_EQ(options_of("listen: 4333").port, 4333);
  EXPECT_EQ(options_of("http: 8222").http.port, 8222);
  EXPECT_EQ(options_of("listen: \"[h]:+5\"").port, 5);
}

TEST(ConfigOptions, NoHostAndPortZeroMeanTheUsualOnes) {
  for (const char* text : {"", "listen: 0", "listen: \":0\"", "host: \"\"\nport: 0"}) {
    ServerOptions options = options_of(text);
    complete_options(options);
    EXPECT_EQ(options.host, "0.0.0.0") << text;
    EXPECT_EQ(options.port, 4222) << text;
  }
}

TEST(ConfigOptions, Limits) {
  const ServerOptions options = options_of(R"(
    max_conn: 10, max_subs: 20, max_sub_tokens: 8, max_control_line: 1KB, max_payload: 2MB
    max_pending: 4MB, ping_interval: "100ms", ping_max: 5, write_deadline: "3s"
    lame_duck_duration: "40s", lame_duck_grace_period: "1s", no_header_support: true
    no_fast_producer_stall: true, max_closed_clients: 7, write_timeout: close
  )");
  EXPECT_EQ(options.limits.connections_max, 10);
  EXPECT_EQ(options.limits.subscriptions_max, 20);
  EXPECT_EQ(options.limits.subscription_tokens_max, 8);
  EXPECT_EQ(options.limits.control_line_bytes_max, 1024);
  EXPECT_EQ(options.limits.payload_bytes_max, 2 * 1024 * 1024);
  EXPECT_EQ(options.limits.pending_bytes_max, 4 * 1024 * 1024);
  EXPECT_EQ(options.limits.ping_interval_ns, kSecondNs / 10);
  EXPECT_EQ(options.limits.pings_outstanding_max, 5);
  EXPECT_EQ(options.limits.write_deadline_ns, 3 * kSecondNs);
  EXPECT_EQ(options.limits.closed_clients_max, 7);
  EXPECT_FALSE(options.limits.fast_producer_stall);
  EXPECT_EQ(options.lame_duck_duration_ns, 40 * kSecondNs);
  EXPECT_EQ(options.lame_duck_grace_ns, kSecondNs);
  EXPECT_FALSE(options.headers);
  // Zero is "nobody" for connections and "the default" for sizes.
  EXPECT_EQ(options_of("max_connections: 0").limits.connections_max, 0);
  EXPECT_EQ(options_of("max_payload: 0").limits.payload_bytes_max, 1024 * 1024);
}

TEST(ConfigOptions, SecondsInsteadOfADurationAreTakenWithAWarning) {
  const LoadedConfig loaded = load("write_deadline: 5");
  EXPECT_TRUE(loaded.errors.empty());
  EXPECT_EQ(loaded.options.limits.write_deadline_ns, 5 * kSecondNs);
  EXPECT_EQ(config_messages(loaded),
            "c.conf:1:0: invalid use of field \"write_deadline\": write_deadline should be "
            "converted to a duration");
  EXPECT_NE(config_messages(load("Write_Deadline: 5")).find("field \"write_deadline\""),
            std::string::npos);
  EXPECT_EQ(config_messages(load("")), "c.conf: config has no values or is empty");
}

TEST(ConfigOptions, JetStream) {
  EXPECT_TRUE(options_of("jetstream: true").jetstream.enabled);
  EXPECT_TRUE(options_of("jetstream {}").jetstream.enabled);
  EXPECT_FALSE(options_of("jetstream: disabled").jetstream.enabled);
  EXPECT_FALSE(options_of("jetstream { enabled: false }").jetstream.enabled);
  EXPECT_TRUE(options_of("jetstream: enabled").jetstream.enabled);
  const JetStreamOptions js = options_of(R"(
    jetstream { store_dir: "/d", max_mem: "1G", max_file_store: 1048576, domain:LEAF
                strict: false, sync_interval: "10s", max_buffered_msgs: 5
                max_buffered_size: "128M", meta_compact_size: 1MB
                journal_size: 64M
                disk_reserve: "2G"
                index_memory: 512MB
                limits { max_ack_pending: 7, duplicate_window: "1m" } }
  )")
                                  .jetstream;
  EXPECT_EQ(js.store_dir, "/d");
  EXPECT_EQ(js.memory_bytes_max, 1024LL * 1024 * 1024);
  EXPECT_EQ(js.file_bytes_max, 1048576);
  EXPECT_EQ(js.domain, "LEAF");
  EXPECT_FALSE(js.strict);
  EXPECT_EQ(js.sync_interval_ns, 10 * kSecondNs);
  EXPECT_EQ(js.journal_bytes, 64 * 1000 * 1000);
  EXPECT_EQ(js.disk_reserve_bytes, 2ll << 30);
  EXPECT_EQ(js.index_bytes_max, 512ll << 20);
  EXPECT_EQ(js.limits.ack_pending_max, 7);
  EXPECT_EQ(js.limits.duplicate_window_ns_max, 60 * kSecondNs);
  EXPECT_FALSE(options_of("jetstream {sync: always}").jetstream.sync_interval_ns.has_value());
  EXPECT_EQ(options_of("store_dir: x\njetstream: true").jetstream.store_dir, "x");
  EXPECT_EQ(options_of("jetstream { store: x, meta_compact_sync: true }").jetstream.store_dir, "x");
}

TEST(ConfigOptions, AuthorizationAndUsers) {
  const ServerOptions one = options_of("authorization {username: a, password: b, timeout: 0.5}");
  EXPECT_EQ(one.authorization.user, "a");
  EXPECT_EQ(one.authorization.password, "b");
  EXPECT_EQ(auth_timeout_ns(one), kSecondNs / 2);
  EXPECT_EQ(auth_timeout_ns(options_of("authorization {token: t, timeout: \"2s\"}")),
            2 * kSecondNs);
  EXPECT_EQ(auth_timeout_ns(options_of("")), 2 * kSecondNs);

  const ServerOptions many = options_of(R"(
    PERMS: { publish: "foo.>" }
    authorization {
      default_permissions: { subscribe: { allow: ["a", "b q*"], deny: c } }
      users: [ {user: x, pass: $2a$04$aaaaaaaaaaaaaaaaaaaaaa, permissions: $PERMS}
               {user: y, pass: "p", allowed_connection_types: [standard]} ]
    }
  )");
  ASSERT_EQ(many.authorization.users.size(), 2U);
  const UserOptions& x = many.authorization.users[0];
  EXPECT_EQ(x.password, "$2a$04$aaaaaaaaaaaaaaaaaaaaaa");
  EXPECT_EQ(x.permissions->publish_allow, std::vector<std::string>{"foo.>"});
  EXPECT_FALSE(x.permissions->subscribe_allow.has_value());
  const UserOptions& y = many.authorization.users[1];
  ASSERT_EQ(y.permissions->subscribe_allow->size(), 2U);
  EXPECT_EQ((*y.permissions->subscribe_allow)[1].subject, "b");
  EXPECT_EQ((*y.permissions->subscribe_allow)[1].queue, "q*");
  EXPECT_EQ(y.permissions->subscribe_deny[0].subject, "c");
  EXPECT_EQ(y.connection_types, std::vector<std::string>{"STANDARD"});
}

TEST(ConfigOptions, ResponsesImplyThatNothingElseMayBePublished) {
  const auto permissions = [](const std::string& text) {
    return *options_of("authorization {users: [{user: a, pass: b, permissions: {" + text + "}}]}")
                .authorization.users[0]
                .permissions;
  };
  const PermissionSet alone = permissions("allow_responses: true");
  EXPECT_EQ(alone.publish_allow, std::vector<std::string>{});
  EXPECT_EQ(alone.responses->messages_max, 1);
  EXPECT_EQ(alone.responses->expires, 120 * kSecondNs);
  const PermissionSet denied =
      permissions("publish: {deny: x}, allow_responses: {max: 5, expires: \"1m\"}");
  EXPECT_EQ(denied.publish_allow, std::vector<std::string>{});
  EXPECT_EQ(denied.publish_deny, std::vector<std::string>{"x"});
  EXPECT_EQ(denied.responses->messages_max, 5);
  EXPECT_EQ(denied.responses->expires, 60 * kSecondNs);
  EXPECT_FALSE(permissions("allow_responses: false").publish_allow.has_value());
  EXPECT_EQ(permissions("publish: y, allow_responses: true").publish_allow,
            std::vector<std::string>{"y"});
}

TEST(ConfigOptions, Accounts) {
  const ServerOptions options = options_of(R"(
    accounts {
      A { users: [{user: a, password: b}], jetstream: enabled
          limits { max_subs: 2, max_payload: 3, max_leafs: 4 } }
      B { jetstream { max_mem: 1MB, max_file: 2MB, max_streams: 3, max_consumers: 4
                      max_ack_pending: 5, memory_max_stream_bytes: 6, store_max_stream_bytes: 7
                      max_stream_bytes: true } }
      SYS { users: [{user: s, password: s}] }
    }
    system_account: SYS, no_auth_user: a
  )");
  ASSERT_EQ(options.accounts.size(), 3U);
  EXPECT_TRUE(options.accounts[0].jetstream.has_value());
  EXPECT_EQ(options.accounts[0].subscriptions_max, 2);
  EXPECT_EQ(options.accounts[0].payload_bytes_max, 3);
  const AccountJetStreamOptions& js = *options.accounts[1].jetstream;
  EXPECT_EQ(js.memory_bytes_max, 1024 * 1024);
  EXPECT_EQ(js.file_bytes_max, 2 * 1024 * 1024);
  EXPECT_EQ(js.streams_max, 3);
  EXPECT_EQ(js.consumers_max, 4);
  EXPECT_EQ(js.ack_pending_max, 5);
  EXPECT_EQ(js.memory_stream_bytes_max, 6);
  EXPECT_EQ(js.file_stream_bytes_max, 7);
  EXPECT_TRUE(js.stream_bytes_required);
  EXPECT_FALSE(options.accounts[2].jetstream.has_value());
  EXPECT_EQ(options.system_account, "SYS");
  EXPECT_EQ(options_of("system_account: \"\"").system_account, "$SYS");
  EXPECT_EQ(options_of("system_account: A\nsystem: B").system_account, "A");
  EXPECT_EQ(options_of("system: B\nsystem_account: A").system_account, "A");
  EXPECT_TRUE(check_options(options));
  EXPECT_EQ(options_of("accounts [X, Y]").accounts.size(), 2U);
}

struct Mistake {
  const char* text;
  const char* message;
};

void expect_told(std::span<const Mistake> table) {
  for (const Mistake& mistake : table) {
    EXPECT_EQ(config_messages(load(mistake.text)), mistake.message) << mistake.text;
  }
}

TEST(ConfigOptions, MistakesAreToldInTheWordsOfNats) {
  const Mistake table[] = {
      {"port: 4222\nfoo: 1\n", "c.conf:2:1: unknown field \"foo\""},
      {"port: abc\n", "c.conf:1:0: interface conversion: interface {} is string, not int64"},
      {"host: 5", "c.conf:1:0: interface conversion: interface {} is int64, not string"},
      {"debug: maybe", "c.conf:1:0: interface conversion: interface {} is string, not bool"},
      {"listen: abc", "c.conf:1:0: could not parse address string \"abc\""},
      {"listen: a:b", "c.conf:1:0: could not parse port \"b\""},
      {"server_name: \"a b\"", "c.conf:1:0: server name cannot contain spaces"},
      {"max_payload: 3GB", "c.conf:1:0: max_payload value is too big"},
      {"max_sub_tokens: -1", "c.conf:1:0: max_sub_tokens value can not be negative"},
      {"max_sub_tokens: 0", "c.conf:1:0: max_sub_tokens value can not be negative"},
      {"write_timeout: Close", "c.conf:1:0: write_timeout must be 'default', 'close' or 'retry'"},
      {"listen: \"[a\"", "c.conf:1:0: could not parse address string \"[a\""},
      {"listen: \"[::1]x:5\"", "c.conf:1:0: could not parse address string \"[::1]x:5\""},
      {"\"a\\b\": 1", "c.conf:1:1: unknown field \"a\\\\b\""},
      {"authorization {timeout: 100}",
       "c.conf:1:15: invalid use of field \"timeout\": timeout of 100 (100.000000 seconds) is "
       "high, "
       "consider keeping it under 60 seconds. possibly caused by unquoted duration; use '1m' "
       "instead "
       "of 1m, for example"},
      {"authorization {user: a, pass: b, users: []}",
       "c.conf:1:0: Can not have a single user/pass and a users array"},
      {"authorization {users: [{user: a, clients: [x, STANDARD, y]}]}",
       "c.conf:1:33: invalid connection types [\"X\" \"Y\"]"},
      {"authorization {users: [{user: a, clients: 5}]}",
       "c.conf:1:33: error parsing allowed connection types: unsupported type int64"},
      {"authorization {user: a, pass: b}\naccounts { A {users: [{user: c, pass: d}]} }",
       "c.conf:2:15: Can not have a single user/pass and accounts"},
      {"ping_interval: \"2\"",
       "c.conf:1:0: error parsing ping_interval: time: missing unit in duration \"2\""},
      {"lame_duck_duration: \"1s\"",
       "c.conf:1:0: invalid lame_duck_duration of 1s, minimum is 30 seconds"},
      {"authorization {user: a, pass: b, token: c}",
       "c.conf:1:0: Cannot have a user/pass and token"},
      {"authorization {users: [{user: a, pass: b}, {user: a, pass: c}]}",
       "c.conf:1:0: Duplicate user \"a\" detected"},
      {"authorization {user:a, password: b, timeout: \"x\", foo: 1}\nxx: 1",
       "c.conf:1:36: error parsing authorization config, 'timeout' time: invalid duration \"x\"\n"
       "c.conf:1:50: unknown field \"foo\"\n"
       "c.conf:2:1: unknown field \"xx\""},
      {"authorization {users: [{pass: a}]}", "c.conf:1:24: User entry requires a user"},
      {"authorization {users: [{user: a, pass: b, permissions: {xx: 1}}]}",
       "c.conf:1:56: Unknown field \"xx\" parsing permissions"},
      {"authorization {users: [{user: a, pass: b, permissions: {publish: {xx: 1}}}]}",
       "c.conf:1:66: Unknown field name \"xx\" parsing subject permissions, only 'allow' or 'deny' "
       "are permitted"},
      {"authorization {users: [{user: a, pass: b, permissions: {publish: {allow: \"a..b\"}}}]}",
       "c.conf:1:66: subject \"a..b\" is not a valid subject"},
      {"authorization {users: [{user: a, pass: b, permissions: {allow_responses: 5}}]}",
       "c.conf:1:56: error parsing response permissions, expected a boolean or a map"},
      {"server_tags: 5", "c.conf:1:0: error parsing tags: unsupported type int64"},
  };
  expect_told(table);
}

TEST(ConfigOptions, MistakesInAccountsAndJetStreamAreToldInTheWordsOfNats) {
  const Mistake table[] = {
      {"accounts: [A, \"$G\"]", "c.conf:1:15: \"$G\" is a Reserved Account"},
      {"jetstream { strict: 2020-01-01T00:00:00Z }",
       "c.conf:1:12: Expected 'true' or 'false' for bool value, got '2020-01-01 00:00:00 +0000 "
       "UTC'"},
      {"accounts { A { users: [{user: a, zz: 1}, {user: a}] } }",
       "c.conf:1:33: unknown field \"zz\"\nc.conf:1:15: Duplicate user \"a\" detected"},
      {"accounts: [A]\nsystem_account: A\nsystem: 5",
       "c.conf:3:1: system account name must be a string"},
      {"accounts: x",
       "c.conf:1:0: interface conversion: interface {} is string, not map[string]interface {}"},
      {"accounts { A { limits: 5 } }",
       "c.conf:1:15: Expected account limits to be a map/struct, got 5"},
      {"accounts { A { jetstream { cluster_traffic: x } } }",
       "c.conf:1:27: Expected 'system' or 'owner' string value for \"cluster_traffic\", got x"},
      {"jetstream { max_concurrent_io: 3 }",
       "c.conf:1:12: Expected an absolute size for \"max_concurrent_io\" between 4 and 8192, got "
       "3"},
      {"jetstream { meta_compact: -1 }",
       "c.conf:1:12: Expected an absolute size for \"meta_compact\", got -1"},
      {"accounts { A { exports: {} } }",
       "c.conf:1:15: Exports should be an array, got map[string]interface {}"},
      {"accounts { A { mappings: [] } }",
       "c.conf:1:15: interface conversion: interface {} is []interface {}, not "
       "map[string]interface "
       "{}"},
      {"jetstream { unique_tag: 1 }",
       "c.conf:1:12: interface conversion: interface {} is int64, not string"},
      {"jetstream { max_memory: 1 }", "c.conf:1:12: unknown field \"max_memory\""},
      {"cluster { name: 5 }",
       "c.conf:1:10: interface conversion: interface {} is int64, not string"},
      {"accounts { $G {} }", "c.conf:1:11: \"$G\" is a Reserved Account"},
      {"accounts { A {users:[{user:a,pass:b}]}, B {users:[{user:a,pass:b}]} }",
       "c.conf:1:43: Duplicate user \"a\" detected"},
      {"accounts {A {users: [{user: a, password: b, zz: 1, permissions: {x: 1}}], q: 1}, B {z: "
       "1}}",
       "c.conf:1:44: unknown field \"zz\"\n"
       "c.conf:1:65: Unknown field \"x\" parsing permissions\n"
       "c.conf:1:74: unknown field \"q\"\n"
       "c.conf:1:84: unknown field \"z\""},
      {"jetstream { foo: 1 }", "c.conf:1:12: unknown field \"foo\""},
      {"jetstream: foo",
       "c.conf:1:0: Expected 'enabled' or 'disabled' for string value, got 'foo'"},
      {"jetstream {store_dir: a}\nstore_dir: b", "c.conf:2:1: Duplicate 'store_dir' configuration"},
      {"jetstream {max_mem: \"x\"}",
       "c.conf:1:11: max_mem_store strconv.ParseInt: parsing \"\": invalid syntax"},
  };
  expect_told(table);
}

TEST(ConfigOptions, WhatIsNotBuiltIsAStartErrorThatNamesKeyAndLine) {
  const Mistake table[] = {
      {"\ntls { cert_file: x }",
       "c.conf:2:1: field \"tls\" is not supported yet: this server has no TLS"},
      {"leafnodes { listen: \"127.0.0.1:-1\" }",
       "c.conf:1:0: field \"leafnodes\" is not supported yet: this server has no leaf nodes"},
      {"websocket { port: -1, no_tls: true }",
       "c.conf:1:0: field \"websocket\" is not supported yet: this server has no WebSocket"},
      {"cluster { port: 1 }",
       "c.conf:1:0: field \"cluster\" is not supported yet: this server has no clustering"},
      {"operator: x",
       "c.conf:1:0: field \"operator\" is not supported yet: this server has no operator mode"},
      {"resolver: MEMORY",
       "c.conf:1:0: field \"resolver\" is not supported yet: this server has no operator mode"},
      {"authorization { users: [ { nkey: UA } ] }",
       "c.conf:1:27: field \"nkey\" is not supported yet: this server has no nkey users"},
      {"accounts { A { limits { max_conn: 5 } } }",
       "c.conf:1:24: field \"max_conn\" is not supported yet: this server has no limit of "
       "connections for an account"},
      {"accounts { A { exports: [ {stream: a} ] } }",
       "c.conf:1:15: field \"exports\" is not supported yet: this server has no exports"},
      {"jetstream { key: secret }",
       "c.conf:1:12: field \"key\" is not supported yet: this server has no encryption at rest"},
  };
  for (const Mistake& mistake : table) {
    EXPECT_EQ(config_messages(load(mistake.text)), mistake.message) << mistake.text;
  }
  // What configures nothing is not refused: launchers of clients write such blocks.
  options_of("websocket {}\nleafnodes {}\ngateway {}\nmqtt {}\ncluster {}\n");
  options_of("cluster { name: c, routes: [] }\nwebsocket { port: 0, no_tls: true }");
  options_of("leafnodes { remotes: [], no_advertise: true }\nmqtt { host: \"::1\" }");
  options_of("cluster {}, mappings {}, proxy_protocol: false, accounts { A { imports: [] } }");
}

TEST(ConfigOptions, VariablesMayBeKeysOfAnyBlock) {
  EXPECT_EQ(options_of("P: 5\nport: $P").port, 5);
  EXPECT_EQ(options_of("jetstream {A: 3, max_mem: $A}").jetstream.memory_bytes_max, 3);
  EXPECT_EQ(config_messages(load("P: 5")), "c.conf:1:0: unknown field \"P\"");
}

TEST(ConfigOptions, WhatOnlyTheWholeShows) {
  const Mistake table[] = {
      {"no_auth_user: zz", "no_auth_user: \"zz\" present, but users/nkeys are not defined"},
      {"no_auth_user: zz\naccounts {A {users: [{user: a, password: b}]}}",
       "no_auth_user: \"zz\" not present as user or nkey in authorization block or account "
       "configuration"},
      {"max_payload: 10MB\nmax_pending: 1MB",
       "max_payload (10485760) cannot be higher than max_pending (1048576)"},
      {"lame_duck_grace_period: \"5m\"",
       "lame duck grace period (5m0s) should be strictly lower than lame duck duration (2m0s)"},
      {"max_closed_clients: -5", "max_closed_clients value can not be negative"},
      {"ping_interval: \"-1s\"", "ping_interval value can not be negative"},
      {"system_account: A", "error resolving system account: account missing"},
      {"jetstream {domain: \"a b\"}",
       "invalid domain name: derived \"$JS.a b.API.>\" is not a valid subject"},
      {"jetstream {domain: \"a.b\"}", "invalid domain name: may not contain ., * or >"},
      {"jetstream {domain: ACK}", "invalid domain name: \"ACK\" is reserved"},
      {"jetstream {domain: FC}", "invalid domain name: \"FC\" is reserved"},
  };
  for (const Mistake& mistake : table) {
    const Status checked = check_options(options_of(mistake.text));
    ASSERT_FALSE(checked) << mistake.text;
    EXPECT_EQ(checked.error().text, mistake.message);
  }
  EXPECT_TRUE(check_options(ServerOptions()));
}

}  // namespace
}  // namespace leat
