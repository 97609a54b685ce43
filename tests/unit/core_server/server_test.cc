// Wrong would be: a server that says it is ready and does not serve, that two can start on one
// store or port, or that forgets at stop what it had acknowledged.
#include "core/server/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "core/server/process_files.h"
#include "tests/support/tcp_client.h"

namespace leat {
namespace {

using Client = test::TcpClient;

class Servers : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove_all(directory_); }
  ServerOptions options() const {
    ServerOptions options;
    options.host = "127.0.0.1";
    options.port = -1;
    options.shards = 2;
    options.server_name = "here";
    return options;
  }
  ServerOptions with_streams() const {
    ServerOptions with = options();
    with.jetstream.enabled = true;
    with.jetstream.store_dir = directory_;
    return with;
  }
  std::string directory_ = testing::TempDir() + "server_test_" + std::to_string(::getpid());
};

constexpr std::string_view kHello =
    "CONNECT {\"verbose\":false,\"headers\":true,\"no_responders\":true}\r\nSUB answer 1\r\n";

TEST_F(Servers, InfoStatesThePortThatIsBound) {
  auto server = Server::start(options());
  ASSERT_TRUE(server) << server.error().text;
  Client client((*server)->client_port());
  const std::string info = client.receive_to("\r\n");
  EXPECT_THAT(info, testing::HasSubstr("\"port\":" + std::to_string((*server)->client_port())));
  EXPECT_THAT(info, testing::HasSubstr("\"server_name\":\"here\""));
  client.send("CONNECT {\"verbose\":false}\r\nPING\r\n");
  EXPECT_EQ(client.receive_to("\r\n"), "PONG\r\n");
}

// A wildcard of either family is bound for both.
TEST(ServersFiles, AFileOfPortsNamesBothFamilies) {
  const std::vector<std::string> hosts = reachable_hosts("0.0.0.0");
  EXPECT_EQ(hosts.front(), "127.0.0.1");
  EXPECT_EQ(reachable_hosts("::"), hosts);
  EXPECT_EQ(reachable_hosts(""), hosts);
  for (const std::string& host : hosts) EXPECT_FALSE(host.starts_with("fe80:")) << host;
  EXPECT_EQ(reachable_hosts("::1"), std::vector<std::string>{"::1"});
}

TEST_F(Servers, ATakenPortIsARefusalInThePeersWords) {
  auto first = Server::start(options());
  ASSERT_TRUE(first) << first.error().text;
  ServerOptions same = options();
  same.port = (*first)->client_port();
  const auto second = Server::start(std::move(same));
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().text, testing::StartsWith("Error listening on port: 127.0.0.1:"));
  EXPECT_THAT(second.error().text, testing::HasSubstr("bind: address already in use\""));
}

// Its shards have worked by then, and belong to their own threads.
TEST_F(Servers, ATakenPortIsRefusedAlsoWithStreams) {
  auto first = Server::start(options());
  ASSERT_TRUE(first) << first.error().text;
  ServerOptions same = with_streams();
  same.port = (*first)->client_port();
  const auto second = Server::start(std::move(same));
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().text, testing::HasSubstr("bind: address already in use\""));
}

TEST_F(Servers, AStoreBelongsToOneServer) {
  auto first = Server::start(with_streams());
  ASSERT_TRUE(first) << first.error().text;
  const auto second = Server::start(with_streams());
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().text, testing::AllOf(testing::StartsWith("Can't start JetStream: "),
                                                  testing::HasSubstr("in use by process")));
}

TEST_F(Servers, AcknowledgedMessagesAreThereInTheNextLife) {
  {
    auto server = Server::start(with_streams());
    ASSERT_TRUE(server) << server.error().text;
    Client client((*server)->client_port());
    client.receive_to("\r\n");
    client.send(kHello);
    client.send(
        "PUB $JS.API.STREAM.CREATE.S answer 31\r\n{\"name\":\"S\",\"subjects\":[\"s.*\"]}\r\n");
    EXPECT_THAT(client.receive_to("}\r\n"), testing::HasSubstr("stream_create_response"));
    client.send("PUB s.1 answer 5\r\nhello\r\n");
    EXPECT_THAT(client.receive_to("}\r\n"), testing::HasSubstr("{\"stream\":\"S\",\"seq\":1}"));
  }
  auto server = Server::start(with_streams());
  ASSERT_TRUE(server) << server.error().text;
  Client client((*server)->client_port());
  client.receive_to("\r\n");
  client.send(kHello);
  client.send("PUB $JS.API.STREAM.MSG.GET.S answer 9\r\n{\"seq\":1}\r\n");
  EXPECT_THAT(client.receive_to("}}\r\n"), testing::HasSubstr("\"data\":\"aGVsbG8=\""));
}

TEST_F(Servers, AStoreThatLostItsJournalIsRefusedUntilItIsBack) {
  {
    auto server = Server::start(with_streams());
    ASSERT_TRUE(server) << server.error().text;
    Client client((*server)->client_port());
    client.receive_to("\r\n");
    client.send(kHello);
    client.send("PUB $JS.API.STREAM.CREATE.S answer 12\r\n{\"name\":\"S\"}\r\n");
    EXPECT_THAT(client.receive_to("}\r\n"), testing::HasSubstr("stream_create_response"));
  }
  const std::string journal = directory_ + "/jetstream/journal";
  std::filesystem::rename(journal, directory_ + "/elsewhere");
  for (int start = 0; start < 2; ++start) {
    const auto refused = Server::start(with_streams());
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().text, testing::HasSubstr("there is no journal with it"));
    EXPECT_FALSE(std::filesystem::exists(journal)) << "nothing was changed";
  }
  std::filesystem::rename(directory_ + "/elsewhere", journal);
  const auto server = Server::start(with_streams());
  EXPECT_TRUE(server) << server.error().text;
}

TEST_F(Servers, ALoweredMaximumClosesTheExcessAndSaysWhy) {
  auto server = Server::start(options());
  ASSERT_TRUE(server) << server.error().text;
  Client client((*server)->client_port());
  client.receive_to("\r\n");
  client.send("CONNECT {\"verbose\":false}\r\nPING\r\n");
  client.receive_to("PONG\r\n");
  ServerOptions fewer = options();
  fewer.limits.connections_max = 0;
  ASSERT_TRUE((*server)->reload(std::move(fewer)));
  EXPECT_EQ(client.receive_to("\r\n"), "-ERR 'maximum connections exceeded'\r\n");
}

TEST_F(Servers, AReloadMovesThePidFileAndThePortsFile) {
  for (const char* folder : {"/a", "/b"}) std::filesystem::create_directories(directory_ + folder);
  const auto count = [this](const char* folder) {
    const std::filesystem::directory_iterator all(directory_ + folder);
    return std::distance(begin(all), end(all));
  };
  ServerOptions first = options();
  first.ports_file_dir = directory_ + "/a";
  auto server = Server::start(std::move(first));
  ASSERT_TRUE(server) << server.error().text;
  EXPECT_EQ(count("/a"), 1);
  ServerOptions second = options();
  second.ports_file_dir = directory_ + "/b";
  second.pid_file = directory_ + "/pid";
  ASSERT_TRUE((*server)->reload(second));
  EXPECT_EQ(count("/a"), 0);
  EXPECT_EQ(count("/b"), 1);
  EXPECT_TRUE(std::filesystem::exists(directory_ + "/pid"));
  // Where it cannot be written the server goes on.
  second.pid_file = directory_ + "/none/pid";
  EXPECT_TRUE((*server)->reload(second));
}

TEST_F(Servers, APortThatThereIsNotIsARefusalInThePeersWords) {
  for (const std::int64_t port : {70000LL, -2LL, 4294971518LL}) {
    ServerOptions wrong = options();
    wrong.port = port;
    const auto refused = Server::start(std::move(wrong));
    ASSERT_FALSE(refused);
    const std::string number = std::to_string(port);
    EXPECT_EQ(refused.error().text, "Error listening on port: 127.0.0.1:" + number +
                                        ", \"listen tcp: address " + number + ": invalid port\"");
  }
}

TEST_F(Servers, WhatMayNotChangeRefusesTheReload) {
  auto server = Server::start(options());
  ASSERT_TRUE(server) << server.error().text;
  ServerOptions other = options();
  other.server_name = "elsewhere";
  EXPECT_FALSE((*server)->reload(std::move(other)));
}

}  // namespace
}  // namespace leat
