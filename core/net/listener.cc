#include "core/net/listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include "core/base/limits.h"
#include "core/base/log.h"

namespace leat {

namespace {

using boost::asio::ip::tcp;
using ErrorCode = boost::system::error_code;

PeerAddress address_of(const sockaddr_storage& from) {
  if (from.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(from);
    boost::asio::ip::address_v6::bytes_type bytes;
    std::copy(std::begin(v6.sin6_addr.s6_addr), std::end(v6.sin6_addr.s6_addr), bytes.begin());
    boost::asio::ip::address address = boost::asio::ip::address_v6(bytes);
    // A wildcard bind to :: also takes IPv4; people know such a peer by its IPv4 name.
    if (address.to_v6().is_v4_mapped()) {
      address = boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6());
    }
    return {.host = address.to_string(), .port = ntohs(v6.sin6_port)};
  }
  const auto& v4 = reinterpret_cast<const sockaddr_in&>(from);
  return {.host = boost::asio::ip::address_v4(ntohl(v4.sin_addr.s_addr)).to_string(),
          .port = ntohs(v4.sin_port)};
}

// Where to listen: the endpoint, and the one to take where the machine has no IPv6.
struct Place {
  tcp::endpoint endpoint;
  std::optional<tcp::endpoint> without_ipv6;
};

// A literal address, or the first one the resolver knows, IPv4 before IPv6. Every wildcard means
// both families: 0.0.0.0 too, as people who write it mean "everywhere". Runs at start and reload
// only, where waiting for the resolver does no harm.
Result<Place> resolve(Shard& shard, const std::string& host, std::uint16_t port) {
  const Place everywhere{.endpoint = tcp::endpoint(tcp::v6(), port),
                         .without_ipv6 = tcp::endpoint(tcp::v4(), port)};
  if (host.empty()) return everywhere;
  ErrorCode error;
  const auto address = boost::asio::ip::make_address(host, error);
  if (!error && address.is_unspecified()) return everywhere;
  if (!error) return Place{.endpoint = tcp::endpoint(address, port), .without_ipv6 = {}};
  tcp::resolver resolver(shard.loop());
  const auto found = resolver.resolve(host, std::to_string(port), error);
  if (error || found.empty()) {
    return failure(ErrorKind::kIo, "listen tcp: lookup " + host + ": no such host");
  }
  const auto v4 = std::find_if(found.begin(), found.end(), [](const auto& entry) {
    return entry.endpoint().address().is_v4();
  });
  const auto& chosen = v4 == found.end() ? *found.begin() : *v4;
  return Place{.endpoint = chosen.endpoint(), .without_ipv6 = {}};
}

// What listening failed at; nothing when it did not.
struct ListenFailure {
  const char* step = nullptr;
  ErrorCode error;
};

std::optional<ListenFailure> listen_at(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
  ErrorCode error;
  acceptor.open(endpoint.protocol(), error);
  if (error) return ListenFailure{"socket", error};
  acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (endpoint.address().is_v6()) acceptor.set_option(boost::asio::ip::v6_only(false), error);
  acceptor.bind(endpoint, error);
  if (error) return ListenFailure{"bind", error};
  acceptor.listen(boost::asio::socket_base::max_listen_connections, error);
  if (!error) acceptor.non_blocking(true, error);
  if (error) return ListenFailure{"listen", error};
  return std::nullopt;
}

// A kernel without IPv6 has no such sockets; one where it is switched off has no such addresses.
bool is_lack_of_ipv6(const ErrorCode& error) {
  return error == boost::asio::error::address_family_not_supported ||
         error == boost::system::errc::address_not_available;
}

// The system's words as the peer writes them: in lower case.
std::string reason_of(const ErrorCode& error) {
  std::string reason = error.message();
  if (!reason.empty()) reason[0] = static_cast<char>(std::tolower(reason[0]));
  return reason;
}

}  // namespace

AcceptedSocket::AcceptedSocket(int descriptor, PeerAddress peer)
    : descriptor_(descriptor), peer_(std::move(peer)) {}

AcceptedSocket::AcceptedSocket(AcceptedSocket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), peer_(std::move(other.peer_)) {}

AcceptedSocket& AcceptedSocket::operator=(AcceptedSocket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(peer_, other.peer_);
  return *this;
}

AcceptedSocket::~AcceptedSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

struct Listener::Acceptor {
  explicit Acceptor(Shard& shard) : socket(shard.loop()) {}
  tcp::acceptor socket;
};

Listener::Listener(Shard& shard, std::string host)
    : shard_(shard),
      host_(std::move(host)),
      acceptor_(std::make_unique<Acceptor>(shard)),
      retry_(shard) {}

Listener::~Listener() { close(); }

Result<std::unique_ptr<Listener>> Listener::open(Shard& shard, const std::string& host,
                                                 std::int64_t port) {
  if (port < -1 || port > std::numeric_limits<std::uint16_t>::max()) {
    return failure(ErrorKind::kInvalid,
                   "listen tcp: address " + std::to_string(port) + ": invalid port");
  }
  const auto wanted = static_cast<std::uint16_t>(port < 0 ? 0 : port);
  LEAT_TRY_ASSIGN(const Place place, resolve(shard, host, wanted));
  std::unique_ptr<Listener> listener(new Listener(shard, host));  // NOLINT: private constructor
  tcp::acceptor& acceptor = listener->acceptor_->socket;
  std::optional<ListenFailure> failed = listen_at(acceptor, place.endpoint);
  ErrorCode error;
  if (failed && place.without_ipv6 && is_lack_of_ipv6(failed->error)) {
    acceptor.close(error);
    failed = listen_at(acceptor, *place.without_ipv6);
  }
  if (failed) {
    return failure(ErrorKind::kIo, "listen tcp " + host_and_port(host, wanted) + ": " +
                                       failed->step + ": " + reason_of(failed->error));
  }
  const tcp::endpoint bound = acceptor.local_endpoint(error);
  listener->port_ = bound.port();
  listener->bound_host_ = place.without_ipv6 ? host : bound.address().to_string();
  return listener;
}

void Listener::start(Accepted accepted) {
  accepted_ = std::move(accepted);
  wait();
}

void Listener::close() {
  lifetime_.end();
  // One that was never started goes on the thread that made it, while the shard runs.
  retry_.cancel();
  ErrorCode ignored;
  acceptor_->socket.close(ignored);
}

void Listener::wait() {
  acceptor_->socket.async_wait(tcp::acceptor::wait_read,
                               [self = lifetime_.ref()](const ErrorCode& error) {
                                 if (self && !error) self->accept_ready();
                               });
}

void Listener::accept_ready() {
  const WeakRef<Listener> self = lifetime_.ref();
  for (int count = 0; count < limits::kAcceptsPerTurn; ++count) {
    sockaddr_storage from{};
    socklen_t size = sizeof(from);
    const int descriptor =
        ::accept4(acceptor_->socket.native_handle(), reinterpret_cast<sockaddr*>(&from), &size,
                  SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor >= 0) {
      const int on = 1;
      ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
      accepted_(AcceptedSocket(descriptor, address_of(from)));
      if (!self) return;  // the callee may have closed the listener
      continue;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) break;
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      LEAT_LOG(kError) << "Temporary Client Accept Error (" << std::strerror(errno)
                       << "), pausing accept";
      retry_later();
      return;
    }
    // What is left (ECONNABORTED and network errors of the new connection) ends only that one.
  }
  wait();
}

void Listener::retry_later() {
  retry_.arm(shard_.clock().steady_ns() + limits::kAcceptRetryNs, [this] { wait(); });
}

std::string host_and_port(const std::string& host, std::int64_t port) {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace leat
