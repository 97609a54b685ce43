// Wrong would be: bytes lost, doubled or reordered between a client and its session, a session that
// is called after its end or never told of it, and last words that the client does not get to read.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>

#include "core/base/limits.h"
#include "core/net/connection_set.h"
#include "core/net/http_server.h"
#include "core/net/listener.h"
#include "core/runtime/shard_pool.h"
#include "core/runtime/system_clock.h"
#include "tests/support/tcp_client.h"

namespace leat {
namespace {

using Client = test::TcpClient;

// Sends back what it gets; "quit" is answered with "bye" and the end.
class Echo final : public ByteStreamHandler {
 public:
  Echo(ByteStream& stream, std::atomic<int>& open) : stream_(stream), open_(open) { ++open_; }
  ~Echo() override { --open_; }

  void on_received(ByteBuffer& buffer) override {
    EXPECT_FALSE(is_closed_);
    if (buffer.filled().starts_with("quit")) {
      buffer.consume(4);  // what follows is left unread on purpose
      waiting_.push_back(Bytes::of_static("bye"));
      write();
      stream_.close(ByteStream::Close::kFlush);
      return;
    }
    waiting_.push_back(buffer.take_all());
    write();
    if (is_writing_) stream_.pause_reading();
  }
  void on_written(std::size_t bytes) override {
    EXPECT_FALSE(is_closed_);
    EXPECT_EQ(bytes, writing_bytes_);
    is_writing_ = false;
    write();
    stream_.resume_reading();
  }
  void on_closed(End) override {
    EXPECT_FALSE(is_closed_);
    is_closed_ = true;
  }

 private:
  void write() {
    if (is_writing_ || waiting_.empty()) return;
    is_writing_ = true;
    writing_bytes_ = 0;
    for (const Bytes& piece : waiting_) writing_bytes_ += piece.size();
    stream_.write(std::exchange(waiting_, {}));
  }

  ByteStream& stream_;
  std::atomic<int>& open_;
  std::vector<Bytes> waiting_;
  std::size_t writing_bytes_ = 0;
  bool is_writing_ = false;
  bool is_closed_ = false;
};

class EchoAcceptor final : public ConnectionAcceptor {
 public:
  std::unique_ptr<ByteStreamHandler> accept(ByteStream& stream) override {
    ++accepted;
    if (refuses) return nullptr;
    return std::make_unique<Echo>(stream, open);
  }
  std::atomic<int> accepted{0};
  std::atomic<int> open{0};
  bool refuses = false;
};

// Whether the loopback address of the family takes a connection at the port.
bool connects(int family, std::uint16_t port) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  v6.sin6_addr = in6addr_loopback;
  const int descriptor = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return false;
  const int result =
      family == AF_INET ? ::connect(descriptor, reinterpret_cast<const sockaddr*>(&v4), sizeof(v4))
                        : ::connect(descriptor, reinterpret_cast<const sockaddr*>(&v6), sizeof(v6));
  ::close(descriptor);
  return result == 0;
}

// Whether this machine has an IPv6 loopback at all.
bool has_ipv6() {
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_addr = in6addr_loopback;
  const int descriptor = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return false;
  const bool has = ::bind(descriptor, reinterpret_cast<const sockaddr*>(&v6), sizeof(v6)) == 0;
  ::close(descriptor);
  return has;
}

class Net : public testing::Test {
 protected:
  static constexpr std::uint16_t kShards = 3;

  void SetUp() override {
    std::vector<ConnectionSet*> sets;
    for (std::uint16_t i = 0; i < kShards; ++i) {
      acceptors_.push_back(std::make_unique<EchoAcceptor>());
      sets_.push_back(std::make_unique<ConnectionSet>(pool_.at(i), *acceptors_.back()));
      sets.push_back(sets_.back().get());
    }
    distributor_ = std::make_unique<Distributor>(pool_.at(0), sets);
    auto listener = Listener::open(pool_.at(0), "127.0.0.1", -1);
    ASSERT_TRUE(listener) << listener.error().text;
    listener_ = std::move(*listener);
    listener_->start(
        [this](AcceptedSocket socket) { distributor_->distribute(std::move(socket)); });
  }
  void TearDown() override {
    pool_.stop();
    listener_.reset();
    sets_.clear();
    for (const auto& acceptor : acceptors_) EXPECT_EQ(acceptor->open, 0);
  }
  int open_connections() const {
    int open = 0;
    for (const auto& acceptor : acceptors_) open += acceptor->open;
    return open;
  }

  SystemClock clock_;
  ShardPool pool_{kShards, clock_};
  std::vector<std::unique_ptr<EchoAcceptor>> acceptors_;
  std::vector<std::unique_ptr<ConnectionSet>> sets_;
  std::unique_ptr<Distributor> distributor_;
  std::unique_ptr<Listener> listener_;
};

TEST_F(Net, LargeAndSmallPiecesComeBackInOrder) {
  pool_.start();
  Client client(listener_->port());
  // More than the socket buffers of both directions, so that writes are cut and reading pauses.
  std::string sent;
  for (int i = 0; sent.size() < 32 * 1024 * 1024; ++i) sent += std::to_string(i) + ' ';
  auto sending = std::async(std::launch::async, [&] { client.send(sent); });
  const std::string got = client.receive(sent.size());
  sending.get();
  EXPECT_TRUE(got == sent) << got.size() << " of " << sent.size();
  client.send("x");
  EXPECT_EQ(client.receive(1), "x");
}

TEST_F(Net, LastWordsArriveAlthoughInputIsUnread) {
  pool_.start();
  for (int round = 0; round < 20; ++round) {
    Client client(listener_->port());
    client.send("quit" + std::string(100'000, 'x'));
    EXPECT_EQ(client.receive_to_end(), "bye");
  }
}

// A clock that stands until it is moved on.
class SteppedClock final : public Clock {
 public:
  SteadyNs steady_ns() const override { return now; }
  WallNs wall_ns() const override { return now; }
  SteadyNs now = 1;
};

TEST(NetClosing, AClientThatNeverClosesItsEndHoldsItsDescriptorOnlyForTheLinger) {
  SteppedClock clock;
  Shard shard(ShardId(0), clock);
  EchoAcceptor acceptor;
  ConnectionSet set(shard, acceptor);
  auto listener = Listener::open(shard, "127.0.0.1", -1);
  ASSERT_TRUE(listener) << listener.error().text;
  (*listener)->start(
      [&](AcceptedSocket socket) { Distributor(shard, {&set}).distribute(std::move(socket)); });
  Client client((*listener)->port());
  client.send("quit");
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  const auto turn = [&] {
    shard.run_turn();
    return std::chrono::steady_clock::now() < deadline;
  };
  while ((acceptor.accepted == 0 || acceptor.open > 0) && turn()) continue;
  EXPECT_EQ(client.receive_to_end(), "bye");
  // The session is told at once; the descriptor waits for the client's end, but not for ever.
  EXPECT_EQ(acceptor.open, 0);
  EXPECT_EQ(set.size(), 1U);
  clock.now += limits::kCloseLingerNs;
  while (set.size() > 0 && turn()) continue;
  EXPECT_EQ(set.size(), 0U);
}

TEST_F(Net, ThePeersEndIsToldAndConnectionsSpread) {
  pool_.start();
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 30; ++i) {
    clients.push_back(std::make_unique<Client>(listener_->port()));
    clients.back()->send("x");
    ASSERT_EQ(clients.back()->receive(1), "x");
  }
  for (const auto& set : sets_) EXPECT_EQ(set->size(), 10U);
  for (const auto& client : clients) {
    client->end();
    EXPECT_EQ(client->receive_to_end(), "");
  }
  // The server closed its end of each; the counts follow in the same turn.
  const SteadyNs deadline = clock_.steady_ns() + 10'000'000'000;
  while (open_connections() > 0 && clock_.steady_ns() < deadline) std::this_thread::yield();
  EXPECT_EQ(open_connections(), 0);
}

TEST_F(Net, ARefusedConnectionIsClosed) {
  for (const auto& acceptor : acceptors_) acceptor->refuses = true;
  pool_.start();
  Client client(listener_->port());
  EXPECT_EQ(client.receive_to_end(), "");
}

TEST_F(Net, StoppingTellsEverySession) {
  pool_.start();
  Client client(listener_->port());
  client.send("x");
  EXPECT_EQ(client.receive(1), "x");
  EXPECT_EQ(open_connections(), 1);  // TearDown finds none
}

TEST_F(Net, ATakenPortIsNamed) {
  auto second = Listener::open(pool_.at(0), "127.0.0.1", listener_->port());
  ASSERT_FALSE(second);
  const std::string place = host_and_port("127.0.0.1", listener_->port());
  EXPECT_EQ(second.error().text, "listen tcp " + place + ": bind: address already in use");
  EXPECT_FALSE(Listener::open(pool_.at(0), "192.0.2.77", -1));
}

// Wrong would be: nats://[::1]:4222 refused by a server that was told of no host.
TEST_F(Net, EveryWildcardTakesBothFamilies) {
  for (const char* host : {"", "0.0.0.0", "::"}) {
    auto listener = Listener::open(pool_.at(0), host, -1);
    ASSERT_TRUE(listener) << host << ": " << listener.error().text;
    EXPECT_TRUE(connects(AF_INET, (*listener)->port())) << host;
    EXPECT_EQ(connects(AF_INET6, (*listener)->port()), has_ipv6()) << host;
  }
  EXPECT_FALSE(connects(AF_INET6, listener_->port()));
}

TEST_F(Net, ANameIsListenedToByItsIPv4Address) {
  auto listener = Listener::open(pool_.at(0), "localhost", -1);
  ASSERT_TRUE(listener) << listener.error().text;
  EXPECT_TRUE(connects(AF_INET, (*listener)->port()));
  EXPECT_EQ((*listener)->host(), "localhost");
  EXPECT_EQ((*listener)->bound_host(), "127.0.0.1");
}

TEST_F(Net, IPv6IsWrittenInBrackets) {
  EXPECT_EQ(host_and_port("::1", 4222), "[::1]:4222");
  EXPECT_EQ(host_and_port("0.0.0.0", 4222), "0.0.0.0:4222");
}

class Pages final : public HttpHandler {
 public:
  void handle(HttpRequest request, HttpReply reply) override {
    if (request.path == "/missing") {
      reply({.status = 404, .content_type = "text/plain", .body = "404 page not found\n"});
      return;
    }
    reply({.body = "{\"path\":\"" + request.path + "\",\"subs\":\"" +
                   std::string(request.parameter("subs")) + "\"}"});
  }
};

class Http : public testing::Test {
 protected:
  void SetUp() override {
    auto server = HttpServer::open(pool_.at(0), "127.0.0.1", -1);
    ASSERT_TRUE(server) << server.error().text;
    server_ = std::move(*server);
    server_->start(pages_);
    pool_.start();
  }
  void TearDown() override { pool_.stop(); }
  std::string ask(const std::string& request) {
    Client client(server_->port());
    client.send(request);
    return client.receive_to_end();
  }
  SystemClock clock_;
  ShardPool pool_{1, clock_};
  Pages pages_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(Http, AGetIsAnswered) {
  const std::string answer = ask("GET /connz?subs=a%20b&x HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n{\"path\":\"/connz\",\"subs\":\"a b\"}")) << answer;
}

TEST_F(Http, AHeadHasNoBody) {
  const std::string answer = ask("HEAD /varz HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST_F(Http, OtherRequestsAreRefused) {
  EXPECT_TRUE(ask("GET /missing HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 404 "));
  EXPECT_TRUE(ask("DELETE / HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 405 "));
}

TEST(HttpTarget, IsTakenApart) {
  const HttpRequest request = parse_http_target("/a%2Fb?x=1&&y=%zz&flag&q=%41+c");
  EXPECT_EQ(request.path, "/a/b");
  EXPECT_EQ(request.parameter("x"), "1");
  EXPECT_EQ(request.parameter("y"), "%zz");
  EXPECT_EQ(request.parameter("flag"), "");
  EXPECT_EQ(request.parameter("q"), "A c");
}

}  // namespace
}  // namespace leat
