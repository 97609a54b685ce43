// What would be wrong: a client gets options that it did not ask for, or cannot read who it talks
// to.
#include "proto/client/connect.h"

#include <gtest/gtest.h>

#include "proto/client/info.h"

namespace leat {
namespace {

TEST(Connect, WhatIsAbsentKeepsItsDefault) {
  ConnectOptions options;
  ASSERT_TRUE(read_connect("{}", options));
  EXPECT_TRUE(options.verbose && options.pedantic && options.echo);
  EXPECT_FALSE(options.headers || options.no_responders);
  EXPECT_EQ(options.protocol, 0);
  ASSERT_TRUE(read_connect("null", options));
  ASSERT_TRUE(read_connect(R"({"verbose":null,"name":null,"extra":{"a":[1]}})", options));
  EXPECT_TRUE(options.verbose);
}

TEST(Connect, ReadsEveryField) {
  ConnectOptions options;
  ASSERT_TRUE(read_connect(
      R"({"verbose":false,"pedantic":false,"echo":false,"headers":true,"no_responders":true,)"
      R"("protocol":1,"name":"n","lang":"l","version":"v","user":"u","pass":"p","auth_token":"t",)"
      R"("jwt":"j","nkey":"k","sig":"s","account":"a","tls_required":true})",
      options));
  EXPECT_FALSE(options.verbose || options.pedantic || options.echo);
  EXPECT_TRUE(options.headers && options.no_responders);
  EXPECT_EQ(options.protocol, 1);
  EXPECT_EQ(options.name + options.lang + options.version, "nlv");
  EXPECT_EQ(options.user + options.password + options.token, "upt");
  EXPECT_EQ(options.jwt + options.nkey + options.signature + options.account, "jksa");
}

TEST(Connect, KeysInAnyCase) {
  ConnectOptions options;
  ASSERT_TRUE(read_connect(R"({"VERBOSE":false,"User":"u"})", options));
  EXPECT_FALSE(options.verbose);
  EXPECT_EQ(options.user, "u");
}

TEST(Connect, RefusesWhatIsNoConnect) {
  for (const char* json : {"", "{\"verbose\":fal", "{\"verbose\":\"no\"}", "{} x", "[]", "\r",
                           "{\"protocol\":1.5}", "{\"user\":7}"}) {
    ConnectOptions options;
    EXPECT_FALSE(read_connect(json, options)) << json;
  }
}

TEST(Info, FieldsInTheOrderOfThePeer) {
  ServerInfo server;
  ConnectionInfo connection;
  server.server_id = "NID";
  server.server_name = "ref";
  server.version = "2.15.2";
  server.go = "go1";
  server.host = "127.0.0.1";
  server.port = 4222;
  connection.max_payload = 1048576;
  connection.client_id = 5;
  connection.client_ip = "127.0.0.1";
  server.api_level = 5;
  server.xkey = "X";
  EXPECT_EQ(info_json(server, connection),
            R"({"server_id":"NID","server_name":"ref","version":"2.15.2","proto":1,"go":"go1",)"
            R"("host":"127.0.0.1","port":4222,"headers":true,"max_payload":1048576,"client_id":5,)"
            R"("client_ip":"127.0.0.1","api_lvl":5,"xkey":"X"})");
  server.jetstream = true;
  connection.auth_required = connection.lame_duck = connection.connect_info = true;
  connection.nonce = "n";
  server.connect_urls = {"127.0.0.1:4222"};
  connection.remote_account = "$G";
  EXPECT_EQ(info_json(server, connection),
            R"({"server_id":"NID","server_name":"ref","version":"2.15.2","proto":1,"go":"go1",)"
            R"("host":"127.0.0.1","port":4222,"headers":true,"auth_required":true,)"
            R"("max_payload":1048576,"jetstream":true,"client_id":5,"client_ip":"127.0.0.1",)"
            R"("nonce":"n","connect_urls":["127.0.0.1:4222"],"ldm":true,"connect_info":true,)"
            R"("remote_account":"$G","api_lvl":5,"xkey":"X"})");
}

}  // namespace
}  // namespace leat
