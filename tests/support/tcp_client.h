#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace leat::test {

// A plain client socket of the test's own thread, with a deadline on everything.
class TcpClient {
 public:
  explicit TcpClient(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval deadline{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof(deadline));
    ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &deadline, sizeof(deadline));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(port);
    EXPECT_EQ(::connect(descriptor_, reinterpret_cast<sockaddr*>(&to), sizeof(to)), 0);
  }
  ~TcpClient() { ::close(descriptor_); }
  TcpClient(const TcpClient&) = delete;
  TcpClient& operator=(const TcpClient&) = delete;

  void send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = ::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL);
      ASSERT_GT(sent, 0);
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  std::string receive(std::size_t size) {
    std::string text(size, '\0');
    std::size_t got = 0;
    while (got < size) {
      const ssize_t more = ::recv(descriptor_, text.data() + got, size - got, 0);
      if (more <= 0) break;
      got += static_cast<std::size_t>(more);
    }
    text.resize(got);
    return text;
  }
  // Everything up to and with `end`; what came before it, when the connection ends first.
  std::string receive_to(std::string_view end) {
    std::string text;
    char next = 0;
    while (!text.ends_with(end) && ::recv(descriptor_, &next, 1, 0) == 1) text += next;
    return text;
  }
  std::string receive_to_end() {
    std::string text;
    char piece[4096];
    while (true) {
      const ssize_t got = ::recv(descriptor_, piece, sizeof(piece), 0);
      EXPECT_GE(got, 0) << "reset or deadline";
      if (got <= 0) return text;
      text.append(piece, static_cast<std::size_t>(got));
    }
  }
  void end() { ::shutdown(descriptor_, SHUT_WR); }

 private:
  int descriptor_;
};

}  // namespace leat::test
