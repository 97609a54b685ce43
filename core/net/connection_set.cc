#include "core/net/connection_set.h"

#include <utility>

#include "core/net/connection.h"

namespace leat {

ConnectionSet::ConnectionSet(Shard& shard, ConnectionAcceptor& acceptor)
    : shard_(shard), acceptor_(acceptor) {}

ConnectionSet::~ConnectionSet() { close_all(); }

void ConnectionSet::adopt(AcceptedSocket socket) {
  auto connection = std::make_shared<Connection>(shard_, std::move(socket), *this);
  connection->place_ = connections_.size();
  connections_.push_back(connection);
  connection->start(acceptor_);
}

void ConnectionSet::close_all() {
  const auto connections = std::exchange(connections_, {});
  size_.store(0, std::memory_order_relaxed);
  for (const auto& connection : connections) connection->abandon();
}

void ConnectionSet::remove(Connection& connection) {
  const std::size_t place = connection.place_;
  connections_[place] = std::move(connections_.back());
  connections_[place]->place_ = place;
  connections_.pop_back();
  size_.fetch_sub(1, std::memory_order_relaxed);
}

Distributor::Distributor(Shard& shard, std::vector<ConnectionSet*> sets)
    : shard_(shard), sets_(std::move(sets)) {}

void Distributor::distribute(AcceptedSocket socket) {
  std::size_t chosen = next_ % sets_.size();
  for (std::size_t i = 0; i < sets_.size(); ++i) {
    const std::size_t candidate = (next_ + i) % sets_.size();
    if (sets_[candidate]->size() < sets_[chosen]->size()) chosen = candidate;
  }
  next_ = chosen + 1;
  ConnectionSet* set = sets_[chosen];
  // Counted here, so that a burst spreads before the first of it has arrived there.
  set->size_.fetch_add(1, std::memory_order_relaxed);
  shard_.send(ShardId(static_cast<std::uint16_t>(chosen)),
              [set, socket = std::move(socket)]() mutable { set->adopt(std::move(socket)); });
}

}  // namespace leat
