#include "core/net/tcp_socket.h"

#include <sys/socket.h>

#include <utility>

namespace leat {

void move_into(TcpSocket& socket, AcceptedSocket accepted) {
  using boost::asio::ip::tcp;
  sockaddr_storage own{};
  socklen_t size = sizeof(own);
  if (::getsockname(accepted.descriptor(), reinterpret_cast<sockaddr*>(&own), &size) != 0) return;
  boost::system::error_code error;
  socket.assign(own.ss_family == AF_INET6 ? tcp::v6() : tcp::v4(), accepted.descriptor(), error);
  if (error) return;
  std::move(accepted).release();
  socket.non_blocking(true, error);
}

}  // namespace leat
