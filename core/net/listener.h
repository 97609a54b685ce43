#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "core/base/lifetime.h"
#include "core/base/result.h"
#include "core/base/task.h"
#include "core/env/owned_timer.h"
#include "core/runtime/shard.h"
#include "core/session/byte_stream.h"

namespace leat {

// A connected socket on its way to the shard that will own it. Closes it if nobody takes it.
class AcceptedSocket {
 public:
  AcceptedSocket(int descriptor, PeerAddress peer);
  AcceptedSocket(AcceptedSocket&& other) noexcept;
  AcceptedSocket& operator=(AcceptedSocket&& other) noexcept;
  ~AcceptedSocket();

  const PeerAddress& peer() const { return peer_; }
  int descriptor() const { return descriptor_; }
  // Whoever calls it closes the descriptor.
  int release() && { return std::exchange(descriptor_, -1); }

 private:
  int descriptor_;
  PeerAddress peer_;
};

// One listening socket. Owned by the server; lives on one shard, whose thread calls `accepted`.
// Opened before clients may come (so that a taken port is known at start), accepting from start().
class Listener {
 public:
  using Accepted = InlineFunction<void(AcceptedSocket)>;

  // `port` -1 or 0: one that the system chooses. No host and every wildcard (0.0.0.0, ::) mean all
  // addresses of both families. Errors read as the peer's: of a
  // taken port "listen tcp HOST:PORT: bind: address already in use", of one that there is not
  // "listen tcp: address 70000: invalid port".
  static Result<std::unique_ptr<Listener>> open(Shard& shard, const std::string& host,
                                                std::int64_t port);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  std::uint16_t port() const { return port_; }
  const std::string& host() const { return host_; }  // as configured
  // The address that the host stands for; of a wildcard the host itself.
  const std::string& bound_host() const { return bound_host_; }
  void start(Accepted accepted);  // on the shard, or before it runs
  void close();  // on the shard, or when it does not run; nothing is accepted afterwards

 private:
  struct Acceptor;
  Listener(Shard& shard, std::string host);
  void wait();
  void accept_ready();
  void retry_later();

  Shard& shard_;
  std::string host_;
  std::string bound_host_;
  std::uint16_t port_ = 0;
  std::unique_ptr<Acceptor> acceptor_;
  Accepted accepted_;
  OwnedTimer retry_;
  Lifetime<Listener> lifetime_{*this};  // over when closed: handlers still queued do nothing
};

// "host:port" as log lines and URLs write it; IPv6 in brackets.
std::string host_and_port(const std::string& host, std::int64_t port);

}  // namespace leat
