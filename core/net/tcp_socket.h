#pragma once

#include <boost/asio/ip/tcp.hpp>

#include "core/net/listener.h"

namespace leat {

// A socket that knows the type of its loop, which saves a type-erased call for each operation.
using TcpSocket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

// Puts the connection into `socket`, which is not open afterwards if the loop refuses it.
void move_into(TcpSocket& socket, AcceptedSocket accepted);

}  // namespace leat
