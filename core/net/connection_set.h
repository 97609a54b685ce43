#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/net/listener.h"
#include "core/runtime/shard.h"
#include "core/session/byte_stream.h"

namespace leat {

class Connection;

// The client connections of one shard. Owned by the server, made and destroyed while the shard does
// not run; otherwise used on the shard's thread.
class ConnectionSet {
 public:
  ConnectionSet(Shard& shard, ConnectionAcceptor& acceptor);
  ~ConnectionSet();  // every connection is closed, every handler told
  ConnectionSet(const ConnectionSet&) = delete;
  ConnectionSet& operator=(const ConnectionSet&) = delete;

  void adopt(AcceptedSocket socket);
  void close_all();  // every handler is told inside the call
  std::uint32_t size() const { return size_.load(std::memory_order_relaxed); }  // any thread

 private:
  friend class Connection;
  friend class Distributor;
  void remove(Connection& connection);

  Shard& shard_;
  ConnectionAcceptor& acceptor_;
  std::vector<std::shared_ptr<Connection>> connections_;  // each knows its place
  std::atomic<std::uint32_t> size_{0};  // with those that are on their way here by mail
};

// Gives each accepted socket to the shard that has the fewest connections. Owned by the server,
// called on the listener's shard.
class Distributor {
 public:
  Distributor(Shard& shard, std::vector<ConnectionSet*> sets);
  void distribute(AcceptedSocket socket);

 private:
  Shard& shard_;
  std::vector<ConnectionSet*> sets_;  // by shard
  std::size_t next_ = 0;              // equal counts are served in turn
};

}  // namespace leat
